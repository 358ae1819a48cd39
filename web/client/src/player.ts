/** Moves through the time of a replay: plays at a speed, pauses, jumps. Made by replay.ts, which draws. */

export interface PlayerNews {
  /** The replay is at this place now, in ms. */
  moved(place: number): void;
  played(playing: boolean): void;
}

/** Asks to be called with the time, in ms, before the next picture: `requestAnimationFrame`. */
export type NextFrame = (draw: (now: number) => void) => void;

/** A page that was hidden goes on where it was. */
const LONGEST_FRAME_MS = 250;

export class Player {
  readonly length: number;
  speed = 1;
  readonly #news: PlayerNews;
  readonly #nextFrame: NextFrame;
  #place = 0;
  /** When the last frame was; null while it pauses. */
  #before: number | null = null;
  /** Frames that were asked for before the last pause are none of ours. */
  #run = 0;

  constructor(length: number, news: PlayerNews, nextFrame: NextFrame = (draw) => void requestAnimationFrame(draw)) {
    this.length = length;
    this.#news = news;
    this.#nextFrame = nextFrame;
  }

  get place(): number {
    return this.#place;
  }

  get playing(): boolean {
    return this.#before !== null;
  }

  /** Plays, from the beginning when it is at its end; or pauses. */
  toggle(): void {
    if (this.playing) this.pause();
    else this.#play();
  }

  pause(): void {
    if (!this.playing) return;
    this.#before = null;
    this.#run += 1;
    this.#news.played(false);
  }

  /** Goes to a place, or to the nearest that there is. */
  seek(place: number): void {
    this.#place = Math.min(this.length, Math.max(0, place));
    this.#news.moved(this.#place);
  }

  #play(): void {
    if (this.#place >= this.length) this.seek(0);
    this.#before = performance.now();
    this.#run += 1;
    this.#news.played(true);
    this.#ask(this.#run);
  }

  #ask(run: number): void {
    this.#nextFrame((now) => {
      if (run === this.#run) this.#frame(now);
    });
  }

  #frame(now: number): void {
    const passed = Math.min(LONGEST_FRAME_MS, Math.max(0, now - (this.#before ?? now)));
    this.#before = now;
    this.seek(this.#place + passed * this.speed);
    if (this.#place >= this.length) this.pause();
    else this.#ask(this.#run);
  }
}
