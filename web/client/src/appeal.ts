/** The thread in which a student and the teacher talk about the points of one question, live. Used by resultcard.ts. */
import { clientId } from "./ids.ts";
import { keep, kept } from "./kept.ts";
import { Once } from "./once.ts";
import type { AppealMessageView, AppealView, QuestionResult } from "./protocol.ts";
import type { Connection } from "./socket.ts";
import { dateTime } from "./times.ts";
import { busy, complain, fill, make, part, words, write } from "./ui.ts";

export interface AppealOf {
  readonly submissionId: string;
  readonly questionId: string;
  readonly userId: string;
}

export class AppealThread {
  readonly #connection: Connection;
  readonly #of: AppealOf;
  readonly #button: HTMLButtonElement;
  readonly #panel: HTMLElement;
  readonly #list: HTMLElement;
  readonly #form: HTMLFormElement;
  readonly #box: HTMLTextAreaElement;
  readonly #once: Once;
  readonly #shown = new Map<number, AppealMessageView>();
  #state: QuestionResult["appeal"] = "none";
  #isOpen = false;
  #isKnown = false;

  /** @param card the element with its button and its panel */
  constructor(card: HTMLElement, connection: Connection, of: AppealOf) {
    this.#connection = connection;
    this.#of = of;
    this.#button = part(card, "[data-do=appeal]");
    this.#panel = part(card, ".appeal");
    this.#list = part(card, ".appeal-list");
    this.#form = part(card, ".appeal-form");
    this.#box = part(card, ".appeal-box");
    this.#once = new Once(sessionStorage, `draft:sent:${this.#name}`, clientId);
    this.#box.value = kept(this.#name);
    this.#box.addEventListener("input", () => keep(this.#name, this.#box.value));
    this.#button.addEventListener("click", () => this.#toggle());
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      void busy(this.#form, () => this.#send());
    });
    connection.on("appeal.added", (news) => this.#isMine(news) && this.#heard(news.message));
    connection.on("appeal.settled", (news) => this.#isMine(news) && this.#settle());
  }

  /** Shows how things stand; a thread that was there before is opened. */
  show(state: QuestionResult["appeal"]): void {
    this.#state = state;
    this.#draw();
    if (state === "open" && !this.#isKnown) this.#open();
    this.#isKnown = true;
  }

  /** The connection is a new one: what was said meanwhile is read. */
  listenAgain(): void {
    if (this.#isOpen) void this.#read();
  }

  get #name(): string {
    return `appeal:${this.#of.submissionId}:${this.#of.questionId}`;
  }

  get #question(): { submission_id: string; question_id: string } {
    return { submission_id: this.#of.submissionId, question_id: this.#of.questionId };
  }

  #isMine({ submission_id, question_id }: { submission_id: string; question_id: string }): boolean {
    return submission_id === this.#of.submissionId && question_id === this.#of.questionId;
  }

  #toggle(): void {
    if (this.#isOpen) {
      this.#isOpen = false;
      this.#draw();
      this.#connection.call("appeal.close", this.#question).catch(() => undefined); // only spares the server a word
      return;
    }
    this.#open();
    if (!this.#form.hidden) this.#box.focus();
  }

  #open(): void {
    this.#isOpen = true;
    this.#draw();
    void this.#read();
  }

  async #read(): Promise<void> {
    try {
      this.#take((await this.#connection.call("appeal.open", this.#question)).appeal);
    } catch (error) {
      complain(error);
    }
  }

  async #send(): Promise<void> {
    const text = this.#box.value.trim();
    if (!text) return this.#box.focus();
    try {
      const command = { ...this.#question, client_id: this.#once.idFor(text), text };
      this.#heard((await this.#connection.call("appeal.send", command)).message);
      this.#once.done();
      keep(this.#name, "");
      if (this.#box.value.trim() === text) this.#box.value = "";
    } catch (error) {
      complain(error);
    }
  }

  #take({ state, messages }: AppealView): void {
    this.#state = state;
    for (const message of messages) this.#add(message);
    this.#draw();
  }

  #heard(message: AppealMessageView): void {
    if (this.#state === "none") this.#state = "open";
    this.#isOpen = true; // the teacher's answer is wanted at once
    this.#add(message);
    this.#draw();
  }

  #settle(): void {
    this.#state = "settled";
    this.#draw();
  }

  /** In the order of their numbers, each once. */
  #add(message: AppealMessageView): void {
    if (this.#shown.has(message.seq)) return;
    this.#shown.set(message.seq, message);
    const element = this.#element(message);
    const next = [...this.#list.children].find((one) => Number((one as HTMLElement).dataset["seq"]) > message.seq);
    this.#list.insertBefore(element, next ?? null);
  }

  #element({ seq, author_id, author_name, role, text, sent_at }: AppealMessageView): HTMLElement {
    const own = author_id === this.#of.userId;
    const who = own ? words.you : role === "teacher" ? fill(words.hw_teacher_name, { name: author_name }) : author_name;
    const head = make("p", { className: "appeal-who" }, make("b", {}, who), " ", make("time", { dateTime: sent_at }, dateTime(sent_at)));
    const element = make("li", { className: "appeal-message" }, head, make("p", { className: "appeal-text" }, text));
    element.dataset["seq"] = String(seq);
    element.toggleAttribute("data-own", own);
    return element;
  }

  #draw(): void {
    this.#panel.hidden = !this.#isOpen;
    this.#button.setAttribute("aria-expanded", String(this.#isOpen));
    write(part(this.#button, "span"), this.#state === "none" ? words.hw_appeal : words.hw_appeal_show);
    this.#form.hidden = this.#state === "settled";
    write(part(this.#panel, ".appeal-state"), this.#state === "settled" ? words.hw_appeal_settled : words.hw_appeal_how);
  }
}
