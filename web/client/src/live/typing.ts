/** Who types: says it of the reader, at the first key, again while it goes on, and when it ends; and hears it of others.
 *  Used by Room and Feed. */
import type { TypingView } from "../protocol.ts";
import type { LiveConnection } from "./connection.ts";

/** The server takes it as over after 5 s. */
const AGAIN_MS = 3_000;
const REST_MS = 4_000;

export class Typing {
  readonly #connection: LiveConnection;
  readonly #conversationId: string;
  #saidAt: number | null = null;
  #rest: ReturnType<typeof setTimeout> | undefined;

  constructor(connection: LiveConnection, conversationId: string) {
    this.#connection = connection;
    this.#conversationId = conversationId;
  }

  /** A key was pressed. */
  goOn(): void {
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => this.end(), REST_MS);
    const now = Date.now();
    if (this.#saidAt !== null && now - this.#saidAt < AGAIN_MS) return;
    this.#saidAt = now;
    this.#say(true);
  }

  /** The text was sent or thrown away, or nothing was typed for a while. */
  end(): void {
    clearTimeout(this.#rest);
    if (this.#saidAt === null) return;
    this.#saidAt = null;
    this.#say(false);
  }

  #say(on: boolean): void {
    if (this.#connection.state !== "online") return;
    // Only a courtesy: it ends by itself when it gets lost.
    this.#connection.call("typing.set", { conversation_id: this.#conversationId, on }).catch(() => undefined);
  }
}

/** A little longer than the server lets it hold: the news that it has ended may get lost. */
const LIFE_MS = 6_000;

/** Who types in a room, as it was heard last. Used by Feed. */
export class Typists {
  readonly #tell: (people: readonly TypingView[]) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(tell: (people: readonly TypingView[]) => void) {
    this.#tell = tell;
  }

  heard(people: readonly TypingView[]): void {
    clearTimeout(this.#timer);
    if (people.length > 0) this.#timer = setTimeout(() => this.#tell([]), LIFE_MS);
    this.#tell(people);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
