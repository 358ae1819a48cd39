/** Trades the access token for a newer one before it ends, again and again while the page is open. Used by socket.ts. */
import type { Api } from "./api.ts";
import { asApiError } from "./live/fault.ts";
import { FIRST_DELAY_MS, LONGEST_DELAY_MS } from "./wire.ts";

export class Renewal {
  readonly #api: Api;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(api: Api) {
    this.#api = api;
  }

  /** Waits for four fifths of the token's life from now on. */
  plan(): void {
    this.#in(Math.max(FIRST_DELAY_MS, this.#api.freshForMs));
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #in(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#renew(), ms);
  }

  async #renew(): Promise<void> {
    try {
      await this.#api.refresh(); // the Api tells everyone; `plan` follows
    } catch (error) {
      asApiError(error);
      if (this.#timer !== undefined) this.#in(LONGEST_DELAY_MS);
    }
  }
}
