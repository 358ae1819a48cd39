/** The live connection: one Socket.IO socket whose commands are promises, whose events are typed, and which finds its
 *  way back by itself after every loss that signing in again does not have to cure. Every live page makes one. */
import type { Api } from "./api.ts";
import { Calls } from "./calls.ts";
import { Comeback } from "./comeback.ts";
import { LinkState } from "./linkstate.ts";
import { ApiError, asApiError } from "./live/fault.ts";
import type { ConnectionState, LiveConnection } from "./live/index.ts";
import type { Bye, Commands, Events } from "./protocol.ts";
import { Renewal } from "./renewal.ts";
import { type Credentials, type OpenSocket, openSocket, PATIENCE_MS, type SocketLike } from "./wire.ts";

export interface ConnectionOptions {
  openSocket?: OpenSocket;
  /** Spreads the returning clients: a number from 0 to 1. */
  random?: () => number;
}

const NEEDS_TOKEN = new Set(["token_expired", "unauthenticated"]);
/** Done twice they have done the same, and nobody else does them again. */
const REPEATED = new Set<keyof Commands>(["conversation.create", "reply.stop", "reply.rate"]);
/** The server did not say whether the command was carried out. */
const UNDECIDED = new Set(["timeout", "offline", "stopping"]);

export class Connection implements LiveConnection {
  readonly api: Api;
  readonly #socket: SocketLike;
  readonly #state = new LinkState();
  readonly #calls: Calls;
  readonly #comeback: Comeback;
  readonly #renewal: Renewal;
  readonly #unsubscribe: (() => void)[];
  #admission: ReturnType<typeof setTimeout> | undefined;

  constructor(api: Api, options: ConnectionOptions = {}) {
    this.api = api;
    this.#socket = (options.openSocket ?? openSocket)((give) => void this.#authenticate(give));
    this.#calls = new Calls(this.#socket);
    this.#comeback = new Comeback((newToken) => this.#reconnect(newToken), options.random ?? Math.random);
    this.#renewal = new Renewal(api);
    this.#socket.on("connect", () => this.#connected());
    this.#socket.on("disconnect", (reason: string) => this.#disconnected(reason));
    this.#socket.on("connect_error", (error: Error) => this.#failed(error));
    this.#socket.on("bye", (bye: Bye) => this.#bye(bye));
    this.#socket.onAny(() => this.#calls.hear());
    this.#unsubscribe = [api.onToken((token) => this.#renewed(token)), api.onSignedOut(() => this.close())];
    this.#socket.connect();
  }

  get state(): ConnectionState {
    return this.#state.now;
  }

  /** Calls `tell` at every change of state; gives the function that takes the listener away. */
  onState(tell: (state: ConnectionState) => void): () => void {
    return this.#state.watch(tell);
  }

  /** Sends a command and gives the data of its ack. While connecting it waits for the connection first. What was cut off
   *  is repeated once on the next connection, when that does no harm and nobody else does it.
   *  Throws ApiError: the server's code, `offline` or `timeout` when no ack came, `malformed` when it was empty. */
  async call<C extends keyof Commands>(
    name: C,
    payload: Commands[C]["payload"],
    timeoutMs: number = PATIENCE_MS,
  ): Promise<Commands[C]["data"]> {
    if (this.state === "connecting") await this.#state.next(timeoutMs);
    if (this.state !== "online") throw new ApiError("offline");
    try {
      return await this.#send(name, payload, timeoutMs);
    } catch (error) {
      if (!REPEATED.has(name) || !UNDECIDED.has(asApiError(error).code)) throw error;
      const isLeaving = this.state !== "online" || this.#comeback.isPlanned;
      if (isLeaving && !(await this.#state.next(timeoutMs, "online"))) throw error;
    }
    return this.#send(name, payload, timeoutMs);
  }

  /** Calls `tell` with every event of this name; gives the function that takes the listener away. */
  on<E extends keyof Events>(name: E, tell: (data: Events[E]) => void): () => void {
    this.#socket.on(name, tell);
    return () => void this.#socket.off(name, tell);
  }

  /** Connects again after the server gave this connection's place away: the reader wants it here. */
  comeBack(): void {
    if (this.state !== "replaced") return;
    this.#state.enter("connecting");
    this.#socket.connect();
  }

  /** Ends the connection for good. */
  close(): void {
    for (const stop of this.#unsubscribe) stop();
    this.#goAway("ended");
  }

  async #send<C extends keyof Commands>(name: C, payload: unknown, timeoutMs: number): Promise<Commands[C]["data"]> {
    const { heard } = this.#calls;
    try {
      return (await this.#calls.send(name, payload, timeoutMs)) as Commands[C]["data"];
    } catch (error) {
      const { code } = asApiError(error);
      // A server that says nothing at all has stopped or is cut off; behind the same address there may be another.
      if (code === "timeout" && this.#calls.heard === heard && this.state === "online") this.#reconnect();
      if (code === "stopping" && this.state === "online" && !this.#comeback.isPlanned) this.#comeback.in(0);
      throw error;
    }
  }

  async #authenticate(give: (credentials: Credentials) => void): Promise<void> {
    try {
      give({ token: await this.api.token(), client: "web", version: "1" });
    } catch (error) {
      asApiError(error);
      return this.#giveUp();
    }
    clearTimeout(this.#admission);
    this.#admission = setTimeout(() => this.#giveUp(), PATIENCE_MS);
  }

  #connected(): void {
    clearTimeout(this.#admission);
    this.#comeback.succeeded();
    this.#renewal.plan();
    this.#state.enter("online");
  }

  #disconnected(reason: string): void {
    clearTimeout(this.#admission);
    this.#calls.drop();
    if (!this.#state.isTrying || reason === "io client disconnect") return;
    this.#state.enter("connecting");
    if (this.#comeback.isPlanned)
      this.#socket.disconnect(); // after a bye: come back when told, not at once
    else if (reason === "io server disconnect") this.#comeback.later();
  }

  #failed(error: Error & { data?: { code?: string } }): void {
    clearTimeout(this.#admission);
    if (!this.#state.isTrying) return;
    const code = error.data?.code;
    if (code === "session_ended") return this.api.end();
    const needsToken = code !== undefined && NEEDS_TOKEN.has(code);
    if (needsToken && !this.#comeback.wasRefused) return this.#reconnect(true);
    this.#state.enter("offline");
    if (!this.#socket.active) this.#comeback.later(needsToken);
  }

  #bye({ code, after_ms }: Bye): void {
    if (code === "session_ended") this.api.end();
    else if (code === "replaced") this.#goAway("replaced");
    else if (code === "token_expired") this.#reconnect(true);
    else this.#comeback.in(after_ms);
  }

  /** Ends an attempt that leads nowhere, to make another one later. */
  #giveUp(): void {
    if (!this.#state.isTrying) return;
    this.#socket.disconnect();
    this.#state.enter("offline");
    this.#comeback.later();
  }

  #reconnect(newToken = false): void {
    if (!this.#state.isTrying) return;
    // To the page this is a loss like any other.
    if (this.state === "online") this.#state.enter("connecting");
    this.#socket.disconnect();
    this.#calls.drop();
    if (newToken) void this.#connectWithNewToken();
    else this.#socket.connect();
  }

  async #connectWithNewToken(): Promise<void> {
    this.#comeback.refused();
    try {
      await this.api.refresh();
    } catch (error) {
      asApiError(error);
      if (!this.#state.isTrying) return;
      this.#state.enter("offline");
      return this.#comeback.later(true);
    }
    if (this.#state.isTrying) this.#socket.connect();
  }

  /** Stays away until the reader does something about it. */
  #goAway(state: "replaced" | "ended"): void {
    clearTimeout(this.#admission);
    this.#comeback.stop();
    this.#renewal.stop();
    this.#state.enter(state);
    this.#socket.disconnect();
    this.#calls.drop();
  }

  #renewed(token: string): void {
    if (!this.#state.isTrying) return;
    this.#renewal.plan();
    if (this.state !== "online") return;
    // A failure is no harm: the server says bye with `token_expired` when the old token ends.
    this.call("session.renew", { token }).catch(() => undefined);
  }
}
