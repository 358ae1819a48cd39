/** Keeps work that is not handed in yet: at once on this device, and soon on the server. Without a DOM. Used by
 *  workform.ts. */
import type { Store } from "./live/connection.ts";
import { type ApiError, asApiError } from "./live/fault.ts";
import type { AnswerPart, FileView } from "./protocol.ts";

export interface Work {
  readonly answers: readonly AnswerPart[];
  readonly text: string;
  readonly files: readonly FileView[];
}

/** `waiting`: it goes out soon. `offline`: it goes out when it can. `refused`: the server does not want it. */
export type DraftState = "waiting" | "saved" | "offline" | "refused";

export interface DraftOptions {
  /** Where it is kept on this device, under which name. */
  readonly store: Store;
  readonly key: string;
  /** Keeps it on the server. Throws ApiError. */
  save(work: Work): Promise<void>;
  told(state: DraftState): void;
}

/** A pause in the writing that is long enough to save. */
const PAUSE_MS = 1_200;
const RETRY_MS = 4_000;
const FINAL = new Set(["invalid_input", "not_found", "not_allowed", "hand_in_closed", "too_large", "malformed_request"]);

/** What this device kept from before, and when (in milliseconds since 1970). */
export interface Left {
  readonly work: Work;
  readonly at: number;
}

export class WorkDraft {
  readonly #options: DraftOptions;
  /** What the server does not have yet. */
  #unsaved: Work | null = null;
  #saving: Promise<void> | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isHeld = false;

  constructor(options: DraftOptions) {
    this.#options = options;
  }

  /** What was not saved when the page was left; null when everything was. */
  get left(): Left | null {
    return read(this.#options.store.getItem(this.#options.key));
  }

  /** The work is this now. */
  change(work: Work): void {
    this.#unsaved = work;
    this.#keep(work);
    this.#options.told("waiting");
    this.#plan(PAUSE_MS);
  }

  /** Saves now what is not saved yet; resolves when it is, or cannot be for now. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#saving;
    if (this.#unsaved === null || this.#isHeld) return;
    this.#saving = this.#save(this.#unsaved).finally(() => (this.#saving = null));
    await this.#saving;
  }

  /** Runs `work` while nothing is saved, so that no draft comes after what was handed in. */
  async holding<T>(work: () => Promise<T>): Promise<T> {
    clearTimeout(this.#timer);
    this.#isHeld = true;
    await this.#saving;
    try {
      return await work();
    } finally {
      this.#isHeld = false;
      if (this.#unsaved !== null) this.#plan(PAUSE_MS);
    }
  }

  /** It was handed in: nothing is left to keep. */
  drop(): void {
    clearTimeout(this.#timer);
    this.#unsaved = null;
    this.#options.store.removeItem(this.#options.key);
  }

  async #save(work: Work): Promise<void> {
    try {
      await this.#options.save(work);
    } catch (error) {
      return this.#failed(asApiError(error));
    }
    if (this.#unsaved !== work) return; // it was changed meanwhile, and that is planned
    this.drop();
    this.#options.told("saved");
  }

  #failed(error: ApiError): void {
    const isFinal = FINAL.has(error.code);
    this.#options.told(isFinal ? "refused" : "offline");
    if (!isFinal) this.#plan(error.retryAfterMs ?? RETRY_MS);
  }

  #plan(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), ms);
  }

  #keep(work: Work): void {
    const left: Left = { work, at: Date.now() };
    try {
      this.#options.store.setItem(this.#options.key, JSON.stringify(left));
    } catch {
      // Full or forbidden: the server's copy must do.
    }
  }
}

/** What to begin with: the newer of what this device and the server kept. */
export function newest(left: Left | null, kept: { readonly work: Work; readonly savedAt: string } | null): Work | null {
  if (left === null) return kept?.work ?? null;
  return kept !== null && Date.parse(kept.savedAt) > left.at ? kept.work : left.work;
}

function read(text: string | null): Left | null {
  if (text === null) return null;
  const left = JSON.parse(text) as Left;
  return Array.isArray(left.work?.answers) && Array.isArray(left.work.files) ? left : null;
}
