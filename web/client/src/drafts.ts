/** Replies that wait for a teacher: below each she sends it, changes it first, or does not send it. Used by
 *  staffroom.ts. */
import { keep, kept } from "./kept.ts";
import type { Staff } from "./live/staff.ts";
import { isFinal } from "./live/states.ts";
import type { MessageView } from "./protocol.ts";
import { lasted } from "./times.ts";
import { fill, fromTemplate, held, make, part, words } from "./ui.ts";

const TICK_MS = 1_000;

/** What she does with one draft. Ctrl+Enter sends. What she writes is kept until the draft is decided about. */
class DraftForm {
  readonly element = fromTemplate<HTMLFormElement>("draft");
  readonly #staff: () => Staff | undefined;
  readonly #box = part<HTMLTextAreaElement>(this.element, ".draft-text");
  readonly #reason = part(this.element, ".draft-reason");
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
    this.#box.addEventListener("input", () => this.#keep());
    this.#box.value = kept(nameOf(message));
    this.#box.hidden = !this.#box.value;
    this.#name();
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
    return !this.#reason.hidden;
  }

  #toggleEdit(): void {
    this.#box.hidden = !this.#box.hidden;
    this.#reason.hidden = true;
    if (this.#isEdited) {
      this.#box.value ||= this.#message.text;
      this.#box.focus();
    }
    this.#name();
  }

  #toggleReject(): void {
    this.#reason.hidden = !this.#reason.hidden;
    this.#box.hidden = true;
    if (this.#isRejected) this.#why.focus();
    this.#name();
  }

  /** Says what the button does now. */
  #name(): void {
    this.#edit.setAttribute("aria-pressed", String(this.#isEdited));
    this.#reject.setAttribute("aria-pressed", String(this.#isRejected));
    const name = this.#isRejected ? words.draft_reject : this.#isEdited ? words.draft_send_edited : words.draft_send;
    part(this.#send, "span").textContent = name;
    this.#send.classList.toggle("danger", this.#isRejected);
    this.#send.classList.toggle("primary", !this.#isRejected);
  }

  #keep(): void {
    const text = this.#box.value;
    keep(nameOf(this.#message), text.trim() === this.#message.text.trim() ? "" : text);
  }

  async #decide(): Promise<void> {
    const edited = this.#isEdited ? this.#box.value.trim() : undefined;
    if (edited === "") return this.#box.focus(); // least of all is the text wanted that she took out
    if (edited === undefined) keep(nameOf(this.#message), "");
    const isDone = await this.#tell(edited === this.#message.text.trim() ? undefined : edited);
    if (!isDone && this.element.isConnected) this.#keep();
  }

  async #tell(text: string | undefined): Promise<boolean> {
    const [staff, { id }] = [this.#staff(), this.#message];
    const decided = this.#isRejected ? staff?.rejectDraft(id, this.#why.value.trim()) : staff?.sendDraft(id, text);
    return (await decided) ?? false;
  }
}

/** The forms of all drafts that are shown. */
export class Drafts {
  readonly #staff: () => Staff | undefined;
  readonly #rescue: (text: string) => void;
  readonly #forms = new Map<string, DraftForm>();

  /** @param staff of the room that is shown
   *  @param rescue gets what she was writing when somebody else decided about the draft */
  constructor(staff: () => Staff | undefined, rescue: (text: string) => void) {
    this.#staff = staff;
    this.#rescue = rescue;
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
    } else if (isFinal(message.state)) {
      this.#decided(message, form);
    }
    if (message.reply?.draft != null && !answer.querySelector(".draft-before")) answer.append(before(message.reply.draft));
  }

  #decided(message: MessageView, form: DraftForm | undefined): void {
    const hadFocus = form?.element.contains(document.activeElement) ?? false;
    form?.element.remove();
    this.#forms.delete(message.id);
    // On a phone the focus would open the keyboard over the page.
    if (hadFocus && matchMedia("(pointer: fine)").matches) document.getElementById("box")?.focus();
    const written = kept(nameOf(message));
    keep(nameOf(message), "");
    if (written && written.trim() !== message.text.trim()) this.#rescue(written);
  }
}

/** Under which name her version is kept. */
function nameOf({ id }: MessageView): string {
  return `edit:${id}`;
}

/** What the tutor had written, where a teacher changed it. */
function before(text: string): HTMLElement {
  const shown = make("details", { className: "draft-before" }, make("summary", {}, words.draft_before));
  shown.append(make("div", { className: "draft-old" }, text));
  return shown;
}
