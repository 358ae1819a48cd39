/** Saves what is being written a moment after the last change, one save at a time, and again when one failed for a
 *  reason that passes. Used by the editor of assignments. */
import { ApiError, asApiError } from "./live/fault.ts";

export type SaveState = "saved" | "changed" | "saving" | "failed";

export interface AutosaveRules {
  /** Sends all of it as it is now. Throws ApiError. */
  save(): Promise<void>;
  /** Told of every change of state; the error is why it failed. */
  told(state: SaveState, error: ApiError | null): void;
  pauseMs?: number;
  retryMs?: number;
}

const PASSING = new Set(["offline", "timeout", "malformed", "stopping", "busy", "rate_limited", "store_unavailable", "internal"]);

export class Autosave {
  readonly #rules: AutosaveRules;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: Promise<boolean> | null = null;
  #dirty = false;

  constructor(rules: AutosaveRules) {
    this.#rules = rules;
  }

  /** Whether something is not saved yet. */
  get isDirty(): boolean {
    return this.#dirty || this.#running !== null;
  }

  /** Something was changed. With `later` false it waits for `now`. */
  changed(later = true): void {
    this.#dirty = true;
    if (!this.#running) this.#rules.told("changed", null);
    clearTimeout(this.#timer);
    if (later) this.#timer = setTimeout(() => void this.now(), this.#rules.pauseMs ?? 1500);
  }

  /** Saves what is not saved yet; whether everything is saved now. */
  async now(): Promise<boolean> {
    clearTimeout(this.#timer);
    while (this.#running) await this.#running;
    if (!this.#dirty) return true;
    this.#running = this.#attempt();
    try {
      return (await this.#running) && !this.#dirty;
    } finally {
      this.#running = null;
    }
  }

  /** What was written is not wanted any more. */
  drop(): void {
    clearTimeout(this.#timer);
    this.#dirty = false;
  }

  async #attempt(): Promise<boolean> {
    this.#dirty = false;
    this.#rules.told("saving", null);
    try {
      await this.#rules.save();
      this.#rules.told(this.#dirty ? "changed" : "saved", null);
      return true;
    } catch (error) {
      const refused = asApiError(error);
      this.#dirty = true;
      this.#rules.told("failed", refused);
      if (PASSING.has(refused.code)) this.#timer = setTimeout(() => void this.now(), this.#rules.retryMs ?? 5000);
      return false;
    }
  }
}
