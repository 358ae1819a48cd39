/** Why a teacher looks into a room while its student is away: a line that she may leave out, and that the student can
 *  read. Used by staffroom.ts. */
import type { Room } from "./live/index.ts";
import type { PresentView } from "./protocol.ts";
import { byId, fill, words } from "./ui.ts";

/** The server takes what comes this soon for the same visit. */
const VISIT_MS = 10 * 60_000;

export class Why {
  readonly #room: () => Room | null;
  readonly #form = byId<HTMLFormElement>("why");
  readonly #box = byId<HTMLInputElement>("why-box");
  /** What the server has taken in the rooms of this page. */
  readonly #said = new Map<string, { text: string; at: number }>();
  #isAway = false;

  constructor(room: () => Room | null) {
    this.#room = room;
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = this.#box.value.trim();
      if (text) this.#say(text);
      else this.#box.focus();
    });
  }

  /** Another room is shown. */
  clear(): void {
    this.#isAway = false;
    this.#box.value = "";
    this.#form.ariaBusy = null;
    this.#draw();
  }

  present(present: readonly PresentView[]): void {
    const wasAway = this.#isAway;
    this.#isAway = !present.some(({ role }) => role === "student");
    const before = this.#before;
    if (this.#isAway && !wasAway && before !== undefined) this.#room()?.explain(before);
    this.#draw();
  }

  /** The server has written it down. */
  explained(text: string): void {
    const room = this.#room();
    if (!room) return;
    if (this.#before !== text) this.#said.set(room.conversationId, { text, at: Date.now() });
    this.#form.ariaBusy = null;
    this.#draw();
  }

  get #before(): string | undefined {
    const said = this.#said.get(this.#room()?.conversationId ?? "");
    return said && Date.now() - said.at < VISIT_MS ? said.text : undefined;
  }

  #say(text: string): void {
    this.#form.ariaBusy = "true";
    this.#room()?.explain(text);
  }

  #draw(): void {
    const before = this.#isAway ? this.#before : undefined;
    this.#form.hidden = !this.#isAway || before !== undefined;
    byId("why-said").textContent = before === undefined ? "" : fill(words.why_said, { why: before });
  }
}
