/** The name under which something is sent until the server has answered: sending the same again, even after a reload,
 *  does it once; something else gets a name of its own. Without a DOM. Used by workform.ts and appeal.ts. */
import type { Store } from "./live/connection.ts";

interface Sent {
  readonly id: string;
  readonly body: string;
}

export class Once {
  readonly #store: Store;
  readonly #key: string;
  readonly #newId: () => string;
  #sent: Sent | null = null;

  /** @param newId makes a UUID */
  constructor(store: Store, key: string, newId: () => string) {
    this.#store = store;
    this.#key = key;
    this.#newId = newId;
  }

  /** The client_id of this body. */
  idFor(body: string): string {
    this.#sent ??= this.#kept();
    if (this.#sent?.body !== body) {
      this.#sent = { id: this.#newId(), body };
      try {
        this.#store.setItem(this.#key, JSON.stringify(this.#sent));
      } catch {
        // Full or forbidden: memory alone must do.
      }
    }
    return this.#sent.id;
  }

  /** The server has answered. */
  done(): void {
    this.#sent = null;
    this.#store.removeItem(this.#key);
  }

  #kept(): Sent | null {
    const text = this.#store.getItem(this.#key);
    return text === null ? null : (JSON.parse(text) as Sent);
  }
}
