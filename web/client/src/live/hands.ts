/** A room's hand: raised by its student, claimed and taken down by teachers. Used by Room. */
import type { HandChanged, HandView, OneHand } from "../protocol.ts";
import type { Asking } from "./asking.ts";
import { asApiError } from "./fault.ts";
import type { LiveConnection } from "./connection.ts";

/** `place` is its place in the queue, 1 is next; null once a teacher is coming. */
type Tell = (hand: HandView | null, place: number | null) => void;

/** None of these throws ApiError: a refusal is told as a problem. */
export class Hands {
  readonly #asking: Asking;
  readonly #connection: LiveConnection;
  readonly #room: { readonly conversation_id: string };
  readonly #tell: Tell;
  /** How often it was told; what was asked before and comes after is old. */
  #told = 0;

  constructor(asking: Asking, connection: LiveConnection, conversationId: string, tell: Tell) {
    this.#asking = asking;
    this.#connection = connection;
    this.#room = { conversation_id: conversationId };
    this.#tell = tell;
  }

  /** The room was entered, now or again: asks whether a hand is up in it. */
  async look(): Promise<void> {
    const told = this.#told;
    try {
      const answer = await this.#connection.call("hand.get", this.#room);
      if (told === this.#told) this.changed(answer);
    } catch (error) {
      asApiError(error); // whoever cannot ask will be asked to look again on the next connection
    }
  }

  /** An event, or the answer to a command. */
  changed({ hand, place }: OneHand | HandChanged): void {
    this.#told += 1;
    this.#tell(hand, place);
  }

  /** Asks for a teacher, with a line about it or "" for none; a hand that is up keeps its place. */
  async raise(line: string): Promise<boolean> {
    return this.#take(await this.#asking.ask("hand.raise", line ? { ...this.#room, line } : this.#room));
  }

  async lower(): Promise<boolean> {
    return this.#take(await this.#asking.ask("hand.lower", this.#room));
  }

  /** A teacher says that she is going to the student. */
  async claim(): Promise<boolean> {
    return this.#take(await this.#asking.ask("hand.claim", this.#room));
  }

  /** A teacher takes the hand down: the student was helped. */
  async done(): Promise<boolean> {
    return this.#take(await this.#asking.ask("hand.done", this.#room));
  }

  #take(answer: OneHand | null): boolean {
    if (answer) this.changed(answer);
    return answer !== null;
  }
}
