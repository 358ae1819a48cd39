/** The hand that a student raises for a teacher: the button in the composer, and the strip above it that says how things
 *  stand. Used by chat.ts. */
import type { Hands } from "./live/hands.ts";
import type { HandView } from "./protocol.ts";
import { byId, fill, held, openDialog, words, write } from "./ui.ts";

export class Hand {
  readonly #hands: () => Hands | undefined;
  readonly #button = byId<HTMLButtonElement>("hand");
  readonly #strip = byId("hand-strip");
  readonly #lower = byId<HTMLButtonElement>("hand-lower");

  /** @param hands of the room that is shown */
  constructor(hands: () => Hands | undefined) {
    this.#hands = hands;
    this.#button.addEventListener("click", () => this.ask());
    this.#lower.addEventListener("click", () => void held(this.#lower, () => this.#takeDown()));
  }

  show(hand: HandView | null, place: number | null): void {
    const hadFocus = document.activeElement === this.#lower;
    this.#button.hidden = hand !== null;
    this.#strip.hidden = hand === null;
    write(byId("hand-text"), hand === null ? "" : sentence(hand, place));
    write(byId("hand-line"), hand?.line ?? "");
    if (hadFocus && hand === null) this.#button.focus();
  }

  /** Asks what the teacher is wanted for, and raises the hand; one that is up already is shown. */
  ask(): void {
    if (this.#button.hidden) {
      this.#lower.focus();
      return;
    }
    const line = byId<HTMLInputElement>("hand-reason");
    line.value = "";
    const dialog = openDialog("hand-dialog", async () => (await this.#hands()?.raise(line.value.trim())) ?? false);
    // The button that opened it is gone once the hand is up.
    dialog.addEventListener("close", () => this.#button.hidden && this.#lower.focus(), { once: true });
  }

  async #takeDown(): Promise<void> {
    await this.#hands()?.lower();
  }
}

function sentence({ claimed_name }: HandView, place: number | null): string {
  if (claimed_name !== null) return fill(words.hand_coming, { name: claimed_name });
  return place === null ? words.hand_up : fill(words.hand_place, { n: place });
}
