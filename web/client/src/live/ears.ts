/** Hears the events of one conversation. Those that come before the first answer of the server wait for it, because only
 *  then is there something that they can change. Used by Room. */
import type { ConversationView, Events } from "../protocol.ts";
import type { LiveConnection } from "./connection.ts";

type InRoom = {
  [E in keyof Events]: Events[E] extends { conversation_id: string } ? E : never;
}[keyof Events];

export type Handlers = { readonly [E in InRoom]: (event: Events[E]) => void } & {
  readonly called: (view: ConversationView) => void;
  /** The room may not be seen any more. */
  readonly lost: () => void;
};

export class Ears {
  readonly #conversationId: string;
  #waiting: (() => void)[] | null = [];

  constructor(conversationId: string) {
    this.#conversationId = conversationId;
  }

  /** Whether events still wait. */
  get areShut(): boolean {
    return this.#waiting !== null;
  }

  /** Begins to hear; gives the function that ends it. */
  listen(connection: LiveConnection, { called, lost, ...handlers }: Handlers): () => void {
    const stops = Object.entries(handlers).map(([name, happen]) =>
      connection.on(name as InRoom, (event) => {
        if (event.conversation_id === this.#conversationId) this.#hear(() => happen(event as never));
      }),
    );
    stops.push(
      connection.on("conversation.changed", ({ conversation }) => {
        if (conversation.id === this.#conversationId) this.#hear(() => called(conversation));
      }),
      connection.on("access.lost", ({ conversation_id }) => {
        if (conversation_id === this.#conversationId) lost();
      }),
    );
    return () => {
      for (const stop of stops) stop();
    };
  }

  /** Lets what waited happen, and everything from now on at once. */
  open(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const happen of waiting) happen();
  }

  /** Makes events wait again. */
  shut(): void {
    this.#waiting = [];
  }

  #hear(happen: () => void): void {
    if (this.#waiting) this.#waiting.push(happen);
    else happen();
  }
}
