/** What a room needs of the world: a live connection, and the pages of history. A page gives it socket.ts; a
 *  mini-program, or a test, its own. */
import type { Commands, Events } from "../protocol.ts";

/** `connecting`: the first try, or right after a loss. `offline`: trying goes on. `replaced`: the server gave this
 *  connection's place to a newer one, and the reader must ask for it. `ended`: only a new sign-in helps. */
export type ConnectionState = "connecting" | "online" | "offline" | "replaced" | "ended";

export interface LiveConnection {
  readonly state: ConnectionState;
  /** Calls `tell` at every change of state; gives the function that takes the listener away. */
  onState(tell: (state: ConnectionState) => void): () => void;
  /** Sends a command and gives the data of its ack. Throws ApiError. */
  call<C extends keyof Commands>(name: C, payload: Commands[C]["payload"]): Promise<Commands[C]["data"]>;
  /** Calls `tell` with every event of this name; gives the function that takes the listener away. */
  on<E extends keyof Events>(name: E, tell: (data: Events[E]) => void): () => void;
  readonly api: {
    readonly user: { readonly id: string } | null;
    /** Reads over HTTP. Throws ApiError. */
    get<T>(path: string): Promise<T>;
  };
}

/** Where unsent messages survive a reload. `setItem` may throw when it is full. */
export interface Store {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}
