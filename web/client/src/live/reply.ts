/** The text of one reply put together from its numbered parts, which may come twice, late, out of order or not at all.
 *  Used by Transcript. */
export class ReplyParts {
  /** The text of all parts below `next`, without a hole. */
  text = "";
  /** The number of the part that continues `text`. */
  next = 0;
  readonly #ahead = new Map<number, string>();

  /** Takes a part and gives the text that has become contiguous by it: "" for a repeated part or one behind a hole. */
  feed(part: number, text: string): string {
    if (part >= this.next) this.#ahead.set(part, text);
    return this.#join();
  }

  /** Takes all the text below `nextPart` at once. One that is not newer than what is here changes nothing. */
  snapshot(text: string, nextPart: number): void {
    if (nextPart <= this.next) return;
    this.text = text;
    this.next = nextPart;
    for (const part of this.#ahead.keys()) if (part < nextPart) this.#ahead.delete(part);
    this.#join();
  }

  /** The first missing part when later ones are here already, else null. */
  missingFrom(): number | null {
    return this.#ahead.size > 0 ? this.next : null;
  }

  #join(): string {
    let joined = "";
    for (let text = this.#ahead.get(this.next); text !== undefined; text = this.#ahead.get(this.next)) {
      this.#ahead.delete(this.next);
      joined += text;
      this.next += 1;
    }
    this.text += joined;
    return joined;
  }
}
