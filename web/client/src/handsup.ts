/** The hand of the student whose room a teacher looks into: she goes there, or says that the student was helped. Used by
 *  staffroom.ts. */
import type { Hands } from "./live/hands.ts";
import type { HandView } from "./protocol.ts";
import { ago } from "./times.ts";
import { byId, fill, held, words, write } from "./ui.ts";

/** "3 min ago" grows old. */
const AGAIN_MS = 30_000;

export class HandsUp {
  readonly #claim = byId<HTMLButtonElement>("hand-claim");
  readonly #done = byId<HTMLButtonElement>("hand-done");
  readonly #readerId: string;
  #hand: HandView | null = null;

  /** @param hands of the room that is shown */
  constructor(readerId: string, hands: () => Hands | undefined) {
    this.#readerId = readerId;
    this.#claim.addEventListener("click", () => void held(this.#claim, async () => void (await hands()?.claim())));
    this.#done.addEventListener("click", () => void held(this.#done, async () => void (await hands()?.done())));
    setInterval(() => this.#say(), AGAIN_MS);
  }

  show(hand: HandView | null): void {
    this.#hand = hand;
    const hadFocus = byId("hand-strip").contains(document.activeElement);
    byId("hand-strip").hidden = hand === null;
    this.#claim.hidden = hand?.claimed_by != null;
    byId("hand-line").textContent = hand?.line ?? "";
    this.#say();
    // The button that had the focus may be gone: it goes on where she writes.
    if (hadFocus && (hand === null || this.#claim.hidden)) (hand === null ? byId("box") : this.#done).focus();
  }

  #say(): void {
    write(byId("hand-text"), this.#hand === null ? "" : this.#sentence(this.#hand));
  }

  #sentence({ student_name, raised_at, claimed_by, claimed_name }: HandView): string {
    if (claimed_by === this.#readerId) return fill(words.hand_own, { name: student_name });
    if (claimed_name !== null) return fill(words.hand_taken, { name: claimed_name });
    return fill(words.hand_of, { name: student_name, ago: ago(raised_at) });
  }
}
