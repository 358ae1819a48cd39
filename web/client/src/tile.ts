/** One student on the live board: a card, and an entry of the list beside a room. Used by board.ts. */
import type { Shown } from "./keyedlist.ts";
import type { TileView } from "./protocol.ts";
import { lasting } from "./times.ts";
import { byId, fill, fromTemplate, make, part, words, write } from "./ui.ts";

type TileState = TileView["state"];

/** A state never shows by its colour alone. */
const ICONS: Readonly<Record<TileState, string>> = {
  offline: "away",
  idle: "person",
  writing: "pencil",
  answering: "chat",
  waiting: "clock",
  stuck: "help",
  flagged: "flag",
};

const STATES: Readonly<Record<TileState, string>> = {
  offline: words.tile_offline,
  idle: words.tile_idle,
  writing: words.tile_writing,
  answering: words.room_answering,
  waiting: words.tile_waiting,
  stuck: words.tile_stuck,
  flagged: words.tile_flagged,
};

const SPEAKERS: Readonly<Record<string, string>> = { tutor: words.tutor, teacher: words.teacher_mark };

/** Calm tiles keep their places by name; of those who need somebody, who has waited longest comes first. */
const CALM = 10;
const NAMES = new Intl.Collator(document.documentElement.lang);

export function byNeed(one: TileView, other: TileView): number {
  const waits = one.need > CALM ? (one.since ?? "").localeCompare(other.since ?? "") : 0;
  return other.need - one.need || waits || NAMES.compare(one.name, other.name) || one.student_id.localeCompare(other.student_id);
}

export class TileCard implements Shown<TileView> {
  readonly element = fromTemplate("tile");
  readonly #link = part<HTMLAnchorElement>(this.element, ".tile");
  readonly #initial = part(this.element, ".initial");
  readonly #name = part(this.element, ".tile-name");
  readonly #hand = part(this.element, ".tile-hand");
  readonly #handTime = part(this.element, ".tile-hand-time");
  readonly #speaker = part(this.element, ".tile-speaker");
  readonly #preview = part(this.element, ".tile-line");
  readonly #icon = part<SVGUseElement>(this.element, ".tile-state use");
  readonly #state = part(this.element, ".tile-word");
  readonly #time = part(this.element, ".tile-time");
  readonly #clear = part(this.element, "[data-do=clear]");
  #tile: TileView | null = null;

  show(tile: TileView): void {
    const before = this.#tile;
    this.#tile = tile;
    if (before?.name !== tile.name) {
      this.#name.textContent = tile.name;
      this.#initial.textContent = [...tile.name][0] ?? "";
    }
    if (before?.state !== tile.state) this.#showState(tile.state);
    if (before?.conversation_id !== tile.conversation_id || before.title !== tile.title) this.#showRoom(tile);
    if (before?.preview !== tile.preview || before.said_by !== tile.said_by || before.title !== tile.title) {
      this.#preview.textContent = tile.preview || tile.title;
      this.#speaker.textContent = SPEAKERS[tile.said_by ?? ""] ?? "";
    }
    if (before?.hand !== tile.hand) this.#hand.hidden = tile.hand === null;
    this.tick();
  }

  /** Lets the times grow; what has not changed is not touched. */
  tick(): void {
    if (!this.#tile) return;
    write(this.#time, this.#tile.since === null ? "" : lasting(this.#tile.since));
    write(this.#handTime, this.#tile.hand === null ? "" : lasting(this.#tile.hand));
  }

  #showState(state: TileState): void {
    this.element.dataset["state"] = state;
    this.#icon.setAttribute("href", `#i-${ICONS[state]}`);
    this.#state.textContent = STATES[state];
    this.#clear.hidden = state !== "flagged";
  }

  #showRoom(tile: TileView): void {
    this.element.dataset["student"] = tile.student_id;
    if (tile.conversation_id === null) {
      this.#link.removeAttribute("href");
      delete this.#link.dataset["id"];
      this.#link.title = "";
      return;
    }
    this.#link.href = `/teacher/rooms/${tile.conversation_id}`;
    this.#link.dataset["id"] = tile.conversation_id;
    // Its name is what stands on it, so that people who say what they see can follow it; this only explains.
    this.#link.title = fill(words.open_room, { name: tile.name, title: tile.title || words.new_question });
  }
}

/** A student in the list beside a room. */
export class TileLine implements Shown<TileView> {
  readonly #title = make("span", { className: "item-title" });
  readonly #facts = make("span", { className: "item-facts" });
  readonly #link = make("a", { className: "item-link" }, this.#title, this.#facts);
  readonly element = make("li", { className: "item" }, this.#link);

  show(tile: TileView): void {
    write(this.#title, tile.name);
    write(this.#facts, [STATES[tile.state], tile.title].filter(Boolean).join(" · "));
    this.element.dataset["state"] = tile.state;
    this.#link.href = `/teacher/rooms/${tile.conversation_id}`;
    this.#link.dataset["id"] = tile.conversation_id ?? "";
    this.mark(location.pathname);
  }

  /** Marks it when its room is the one at this address. */
  mark(address: string): void {
    if (this.#link.pathname === address) this.#link.setAttribute("aria-current", "page");
    else this.#link.removeAttribute("aria-current");
  }
}

/** Says something to those who listen instead of looking. */
export function tell(text: string): void {
  byId("board-news").textContent = text;
}
