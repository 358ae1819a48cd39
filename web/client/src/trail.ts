/** The way through a queue whose order changes under the reader: ruled and returned work goes to its end, and yet "next" is
 *  what was next on arrival, and "back" is where one came from. Used by reviewpage.ts. */

export interface Neighbours {
  readonly previous: string | null;
  readonly next: string | null;
}

export class Trail {
  readonly #back: string[] = [];
  readonly #forth: string[] = [];
  #here: string | null = null;
  #onArrival: Neighbours = { previous: null, next: null };

  /** A place is shown, for the first time or again; its neighbours count as they were at first. */
  arrive(id: string, neighbours: Neighbours): void {
    if (id === this.#here) return;
    this.#here = id;
    this.#onArrival = neighbours;
  }

  get next(): string | null {
    return this.#forth.at(-1) ?? this.#onArrival.next;
  }

  get previous(): string | null {
    return this.#back.at(-1) ?? this.#onArrival.previous;
  }

  /** Goes to the next (1) or the one before (-1); gives its id, null at the end. */
  step(by: 1 | -1): string | null {
    const to = by > 0 ? this.next : this.previous;
    if (to === null || this.#here === null) return null;
    const [taken, left] = by > 0 ? [this.#forth, this.#back] : [this.#back, this.#forth];
    taken.pop();
    left.push(this.#here);
    return to;
  }
}
