/** Own messages on their way: sent one after the other, again and again under the same client_id, until the server has
 *  stored them or refused them by name. Kept in the tab's storage, so that a reload loses none. Used by Room. */
import { ApiError } from "./api.ts";
import { clientId } from "./ids.ts";

/** `sent` is the last word about a message: it is stored, or was given up. */
export type UnsentState = "sending" | "failed" | "sent";

export interface Unsent {
  readonly clientId: string;
  readonly text: string;
  readonly state: UnsentState;
}

export type Store = Pick<Storage, "getItem" | "setItem" | "removeItem">;

export interface OutboxOptions {
  /** Sends one message and returns when it is stored. Throws ApiError. */
  deliver(message: Unsent): Promise<void>;
  changed(message: Unsent): void;
  refused(error: ApiError): void;
  store: Store | null;
}

/** Nothing was decided about the message: it goes out again. */
const UNDECIDED = new Set(["offline", "timeout", "malformed", "stopping", "store_unavailable", "unauthenticated", "token_expired"]);
const RETRY_MS = 2_000;

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
    const item: Unsent = { clientId: clientId(), text, state: "sending" };
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
    this.#mark(id, "sending");
  }

  /** Sends what is waiting, in order. One run at a time; another call meanwhile joins it. */
  async flush(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    clearTimeout(this.#timer);
    try {
      for (let item = this.#waiting(); item; item = this.#waiting()) {
        if (!(await this.#deliver(item))) break;
      }
    } finally {
      this.#busy = false;
    }
  }

  /** Stops trying; what is kept in storage stays there. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  async #deliver(item: Unsent): Promise<boolean> {
    try {
      await this.#options.deliver(item);
      this.remove(item.clientId);
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (UNDECIDED.has(error.code)) {
        // Without a connection the room calls `flush` when it is back.
        if (error.code !== "offline") this.#timer = setTimeout(() => void this.flush(), RETRY_MS);
        return false;
      }
      this.#mark(item.clientId, "failed");
      this.#options.refused(error);
      return true;
    }
  }

  #waiting(): Unsent | undefined {
    return this.#items.find((item) => item.state === "sending");
  }

  #mark(id: string, state: UnsentState): void {
    const item = this.#items.find((one) => one.clientId === id);
    if (!item || item.state === state) return;
    const marked = { ...item, state };
    this.#items = this.#items.map((one) => (one === item ? marked : one));
    this.#options.changed(marked);
  }

  #save(): void {
    if (this.#key === null || !this.#options.store) return;
    const kept = this.#items.map(({ clientId: id, text }) => [id, text]);
    try {
      if (kept.length > 0) this.#options.store.setItem(this.#key, JSON.stringify(kept));
      else this.#options.store.removeItem(this.#key);
    } catch (error) {
      if (!(error instanceof DOMException)) throw error; // full or forbidden: memory alone must do
    }
  }
}

function read(kept: string | null | undefined): Unsent[] {
  if (!kept) return [];
  const pairs = JSON.parse(kept) as [string, string][];
  return pairs.map(([id, text]) => ({ clientId: id, text, state: "sending" }));
}
