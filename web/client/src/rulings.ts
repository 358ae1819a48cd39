/** A submission on the desk: reading it, ruling about it, giving it back. What is said is sent in the order in which it
 *  was said. Used by reviewpage.ts. */
import type { Api } from "./api.ts";
import { clientId } from "./ids.ts";
import type { Review, Rule } from "./protocol.ts";

export type Wish = Omit<Rule, "client_id">;

export class Rulings {
  readonly #api: Api;
  readonly #changed: (review: Review) => void;
  #id: string;
  #now: Review | null = null;
  #line: Promise<unknown> = Promise.resolve();

  constructor(api: Api, submissionId: string, changed: (review: Review) => void) {
    this.#api = api;
    this.#id = submissionId;
    this.#changed = changed;
  }

  /** As it was heard last; null before the first time. */
  get now(): Review | null {
    return this.#now;
  }

  get id(): string {
    return this.#id;
  }

  /** Turns to another submission. Throws ApiError. */
  async turn(submissionId: string): Promise<void> {
    this.#id = submissionId;
    await this.load();
  }

  /** Reads it again. Throws ApiError. */
  async load(): Promise<void> {
    const id = this.#id;
    this.#take(id, await this.#api.get<Review>(`submissions/${id}/review`));
  }

  /** Says something about it. Throws ApiError. */
  rule(wish: Wish): Promise<void> {
    const id = this.#id;
    const body: Rule = { ...wish, client_id: clientId() };
    return this.#next(async () => this.#take(id, await this.#api.post<Review>(`submissions/${id}/rulings`, body)));
  }

  /** Gives the result back. Throws ApiError. */
  release(): Promise<void> {
    const id = this.#id;
    return this.#next(async () => {
      await this.#api.post(`submissions/${id}/release`, {});
      this.#take(id, await this.#api.get<Review>(`submissions/${id}/review`));
    });
  }

  #next(act: () => Promise<void>): Promise<void> {
    const done = this.#line.then(act);
    this.#line = done.catch(() => undefined);
    return done;
  }

  /** The reader may have turned to another one meanwhile. */
  #take(id: string, review: Review): void {
    if (id !== this.#id) return;
    this.#now = review;
    this.#changed(review);
  }
}
