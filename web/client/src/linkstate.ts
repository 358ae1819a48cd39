/** The state of the connection, and who wants to know of it. Used by socket.ts. */
import type { ConnectionState } from "./live/index.ts";

export class LinkState {
  readonly #watchers = new Set<(state: ConnectionState) => void>();
  #now: ConnectionState = "connecting";

  get now(): ConnectionState {
    return this.#now;
  }

  /** Whether a connection is wanted. */
  get isTrying(): boolean {
    return this.#now !== "ended" && this.#now !== "replaced";
  }

  /** Calls `tell` at every change; gives the function that takes the listener away. */
  watch(tell: (state: ConnectionState) => void): () => void {
    this.#watchers.add(tell);
    return () => this.#watchers.delete(tell);
  }

  /** Nothing comes after `ended`. */
  enter(state: ConnectionState): void {
    if (this.#now === state || this.#now === "ended") return;
    this.#now = state;
    for (const tell of [...this.#watchers]) tell(state);
  }

  /** Waits for the next change, or for one to `wanted`, at most so long. Returns whether the connection is there. */
  next(timeoutMs: number, wanted?: ConnectionState): Promise<boolean> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        stop();
        resolve(this.#now === "online");
      };
      const timer = setTimeout(done, timeoutMs);
      const stop = this.watch((state) => (wanted === undefined || state === wanted || !this.isTrying) && done());
    });
  }
}
