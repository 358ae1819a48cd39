/** What the tutor drafts for the teacher who asks, and for her alone. It is kept nowhere: whoever loses the connection
 *  asks again. Used by Staff. */
import type { SuggestionDelta, SuggestionFinished } from "../protocol.ts";
import { ReplyParts } from "./reply.ts";

export type SuggestionState = "running" | SuggestionFinished["state"];

/** The whole text so far; `error` is the code of what cut it short. */
type Tell = (text: string, state: SuggestionState, error: string | null) => void;
type Happening = { delta: SuggestionDelta } | { end: SuggestionFinished };

export class Suggestion {
  readonly #tell: Tell;
  #id: string | null = null;
  #parts = new ReplyParts();
  /** Its beginning may overtake the ticket that names it. */
  #early: Happening[] | null = null;

  constructor(tell: Tell) {
    this.#tell = tell;
  }

  /** Whether one is asked for or being written. */
  get isRunning(): boolean {
    return this.#id !== null || this.#early !== null;
  }

  asked(): void {
    this.#parts = new ReplyParts();
    this.#early = [];
    this.#tell("", "running", null);
  }

  /** The one that was asked for has this id; null: it was refused. */
  begun(id: string | null): void {
    const early = this.#early ?? [];
    this.#early = null;
    this.#id = id;
    if (id === null) this.#tell("", "failed", null);
    for (const one of early) this.#happen(one);
  }

  delta(event: SuggestionDelta): void {
    this.#hear({ delta: event });
  }

  finished(event: SuggestionFinished): void {
    this.#hear({ end: event });
  }

  /** The connection is lost, and with it the rest. */
  drop(): void {
    if (!this.isRunning) return;
    this.#early = null;
    this.#id = null;
    this.#tell(this.#parts.text, "interrupted", "ai_cut");
  }

  #hear(happening: Happening): void {
    if (this.#early) this.#early.push(happening);
    else this.#happen(happening);
  }

  #happen(one: Happening): void {
    if ("end" in one) {
      if (one.end.suggestion_id !== this.#id) return;
      this.#id = null;
      this.#tell(one.end.text, one.end.state, one.end.error);
    } else if (one.delta.suggestion_id === this.#id && this.#parts.feed(one.delta.part, one.delta.text)) {
      this.#tell(this.#parts.text, "running", null);
    }
  }
}
