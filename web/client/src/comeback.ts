/** When the connection is tried again: soon when the server asked for it, later after every refusal, and never at the same
 *  moment for all clients. Used by socket.ts. */
import { FIRST_DELAY_MS, LONGEST_DELAY_MS } from "./wire.ts";

/** Clients that were told to come back are spread over this time, beyond what the server asked for. */
const SPREAD_MS = 500;

export class Comeback {
  readonly #run: (withNewToken: boolean) => void;
  readonly #random: () => number;
  #refusals = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param random gives numbers from 0 to 1 */
  constructor(run: (withNewToken: boolean) => void, random: () => number) {
    this.#run = run;
    this.#random = random;
  }

  get isPlanned(): boolean {
    return this.#timer !== undefined;
  }

  get wasRefused(): boolean {
    return this.#refusals > 0;
  }

  /** The server asked for it. */
  in(ms: number): void {
    this.#plan(ms + this.#random() * SPREAD_MS, false);
  }

  /** The last try was refused or failed. */
  later(withNewToken = false): void {
    const longest = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** this.#refusals);
    this.#refusals += 1;
    this.#plan(longest * (0.5 + this.#random() / 2), withNewToken);
  }

  /** A try is being made that counts as a refusal if it fails too. */
  refused(): void {
    this.stop();
    this.#refusals += 1;
  }

  succeeded(): void {
    this.stop();
    this.#refusals = 0;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #plan(ms: number, withNewToken: boolean): void {
    this.stop();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#run(withNewToken);
    }, ms);
  }
}
