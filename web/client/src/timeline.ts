/** A lesson as it went, laid out on a time of its own in which nobody waits for long: pauses are cut short. It knows no
 *  page; player.ts moves through it, replay.ts draws it. */
import type { MessageView, ReplayItem, WhisperView } from "./protocol.ts";

/** The longest pause, in ms, that is played as it was. */
const LONGEST_PAUSE_MS = 2_500;
/** How long, in ms, the end is shown. */
const REST_MS = 1_000;
/** So shortly after an event, in ms, one still means the event before it. */
const JUST_NOW_MS = 400;

/** Something that is shown from a place on. `at` and the places of its growth are in ms of the replay. */
export interface Scene {
  readonly at: number;
  /** The reader's clock then, in ms since 1970. */
  readonly moment: number;
  readonly kind: "message" | "notice" | "whisper";
  readonly message: MessageView | null;
  readonly whisper: WhisperView | null;
  /** When its text had how many characters; empty when it was there at once. */
  readonly growth: readonly (readonly [at: number, characters: number])[];
}

export class Timeline {
  readonly scenes: readonly Scene[];
  /** In ms of the replay; 0 when nothing happened. */
  readonly length: number;
  /** When something changed: real times in ms since 1970, and the places where they are played. Both ascend. */
  readonly #moments: readonly number[];
  readonly #places: readonly number[];

  constructor(items: readonly ReplayItem[]) {
    const paces = new Map(items.map(({ pace }) => [pace?.reply_id, pace?.marks]));
    const begun = items.flatMap((item) => {
      if (item.kind === "pace") return [];
      const moment = Date.parse(item.at);
      const marks = (item.message && paces.get(item.message.id)) ?? [];
      return [{ item, kind: item.kind, moment, marks: marks.map(([ms = 0, characters = 0]) => [moment + ms, characters] as const) }];
    });
    this.#moments = begun.flatMap(({ moment, marks }) => [moment, ...marks.map(([at]) => at)]).sort((a, b) => a - b);
    this.#places = placesOf(this.#moments);
    this.length = this.#places.length === 0 ? 0 : (this.#places.at(-1) ?? 0) + REST_MS;
    this.scenes = begun
      .map(({ item, kind, moment, marks }) => ({
        at: this.#placeOf(moment),
        moment,
        kind,
        message: item.message ?? null,
        whisper: item.whisper ?? null,
        growth: marks.map(([at, characters]) => [this.#placeOf(at), characters] as const),
      }))
      .sort((a, b) => a.at - b.at);
  }

  /** How many scenes have begun at a place. */
  begun(place: number): number {
    return countUpTo(this.scenes, ({ at }) => at, place);
  }

  /** How many characters of a scene that has begun there are; Infinity when its text is whole. */
  written({ growth }: Scene, place: number): number {
    const count = countUpTo(growth, ([at]) => at, place);
    const before = growth[count - 1] ?? [0, 0];
    const after = growth[count];
    if (!after) return Infinity;
    if (count === 0) return 0;
    return Math.floor(before[1] + ((after[1] - before[1]) * (place - before[0])) / (after[0] - before[0]));
  }

  /** What the clock showed at a place, in ms since 1970. */
  momentAt(place: number): number {
    const count = Math.max(1, countUpTo(this.#places, itself, place));
    return (this.#moments[count - 1] ?? 0) + Math.max(0, place - (this.#places[count - 1] ?? 0));
  }

  /** Where the next scene begins; the end after the last. */
  next(place: number): number {
    return this.scenes.find(({ at }) => at > place)?.at ?? this.length;
  }

  /** Where the scene before begins; the beginning before the first. */
  previous(place: number): number {
    return this.scenes[countUpTo(this.scenes, ({ at }) => at, place - JUST_NOW_MS) - 1]?.at ?? 0;
  }

  #placeOf(moment: number): number {
    return this.#places[countUpTo(this.#moments, itself, moment) - 1] ?? 0;
  }
}

function placesOf(moments: readonly number[]): number[] {
  let place = 0;
  return moments.map((moment, index) => {
    place += Math.min(moment - (moments[index - 1] ?? moment), LONGEST_PAUSE_MS);
    return place;
  });
}

const itself = (number: number): number => number;

/** How many of some values, which are in order, are at most `limit`. */
function countUpTo<T>(values: readonly T[], of: (value: T) => number, limit: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (of(values[middle] as T) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
