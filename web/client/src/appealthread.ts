/** An appeal: the thread between a student and the teachers about one question, live. Used by reviewpage.ts. */
import { clientId } from "./ids.ts";
import { keep, kept } from "./kept.ts";
import { Once } from "./once.ts";
import type { AppealMessageView, AppealView } from "./protocol.ts";
import type { Connection } from "./socket.ts";
import { dateTime } from "./times.ts";
import { busy, complain, fill, fromTemplate, held, make, part, words } from "./ui.ts";

export class AppealThread {
  readonly element = fromTemplate("appeal");
  readonly #connection: Connection;
  readonly #about: { submission_id: string; question_id: string };
  readonly #me: string;
  readonly #once: Once;
  readonly #messages = new Map<number, AppealMessageView>();
  readonly #box: HTMLTextAreaElement;
  readonly #stop: () => void;

  constructor(connection: Connection, submissionId: string, questionId: string, me: string) {
    this.#connection = connection;
    this.#about = { submission_id: submissionId, question_id: questionId };
    this.#me = me;
    this.#once = new Once(sessionStorage, `sent:${this.#name}`, clientId);
    this.#box = part<HTMLTextAreaElement>(this.element, "[name=appeal]");
    this.#box.value = kept(this.#name);
    this.#box.addEventListener("input", () => keep(this.#name, this.#box.value));
    const form = part<HTMLFormElement>(this.element, "form");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void busy(form, () => this.#send());
    });
    const settle = part(this.element, "[data-do=settle]");
    settle.addEventListener("click", () => void held(settle, () => this.#settle()));
    this.#stop = connection.onState((state) => state === "online" && void this.#open());
    if (connection.state === "online") void this.#open();
  }

  /** Whether a piece of news is about this thread. */
  concerns({ submission_id, question_id }: { submission_id: string; question_id: string }): boolean {
    return submission_id === this.#about.submission_id && question_id === this.#about.question_id;
  }

  add(message: AppealMessageView): void {
    this.#messages.set(message.seq, message);
    this.#draw();
  }

  /** The teacher closed it; what was said stays to be read. */
  settled(): void {
    part(this.element, "form").hidden = true;
    part(this.element, ".appeal-state").textContent = words.mark_appeal_settled;
  }

  close(): void {
    this.#stop();
    this.#connection.call("appeal.close", this.#about).catch(() => undefined);
  }

  get #name(): string {
    return `appeal:${this.#about.submission_id}:${this.#about.question_id}`;
  }

  async #open(): Promise<void> {
    try {
      this.#take((await this.#connection.call("appeal.open", this.#about)).appeal);
    } catch (error) {
      complain(error);
    }
  }

  #take({ state, messages }: AppealView): void {
    for (const message of messages) this.#messages.set(message.seq, message);
    this.element.hidden = state === "none";
    if (state === "settled") this.settled();
    this.#draw();
  }

  async #send(): Promise<void> {
    const text = this.#box.value.trim();
    if (!text) return this.#box.focus();
    try {
      await this.#connection.call("appeal.send", { ...this.#about, text, client_id: this.#once.idFor(text) });
      this.#once.done();
      if (this.#box.value.trim() === text) this.#box.value = "";
      keep(this.#name, this.#box.value);
      await this.#open();
    } catch (error) {
      complain(error);
    }
  }

  async #settle(): Promise<void> {
    try {
      await this.#connection.call("appeal.settle", this.#about);
      this.settled();
    } catch (error) {
      complain(error);
    }
  }

  #draw(): void {
    const inOrder = [...this.#messages.values()].sort((one, other) => one.seq - other.seq);
    part(this.element, ".appeal-messages").replaceChildren(...inOrder.map((message) => this.#row(message)));
  }

  #row({ author_id, author_name, role, text, sent_at }: AppealMessageView): HTMLElement {
    const name = author_id === this.#me ? words.you : author_name;
    const head = make("small", {}, fill(words.mark_said_at, { name, time: dateTime(sent_at) }));
    const row = make("li", {}, head, make("p", {}, text));
    row.dataset["role"] = role;
    return row;
  }
}
