/** The log of a room as elements: messages in their order, answers while they are written, and own messages on their way.
 *  Used by roomview.ts. */
import type { Unsent } from "./live/index.ts";
import { Answer, type AnswerActions, saidElement, unsentElement, type UnsentActions } from "./message.ts";
import { noticeElement } from "./notices.ts";
import type { MessageView, UserView } from "./protocol.ts";
import { byId } from "./ui.ts";

export type Reader = Pick<UserView, "id" | "role">;

export interface LogActions {
  /** Null for readers who only read. */
  answers: AnswerActions | null;
  unsent: UnsentActions;
  /** An answer was drawn, or changed. */
  drawn(answer: HTMLElement, message: MessageView): void;
}

export class Log {
  readonly element = byId("messages");
  readonly #reader: Reader;
  readonly #actions: LogActions;
  readonly #answers = new Map<string, Answer>();
  /** Places in the queue by reply; they may be known before the reply is. */
  readonly #places = new Map<string, number>();

  constructor(reader: Reader, actions: LogActions) {
    this.#reader = reader;
    this.#actions = actions;
  }

  get lastAnswer(): Answer | undefined {
    const last = [...this.element.querySelectorAll<HTMLElement>(".answered")].at(-1);
    return this.#answers.get(last?.dataset["messageId"] ?? "");
  }

  clear(): void {
    this.#answers.clear();
    this.#places.clear();
    this.element.replaceChildren();
  }

  append(messages: readonly MessageView[]): void {
    this.element.append(...messages.map((message) => this.#made(message)));
  }

  prepend(messages: readonly MessageView[]): void {
    this.element.prepend(...messages.map((message) => this.#made(message)));
  }

  /** Puts a stored message behind all others, in the place of the same one on its way. */
  add(message: MessageView): void {
    this.#onItsWay(message.client_id)?.remove();
    this.element.insertBefore(this.#made(message), this.element.querySelector("[data-client-id]"));
  }

  replace(message: MessageView): void {
    const answer = this.#answers.get(message.id);
    if (answer) this.#show(answer, message);
    else this.element.querySelector(`[data-message-id="${message.id}"]`)?.replaceWith(this.#made(message));
  }

  delta(replyId: string, text: string): void {
    this.#answers.get(replyId)?.push(text);
  }

  /** The reply waits at this place in the queue. */
  queued(replyId: string, place: number): void {
    this.#places.set(replyId, place);
  }

  unsent(message: Unsent): void {
    const before = this.#onItsWay(message.clientId);
    if (message.state === "sent") {
      before?.remove();
      return;
    }
    const element = unsentElement(message, this.#actions.unsent);
    if (before) before.replaceWith(element);
    else this.element.append(element);
  }

  find(seq: number): HTMLElement | null {
    return this.element.querySelector<HTMLElement>(`[data-seq="${seq}"]`);
  }

  #onItsWay(clientId: string): HTMLElement | null {
    return this.element.querySelector<HTMLElement>(`[data-client-id="${clientId}"]`);
  }

  #made(message: MessageView): HTMLElement {
    if (message.notice) return noticeElement(message);
    if (message.author.kind !== "tutor") return saidElement(message, message.author.id === this.#reader.id);
    const answer = new Answer(message, this.#actions.answers, this.#reader.role === "teacher");
    this.#answers.set(message.id, answer);
    this.#show(answer, message);
    return answer.element;
  }

  #show(answer: Answer, message: MessageView): void {
    answer.show(message, this.#places.get(message.id));
    this.#actions.drawn(answer.element, message);
  }
}
