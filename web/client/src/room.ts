/** One conversation kept in step with the server: it opens, catches up after every loss, sends, and tells its listener
 *  what to show. No DOM. Made by the chat page and by the teacher's view of a room. */
import { type Api, ApiError } from "./api.ts";
import { CatchUp } from "./catchup.ts";
import type { RoomListener } from "./listener.ts";
import { Outbox, type Store, type Unsent } from "./outbox.ts";
import type { Commands, ConversationView, Events, Messages, MessageView, Opened, PresentView, ReplyTicket } from "./protocol.ts";
import type { Connection } from "./socket.ts";
import { type Change, Transcript } from "./transcript.ts";

export type { RoomListener } from "./listener.ts";
export type { Unsent, UnsentState } from "./outbox.ts";

/** What a room uses of a Connection. */
export type RoomConnection = Pick<Connection, "state" | "onState" | "call" | "on"> & {
  readonly api: Pick<Api, "get" | "user">;
};

export interface RoomOptions {
  /** Where unsent messages survive a reload; default the tab's session storage. */
  store?: Store | null;
}

const OLDER_AT_ONCE = 50;
/** The room is not there for this person (any more): asking again is no use. */
const GONE = new Set(["not_found", "not_allowed"]);
const SILENT = new Set(["offline", "timeout"]);

export class Room {
  readonly conversationId: string;
  readonly #connection: RoomConnection;
  readonly #listener: RoomListener;
  readonly #outbox: Outbox;
  readonly #catchUp: CatchUp;
  readonly #transcript = new Transcript();
  #unsubscribe: (() => void)[] = [];
  #present: readonly PresentView[] = [];
  #hasOlder = false;
  #loadingOlder = false;
  /** Events that came before the first answer; null once it is here. */
  #early: (() => void)[] | null = [];
  constructor(connection: RoomConnection, conversationId: string, listener: RoomListener, options: RoomOptions = {}) {
    this.#connection = connection;
    this.conversationId = conversationId;
    this.#listener = listener;
    this.#catchUp = new CatchUp({
      canAsk: () => this.#isOpen && connection.state === "online",
      ask: () => this.#ask(),
      isMissing: () => this.#transcript.behind,
      mark: () => this.#transcript.mark,
      done: () => this.#flush(),
      failed: (error) => this.#report(error),
    });
    this.#outbox = new Outbox({
      deliver: (message) => this.#deliver(message),
      changed: ({ clientId, text, state }) => listener.unsent(clientId, text, state),
      refused: (error) => listener.problem(error),
      store: options.store === undefined ? (globalThis.sessionStorage ?? null) : options.store,
    });
  }

  /** Stored messages in order of `seq`; a running reply's text is what is known so far. */
  get messages(): readonly MessageView[] {
    return this.#transcript.messages;
  }

  /** Own messages that are not stored yet, in order. */
  get unsent(): readonly Unsent[] {
    return this.#outbox.items;
  }

  /** The reply that is queued or running. */
  get running(): MessageView | null {
    return this.#transcript.running;
  }

  get present(): readonly PresentView[] {
    return this.#present;
  }

  get hasOlder(): boolean {
    return this.#hasOlder;
  }

  /** Enters the room, now or when the connection is there, and again after every loss, until `close`. */
  open(): void {
    if (this.#unsubscribe.length > 0) return;
    this.#unsubscribe = [
      this.#connection.onState((state) => state === "online" && this.#online()),
      this.#hear("message.added", ({ message }) => this.#stored(message)),
      this.#hear("message.changed", ({ message }) => this.#apply(this.#transcript.changed(message))),
      this.#hear("reply.started", ({ reply_id }) => this.#apply(this.#transcript.started(reply_id))),
      this.#hear("reply.delta", (event) => this.#apply(this.#transcript.delta(event))),
      this.#hear("reply.finished", (event) => this.#apply(this.#transcript.finished(event))),
      this.#hear("presence.changed", ({ present }) => this.#nowPresent(present)),
      this.#connection.on("conversation.changed", ({ conversation }) => {
        if (conversation.id === this.conversationId) this.#whenOpened(() => this.#nowCalled(conversation));
      }),
    ];
    this.#online();
  }

  /** Leaves the room. A running reply goes on; what is unsent stays in storage. */
  close(): void {
    this.#leave();
    this.#early = [];
    this.#outbox.stop();
    if (this.#connection.state !== "online") return;
    // Nothing is lost when it does not arrive: the server drops the room with the socket.
    this.#connection.call("conversation.close", { conversation_id: this.conversationId }).catch(() => undefined);
  }

  /** Says something; gives the client_id under which it is shown until it is stored. */
  send(text: string): string {
    const clientId = this.#outbox.add(text);
    this.#flush();
    return clientId;
  }

  /** Sends a refused message again. */
  resend(clientId: string): void {
    this.#outbox.revive(clientId);
    this.#flush();
  }

  /** Gives an unsent message up. */
  discard(clientId: string): void {
    this.#outbox.remove(clientId);
  }

  /** Ends the running reply; its text so far stays. */
  async stop(): Promise<void> {
    const reply = this.running;
    if (reply) await this.#command("reply.stop", { conversation_id: this.conversationId, reply_id: reply.id });
  }

  /** Asks for a new reply to the same question; it comes as a new message. */
  async retry(replyId: string): Promise<void> {
    const answer = await this.#command("reply.retry", { conversation_id: this.conversationId, reply_id: replyId });
    this.#waits(answer?.reply);
  }

  /** Says whether a reply helped; null takes it back. */
  async rate(replyId: string, rating: "up" | "down" | null): Promise<void> {
    const payload = { conversation_id: this.conversationId, reply_id: replyId, rating };
    const answer = await this.#command("reply.rate", payload);
    if (answer) this.#apply(this.#transcript.changed(answer.message));
  }

  /** Fetches the page before the first message; the listener gets it by `older`. */
  async loadOlder(): Promise<void> {
    const first = this.messages[0];
    if (!first || !this.#hasOlder || this.#loadingOlder) return;
    this.#loadingOlder = true;
    try {
      const query = `before_seq=${first.seq}&limit=${OLDER_AT_ONCE}`;
      const page = await this.#connection.api.get<Messages>(`conversations/${this.conversationId}/messages?${query}`);
      this.#hasOlder = page.next !== null;
      this.#listener.older(this.#transcript.older(page.items));
    } catch (error) {
      this.#report(error);
    } finally {
      this.#loadingOlder = false;
    }
  }

  #online(): void {
    const user = this.#connection.api.user;
    if (user) this.#outbox.restore(`tutor.unsent.${user.id}.${this.conversationId}`);
    this.#catchUp.start();
  }

  async #ask(): Promise<void> {
    const payload = { conversation_id: this.conversationId, ...this.#transcript.question() };
    try {
      this.#opened(await this.#connection.call("conversation.open", payload));
    } catch (error) {
      if (GONE.has(asApiError(error).code)) this.#leave();
      throw error;
    }
  }

  get #isOpen(): boolean {
    return this.#unsubscribe.length > 0;
  }

  #leave(): void {
    for (const stop of this.#unsubscribe) stop();
    this.#unsubscribe = [];
    this.#catchUp.stop();
  }

  #opened(answer: Opened): void {
    if (!this.#isOpen) return;
    const changes = this.#transcript.opened(answer);
    this.#listener.conversation(answer.conversation);
    const stored = new Set(answer.messages.map((message) => message.client_id));
    for (const { clientId } of this.unsent) if (stored.has(clientId)) this.#outbox.remove(clientId);
    if (this.#early) {
      this.#hasOlder = (this.messages[0]?.seq ?? 1) > 1;
      this.#listener.reset(this.messages);
      for (const { clientId, text, state } of this.unsent) this.#listener.unsent(clientId, text, state);
    } else {
      this.#tell(changes);
    }
    this.#nowPresent(answer.present);
    const early = this.#early ?? [];
    this.#early = null;
    for (const happen of early) happen();
  }

  #hear<
    E extends
      "message.added" | "message.changed" | "reply.started" | "reply.delta" | "reply.finished" | "presence.changed",
  >(name: E, happen: (event: Events[E]) => void): () => void {
    return this.#connection.on(name, (event) => {
      if (event.conversation_id === this.conversationId) this.#whenOpened(() => happen(event));
    });
  }

  #whenOpened(happen: () => void): void {
    if (this.#early) this.#early.push(happen);
    else happen();
  }

  #stored(message: MessageView): void {
    this.#outbox.remove(message.client_id);
    this.#apply(this.#transcript.added(message));
  }

  #nowPresent(present: readonly PresentView[]): void {
    this.#present = present;
    this.#listener.presence(present);
  }

  #nowCalled(view: ConversationView): void {
    this.#transcript.heard(view.last_seq);
    this.#listener.conversation(view);
    this.#catchUp.look();
  }

  #apply(changes: readonly Change[]): void {
    this.#tell(changes);
    this.#catchUp.look();
  }

  #tell(changes: readonly Change[]): void {
    for (const change of changes) {
      if (change.kind === "delta") this.#listener.delta(change.replyId, change.text);
      else this.#listener[change.kind](change.message);
    }
  }

  /** Messages go out only in a room that is open: their echo and the reply come as events. */
  #flush(): void {
    if (this.#early === null && this.#catchUp.isFresh && this.#connection.state === "online") void this.#outbox.flush();
  }

  async #deliver({ clientId, text }: Unsent): Promise<void> {
    const payload = { conversation_id: this.conversationId, client_id: clientId, text };
    const { message, reply } = await this.#connection.call("message.send", payload);
    if (reply) this.#transcript.heard(message.seq + 1); // the reply is stored after its question
    this.#stored(message);
    this.#waits(reply);
  }

  #waits(reply: ReplyTicket | null | undefined): void {
    if (reply?.state === "queued" && reply.position) this.#listener.queued(reply.id, reply.position);
  }

  async #command<C extends "reply.stop" | "reply.retry" | "reply.rate">(
    name: C,
    payload: Commands[C]["payload"],
  ): Promise<Commands[C]["data"] | null> {
    try {
      return await this.#connection.call(name, payload);
    } catch (error) {
      this.#listener.problem(asApiError(error));
      return null;
    }
  }

  #report(error: unknown): void {
    const named = asApiError(error);
    if (!SILENT.has(named.code)) this.#listener.problem(named);
  }
}

/** Anything else is a fault of ours and goes on to the console. */
function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  throw error;
}
