/** The live connection: one Socket.IO socket whose commands are promises and whose events are typed. */
import type { Api } from "./api.ts";
import type { Commands, Events } from "./protocol.ts";

export type ConnectionState = "connecting" | "online" | "offline" | "ended";

export declare class Connection {
  constructor(api: Api);
  readonly api: Api;
  get state(): ConnectionState;
  onState(tell: (state: ConnectionState) => void): () => void;
  call<C extends keyof Commands>(name: C, payload: Commands[C]["payload"], timeoutMs?: number): Promise<Commands[C]["data"]>;
  on<E extends keyof Events>(name: E, tell: (data: Events[E]) => void): () => void;
  close(): void;
}
