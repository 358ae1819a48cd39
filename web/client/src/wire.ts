/** The library's socket, made as this client needs it, and what is used of it. Used by socket.ts. */
import { io } from "socket.io-client";

export interface Credentials {
  token: string;
  client: "web";
  version: "1";
}

/** As the library types it: what an event carries is known by its name alone. */
type Listener = (...args: any[]) => void;

/** What is used of a Socket.IO socket. */
export interface SocketLike {
  /** Whether the library itself will try again. */
  readonly active: boolean;
  connect(): unknown;
  disconnect(): unknown;
  on(name: string, tell: Listener): unknown;
  off(name: string, tell: Listener): unknown;
  /** Calls `tell` at every event of the server. */
  onAny(tell: Listener): unknown;
  emit(name: string, payload: unknown, ack: (answer: unknown) => void): unknown;
}

export type OpenSocket = (auth: (give: (credentials: Credentials) => void) => void) => SocketLike;

/** How long the server may take for one answer, and the network for a connection. */
export const PATIENCE_MS = 10_000;
export const FIRST_DELAY_MS = 500;
export const LONGEST_DELAY_MS = 5_000;

/** A socket that is not connected yet. It tries again by itself when a connection breaks, or hears nothing for as long as
 *  the server's pings may take. */
export const openSocket = (auth: Parameters<OpenSocket>[0], address?: string): SocketLike => {
  const options = {
    path: "/socket.io/",
    transports: ["websocket"],
    auth: (give: (credentials: Credentials) => void) => auth(give),
    autoConnect: false,
    reconnectionDelay: FIRST_DELAY_MS,
    reconnectionDelayMax: LONGEST_DELAY_MS,
    timeout: PATIENCE_MS,
  };
  return address === undefined ? io(options) : io(address, { ...options, forceNew: true });
};
