/** The messages of one conversation in order of `seq`. What is given out is never changed in place. Used by Transcript. */
import type { MessageView } from "../protocol.ts";
import { isFinal, isRunning } from "./states.ts";

export class MessageList {
  #items: readonly MessageView[] = [];

  get items(): readonly MessageView[] {
    return this.#items;
  }

  /** The replies that are queued, running or being checked. */
  get unfinished(): readonly MessageView[] {
    return this.#items.filter((message) => !isFinal(message.state));
  }

  /** The newest reply that is queued or running: the only one, unless the end of an earlier one was missed. */
  get running(): MessageView | null {
    return this.#items.filter((message) => isRunning(message.state)).at(-1) ?? null;
  }

  find(id: string): MessageView | undefined {
    return this.#items[this.#at(id)];
  }

  append(message: MessageView): void {
    this.#items = [...this.#items, message];
  }

  /** Puts a message in the place of the one with its id. */
  replace(message: MessageView): void {
    const at = this.#at(message.id);
    if (at >= 0) this.#items = [...this.#items.slice(0, at), message, ...this.#items.slice(at + 1)];
  }

  /** Takes in earlier messages, in order; gives those that are new. */
  prepend(messages: readonly MessageView[]): MessageView[] {
    const first = this.#items[0]?.seq ?? Infinity;
    const fresh = messages.filter((message) => message.seq < first);
    this.#items = [...fresh, ...this.#items];
    return fresh;
  }

  /** Looked for from the end, where nearly all that changes is. */
  #at(id: string): number {
    let at = this.#items.length - 1;
    while (at >= 0 && this.#items[at]?.id !== id) at -= 1;
    return at;
  }
}
