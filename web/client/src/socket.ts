/** The live connection: one Socket.IO socket whose commands are promises, whose events are typed, and which finds its
 *  way back by itself after every loss that signing in again does not have to cure. Every live page makes one. */
import { io } from "socket.io-client";
import { type Api, ApiError, refusal } from "./api.ts";
import type { Bye, Commands, Events } from "./protocol.ts";

/** `connecting`: the first try, or right after a loss. `offline`: trying goes on. `ended`: only a new sign-in helps. */
export type ConnectionState = "connecting" | "online" | "offline" | "ended";

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
  emit(name: string, payload: unknown, ack: (answer: unknown) => void): unknown;
}

export type OpenSocket = (auth: (give: (credentials: Credentials) => void) => void) => SocketLike;

export interface ConnectionOptions {
  openSocket?: OpenSocket;
  /** Spreads the returning clients: a number from 0 to 1. */
  random?: () => number;
}

const CALL_TIMEOUT_MS = 10_000;
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 5_000;
const NEEDS_TOKEN = new Set(["token_expired", "unauthenticated"]);

const openSocket: OpenSocket = (auth) =>
  io({
    path: "/socket.io/",
    transports: ["websocket"],
    auth: (give) => auth(give),
    autoConnect: false,
    reconnectionDelay: FIRST_DELAY_MS,
    reconnectionDelayMax: LONGEST_DELAY_MS,
    timeout: CALL_TIMEOUT_MS,
  });

export class Connection {
  readonly api: Api;
  readonly #socket: SocketLike;
  readonly #random: () => number;
  readonly #watchers = new Set<(state: ConnectionState) => void>();
  readonly #pending = new Set<(error: ApiError) => void>();
  readonly #unsubscribe: (() => void)[];
  #state: ConnectionState = "connecting";
  #refusals = 0;
  #comeback: ReturnType<typeof setTimeout> | undefined;
  #renewal: ReturnType<typeof setTimeout> | undefined;

  constructor(api: Api, options: ConnectionOptions = {}) {
    this.api = api;
    this.#random = options.random ?? Math.random;
    this.#socket = (options.openSocket ?? openSocket)((give) => void this.#authenticate(give));
    this.#socket.on("connect", () => this.#connected());
    this.#socket.on("disconnect", (reason: string) => this.#disconnected(reason));
    this.#socket.on("connect_error", (error: Error) => this.#failed(error));
    this.#socket.on("bye", (bye: Bye) => this.#bye(bye));
    this.#unsubscribe = [api.onToken((token) => this.#renewed(token)), api.onSignedOut(() => this.close())];
    this.#socket.connect();
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Calls `tell` at every change of state; gives the function that takes the listener away. */
  onState(tell: (state: ConnectionState) => void): () => void {
    this.#watchers.add(tell);
    return () => this.#watchers.delete(tell);
  }

  /** Sends a command and gives the data of its ack. While connecting it waits for the connection first.
   *  Throws ApiError: the server's code, `offline` or `timeout` when no ack came, `malformed` when it was empty. */
  async call<C extends keyof Commands>(
    name: C,
    payload: Commands[C]["payload"],
    timeoutMs: number = CALL_TIMEOUT_MS,
  ): Promise<Commands[C]["data"]> {
    if (this.#state === "connecting") await this.#nextState(timeoutMs);
    if (this.#state !== "online") throw new ApiError("offline");
    return new Promise((resolve, reject) => {
      const settle = (act: () => void): void => {
        clearTimeout(timer);
        this.#pending.delete(fail);
        act();
      };
      const fail = (error: ApiError): void => settle(() => reject(error));
      const timer = setTimeout(() => fail(new ApiError("timeout")), timeoutMs);
      this.#pending.add(fail);
      this.#socket.emit(name, payload, (answer) => {
        if (isSuccess(answer)) settle(() => resolve(answer.data as Commands[C]["data"]));
        else fail(refusal(answer) ?? new ApiError("malformed"));
      });
    });
  }

  /** Calls `tell` with every event of this name; gives the function that takes the listener away. */
  on<E extends keyof Events>(name: E, tell: (data: Events[E]) => void): () => void {
    this.#socket.on(name, tell);
    return () => void this.#socket.off(name, tell);
  }

  /** Ends the connection for good. */
  close(): void {
    for (const stop of this.#unsubscribe) stop();
    clearTimeout(this.#comeback);
    clearTimeout(this.#renewal);
    this.#enter("ended");
    this.#socket.disconnect();
    this.#failPending();
  }

  async #authenticate(give: (credentials: Credentials) => void): Promise<void> {
    try {
      give({ token: await this.api.token(), client: "web", version: "1" });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (this.#state === "ended") return;
      this.#socket.disconnect();
      this.#enter("offline");
      this.#comeBackIn(this.#delay());
    }
  }

  #connected(): void {
    clearTimeout(this.#comeback);
    this.#refusals = 0;
    this.#planRenewal();
    this.#enter("online");
  }

  #disconnected(reason: string): void {
    this.#failPending();
    if (this.#state === "ended" || reason === "io client disconnect") return;
    this.#enter("connecting");
    if (this.#comeback !== undefined)
      this.#socket.disconnect(); // after a bye: come back when told, not at once
    else if (reason === "io server disconnect") this.#comeBackIn(this.#delay());
  }

  #failed(error: Error & { data?: { code?: string } }): void {
    if (this.#state === "ended") return;
    const code = error.data?.code;
    if (code === "session_ended") return this.api.end();
    if (code !== undefined && NEEDS_TOKEN.has(code) && this.#refusals === 0) return void this.#comeBackWithNewToken();
    this.#enter("offline");
    if (this.#socket.active) return;
    if (code !== undefined && NEEDS_TOKEN.has(code)) this.#comeBackIn(this.#delay(), true);
    else this.#comeBackIn(this.#delay());
  }

  #bye({ code, after_ms }: Bye): void {
    if (code === "session_ended") this.api.end();
    else if (code === "token_expired") void this.#comeBackWithNewToken();
    else this.#comeBackIn(after_ms);
  }

  #comeBackIn(ms: number, newToken = false): void {
    clearTimeout(this.#comeback);
    this.#comeback = setTimeout(() => {
      this.#comeback = undefined;
      if (newToken) void this.#comeBackWithNewToken();
      else this.#reconnect();
    }, ms);
  }

  async #comeBackWithNewToken(): Promise<void> {
    clearTimeout(this.#comeback);
    this.#refusals += 1;
    this.#leave();
    try {
      await this.api.refresh();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (this.#state === "ended") return;
      this.#enter("offline");
      return this.#comeBackIn(this.#delay(), true);
    }
    this.#reconnect();
  }

  #reconnect(): void {
    if (this.#state === "ended") return;
    this.#leave();
    this.#socket.connect();
  }

  /** Ends this socket's connection to make another; to the page that is a loss like any other. */
  #leave(): void {
    if (this.#state === "online") this.#enter("connecting");
    this.#socket.disconnect();
    this.#failPending();
  }

  /** Longer after every refusal, and never the same for all clients. */
  #delay(): number {
    const longest = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** this.#refusals);
    this.#refusals += 1;
    return longest * (0.5 + this.#random() / 2);
  }

  #planRenewal(): void {
    clearTimeout(this.#renewal);
    this.#renewal = setTimeout(() => void this.#renew(), Math.max(FIRST_DELAY_MS, this.api.freshForMs));
  }

  async #renew(): Promise<void> {
    try {
      await this.api.refresh();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (this.#state === "ended") return;
      this.#renewal = setTimeout(() => void this.#renew(), LONGEST_DELAY_MS);
    }
  }

  #renewed(token: string): void {
    this.#planRenewal();
    if (this.#state !== "online") return;
    // A failure is no harm: the server says bye with `token_expired` when the old token ends.
    this.call("session.renew", { token }).catch(() => undefined);
  }

  #nextState(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        stop();
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      const stop = this.onState(done);
    });
  }

  #failPending(): void {
    for (const fail of [...this.#pending]) fail(new ApiError("offline"));
  }

  #enter(state: ConnectionState): void {
    if (this.#state === state || this.#state === "ended") return;
    this.#state = state;
    for (const tell of [...this.#watchers]) tell(state);
  }
}

function isSuccess(answer: unknown): answer is { success: true; data: unknown } {
  const ack = answer as { success?: unknown; data?: unknown } | null | undefined;
  return ack?.success === true && ack.data !== undefined && ack.data !== null;
}
