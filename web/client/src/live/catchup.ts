/** Decides when the server is asked for what is missing: at once on a new connection, a moment after a hole was seen, and
 *  ever more slowly while asking brings nothing. One question at a time. Used by Room. */
import { ApiError } from "./fault.ts";

export interface CatchUpOptions {
  /** Whether there is someone to ask. */
  canAsk(): boolean;
  /** Asks once and takes the answer in. Throws ApiError. */
  ask(): Promise<void>;
  isMissing(): boolean;
  /** Changes whenever an answer brought something new. */
  mark(): string;
  /** Asking is over for now; what can be known is known. */
  done(): void;
  /** Asking failed; told once until it works again. */
  failed(error: ApiError): void;
}

/** Late parts often come by themselves a moment later. */
const HOLE_DELAY_MS = 200;
const LONGEST_DELAY_MS = 10_000;

export class CatchUp {
  readonly #options: CatchUpOptions;
  /** The connection is a new one: the server must be asked even if nothing seems to be missing. */
  #stale = true;
  #busy = false;
  #failures = 0;
  /** How long the server wants not to be asked. */
  #restMs = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: CatchUpOptions) {
    this.#options = options;
  }

  /** Whether the last question on this connection was answered. */
  get isFresh(): boolean {
    return !this.#stale;
  }

  /** The connection is there, or there is something to say: asks at once, or as soon as a question under way is answered. */
  start(): void {
    this.#stale = true;
    this.#failures = 0;
    this.#restMs = 0;
    void this.#run();
  }

  /** Something may be missing: asks soon, if it still is then. */
  look(): void {
    if (!this.#isDue || this.#busy || this.#timer !== undefined || !this.#options.canAsk()) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        if (this.#isDue) void this.#run();
      },
      Math.max(this.#restMs, Math.min(LONGEST_DELAY_MS, HOLE_DELAY_MS * 2 ** this.#failures)),
    );
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  get #isDue(): boolean {
    return this.#stale || this.#options.isMissing();
  }

  async #run(): Promise<void> {
    if (this.#busy || !this.#options.canAsk()) return;
    this.#busy = true;
    this.#restMs = 0;
    this.stop();
    try {
      await this.#askOn();
      this.#failures = this.#options.isMissing() ? this.#failures + 1 : 0;
      this.#options.done();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#stale = true;
      this.#failures += 1;
      this.#restMs = error.retryAfterMs ?? 0;
      if (this.#failures === 1) this.#options.failed(error);
    } finally {
      this.#busy = false;
    }
    this.look();
  }

  async #askOn(): Promise<void> {
    let mark: string;
    do {
      mark = this.#options.mark();
      this.#stale = false;
      await this.#options.ask();
    } while (this.#options.canAsk() && (this.#stale || (this.#options.isMissing() && this.#options.mark() !== mark)));
  }
}
