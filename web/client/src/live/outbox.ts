/** Own messages on their way: sent one after the other, again and again under the same client_id, until the server has
 *  stored them or refused them by name. Kept in the tab's storage, so that a reload loses none. Used by Room. */
import type { Store } from "./connection.ts";
import { type ApiError, asApiError } from "./fault.ts";

/** `waiting`: the server takes no more for now, and it is known when to come again. `sent` is the last word about a message:
 *  it is stored, or was given up. */
export type UnsentState = "sending" | "waiting" | "failed" | "sent";

export interface Unsent {
  readonly clientId: string;
  readonly text: string;
  readonly state: UnsentState;
  /** When a waiting message goes out, in milliseconds since 1970. */
  readonly dueAt?: number;
}

export interface OutboxOptions {
  /** Sends one message and returns when it is stored. Throws ApiError. */
  deliver(message: Unsent): Promise<void>;
  changed(message: Unsent): void;
  refused(error: ApiError): void;
  /** Makes the name under which the server knows a message; a UUID. */
  newId(): string;
  store: Store | null;
}

/** Nothing was decided about the message: it goes out again. */
const UNDECIDED = new Set(["offline", "timeout", "malformed", "stopping", "store_unavailable", "unauthenticated", "token_expired"]);
const RETRY_MS = 2_000;
/** The tutor is still writing, though the writer may not see it: what a teacher checks is hidden. */
const BUSY = new Set(["reply_running", "reply_checking"]);
const BUSY_MS = 5_000;

export class Outbox {
  readonly #options: OutboxOptions;
  #items: Unsent[] = [];
  #key: string | null = null;
  #busy = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  get items(): readonly Unsent[] {
    return this.#items;
  }

  /** Takes back what an earlier page kept under `key`, and keeps everything there from now on. */
  restore(key: string): void {
    if (this.#key !== null) return;
    this.#key = key;
    const known = new Set(this.#items.map((item) => item.clientId));
    const kept = read(this.#options.store?.getItem(key)).filter((item) => !known.has(item.clientId));
    this.#items = [...kept, ...this.#items];
    this.#save();
    for (const item of kept) this.#options.changed(item);
  }

  /** Adds a message; `flush` sends it. */
  add(text: string): string {
    const item: Unsent = { clientId: this.#options.newId(), text, state: "sending" };
    this.#items = [...this.#items, item];
    this.#save();
    this.#options.changed(item);
    return item.clientId;
  }

  /** Takes away a message that is stored or given up. */
  remove(id: string): void {
    const item = this.#items.find((one) => one.clientId === id);
    if (!item) return;
    this.#items = this.#items.filter((one) => one !== item);
    this.#save();
    this.#options.changed({ ...item, state: "sent" });
  }

  /** Marks a refused message to be sent again. */
  revive(id: string): void {
    this.#mark(id, { state: "sending" });
  }

  /** Sends what is to go out, in order. One run at a time; another call meanwhile joins it. */
  async flush(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    clearTimeout(this.#timer);
    try {
      for (let item = this.#next(); item; item = this.#next()) {
        if (!(await this.#deliver(item))) break;
      }
    } finally {
      this.#busy = false;
    }
  }

  /** Stops trying; what is kept in storage stays there, and is for whoever opens the room next. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#key = null;
  }

  /** The first message, when it may go out now: no message overtakes an earlier one that waits. */
  #next(): Unsent | undefined {
    const item = this.#items.find(({ state }) => state !== "failed");
    if (item?.dueAt === undefined) return item;
    const left = item.dueAt - Date.now();
    if (left > 0) {
      this.#again(left);
      return undefined;
    }
    return this.#mark(item.clientId, { state: "sending" });
  }

  async #deliver(item: Unsent): Promise<boolean> {
    try {
      await this.#options.deliver(item);
      this.remove(item.clientId);
      return true;
    } catch (error) {
      return this.#refused(item, asApiError(error));
    }
  }

  /** Whether the next message may be tried. */
  #refused({ clientId }: Unsent, error: ApiError): boolean {
    if (UNDECIDED.has(error.code)) {
      // Without a connection the room calls `flush` when it is back.
      if (error.code !== "offline") this.#again(error.retryAfterMs ?? RETRY_MS);
      return false;
    }
    const waitMs = error.retryAfterMs ?? (BUSY.has(error.code) ? BUSY_MS : null);
    if (waitMs !== null) {
      this.#mark(clientId, { state: "waiting", dueAt: Date.now() + waitMs });
      return true;
    }
    this.#mark(clientId, { state: "failed" });
    this.#options.refused(error);
    return true;
  }

  #again(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), ms);
  }

  #mark(id: string, facts: Pick<Unsent, "state" | "dueAt">): Unsent | undefined {
    const item = this.#items.find((one) => one.clientId === id);
    if (!item) return undefined;
    const marked: Unsent = { clientId: id, text: item.text, ...facts };
    this.#items = this.#items.map((one) => (one === item ? marked : one));
    if (marked.state !== item.state || marked.dueAt !== item.dueAt) this.#options.changed(marked);
    return marked;
  }

  #save(): void {
    if (this.#key === null || !this.#options.store) return;
    const kept = this.#items.map(({ clientId: id, text }) => [id, text]);
    try {
      if (kept.length > 0) this.#options.store.setItem(this.#key, JSON.stringify(kept));
      else this.#options.store.removeItem(this.#key);
    } catch {
      // Full or forbidden: memory alone must do.
    }
  }
}

function read(kept: string | null | undefined): Unsent[] {
  if (!kept) return [];
  const pairs = JSON.parse(kept) as [string, string][];
  return pairs.map(([id, text]) => ({ clientId: id, text, state: "sending" }));
}
