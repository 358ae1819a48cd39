/** Replies that wait for a teacher: below each she sends it, changes it first, or does not send it. Used by
 *  staffroom.ts. */
import type { Staff } from "./live/staff.ts";
import type { MessageView } from "./protocol.ts";
import { fill, fromTemplate, held, lasted, make, part, words } from "./ui.ts";

const TICK_MS = 1_000;

/** What she does with one draft. Ctrl+Enter sends. */
class DraftForm {
  readonly element = fromTemplate<HTMLFormElement>("draft");
  readonly #staff: () => Staff | undefined;
  readonly #box = part<HTMLTextAreaElement>(this.element, ".draft-text");
  readonly #why = part<HTMLInputElement>(this.element, ".draft-why");
  readonly #send = part<HTMLButtonElement>(this.element, "[data-do=send]");
  readonly #edit = part<HTMLButtonElement>(this.element, "[data-do=edit]");
  readonly #reject = part<HTMLButtonElement>(this.element, "[data-do=reject]");
  readonly #message: MessageView;

  constructor(message: MessageView, staff: () => Staff | undefined) {
    this.#message = message;
    this.#staff = staff;
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      void held(this.#send, () => this.#decide());
    });
    this.element.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.element.requestSubmit();
    });
    this.#edit.addEventListener("click", () => this.#toggleEdit());
    this.#reject.addEventListener("click", () => this.#toggleReject());
    this.tick();
  }

  /** Says how long the draft has waited by now. */
  tick(): void {
    const since = Date.parse(this.#message.reply?.ready_at ?? "");
    part(this.element, ".draft-wait").textContent = fill(words.draft_waits, { time: lasted(Date.now() - since) });
  }

  get #isEdited(): boolean {
    return !this.#box.hidden;
  }

  get #isRejected(): boolean {
    return !part(this.element, ".draft-reason").hidden;
  }

  #toggleEdit(): void {
    this.#box.hidden = !this.#box.hidden;
    this.#edit.setAttribute("aria-pressed", String(this.#isEdited));
    if (this.#isRejected) this.#toggleReject();
    if (this.#isEdited) {
      this.#box.value ||= this.#message.text;
      this.#box.focus();
    }
    this.#name();
  }

  #toggleReject(): void {
    const reason = part(this.element, ".draft-reason");
    reason.hidden = !reason.hidden;
    this.#reject.setAttribute("aria-pressed", String(this.#isRejected));
    if (this.#isRejected && this.#isEdited) this.#toggleEdit();
    if (this.#isRejected) this.#why.focus();
    this.#name();
  }

  #name(): void {
    const name = this.#isRejected ? words.draft_reject : this.#isEdited ? words.draft_send_edited : words.draft_send;
    part(this.#send, "span").textContent = name;
    this.#send.classList.toggle("danger", this.#isRejected);
    this.#send.classList.toggle("primary", !this.#isRejected);
  }

  async #decide(): Promise<void> {
    const { id, text } = this.#message;
    if (this.#isRejected) {
      await this.#staff()?.rejectDraft(id, this.#why.value.trim());
      return;
    }
    const edited = this.#box.value.trim();
    if (this.#isEdited && edited && edited !== text.trim()) await this.#staff()?.sendDraft(id, edited);
    else await this.#staff()?.sendDraft(id);
  }
}

/** The forms of all drafts that are shown. */
export class Drafts {
  readonly #staff: () => Staff | undefined;
  readonly #forms = new Map<string, DraftForm>();

  /** @param staff of the room that is shown */
  constructor(staff: () => Staff | undefined) {
    this.#staff = staff;
    setInterval(() => this.#forms.forEach((form) => form.tick()), TICK_MS);
  }

  clear(): void {
    this.#forms.clear();
  }

  /** An answer was drawn, or changed. */
  drawn(answer: HTMLElement, message: MessageView): void {
    const form = this.#forms.get(message.id);
    const waits = message.state === "checking" && message.reply?.ready_at != null;
    if (waits && !form) {
      const made = new DraftForm(message, this.#staff);
      this.#forms.set(message.id, made);
      answer.append(made.element);
    } else if (!waits && form) {
      const hadFocus = form.element.contains(document.activeElement);
      form.element.remove();
      this.#forms.delete(message.id);
      // On a phone the focus would open the keyboard over the page.
      if (hadFocus && matchMedia("(pointer: fine)").matches) document.getElementById("box")?.focus();
    }
    if (message.reply?.draft != null && !answer.querySelector(".draft-before")) answer.append(before(message.reply.draft));
  }
}

/** What the tutor had written, where a teacher changed it. */
function before(text: string): HTMLElement {
  const shown = make("details", { className: "draft-before" }, make("summary", {}, words.draft_before));
  shown.append(make("div", { className: "draft-old" }, text));
  return shown;
}
