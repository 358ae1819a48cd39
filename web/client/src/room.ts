/** One conversation kept in step with the server: it opens, catches up after every loss, sends, and tells its listener
 *  what to show. No DOM. Made by the chat page and by the teacher's view of a room. */
import { type Api, ApiError } from "./api.ts";
import { Outbox, type Store, type Unsent, type UnsentState } from "./outbox.ts";
import type { Commands, ConversationView, Events, Messages, MessageView, Opened, PresentView, ReplyTicket } from "./protocol.ts";
import type { Connection } from "./socket.ts";
import { type Change, Transcript } from "./transcript.ts";

export type { Unsent, UnsentState } from "./outbox.ts";

export interface RoomListener {
  /** The room was opened: draw these, in order of `seq`, in place of all that is there. */
  reset(messages: readonly MessageView[]): void;
  /** Earlier messages for the top, in order. */
  older(messages: readonly MessageView[]): void;
  /** A new last message. */
  added(message: MessageView): void;
  /** The message with this id is now this one (state, rating, or a text that does not continue the shown one). */
  replaced(message: MessageView): void;
  /** The next characters of a running reply. */
  delta(replyId: string, appended: string): void;
  /** A reply reached its final state; its text is `message.text`. */
  finished(message: MessageView): void;
  /** The reply waits; `place` is its place in the queue, 1 is next. */
  queued(replyId: string, place: number): void;
  presence(present: readonly PresentView[]): void;
  /** An own message on its way, told again after `reset`. After "sent" comes `added` with the same client_id, unless
   *  it is there already or was given up. */
  unsent(clientId: string, text: string, state: UnsentState): void;
  conversation(view: ConversationView): void;
  problem(error: ApiError): void;
}

/** What a room uses of a Connection. */
export type RoomConnection = Pick<Connection, "state" | "onState" | "call" | "on"> & {
  readonly api: Pick<Api, "get" | "user">;
};

export interface RoomOptions {
  /** Where unsent messages survive a reload; default the tab's session storage. */
  store?: Store | null;
}

const HOLE_DELAY_MS = 200;
const LONGEST_DELAY_MS = 10_000;
const OLDER_AT_ONCE = 50;
/** The room is not there for this person (any more): asking again is no use. */
const GONE = new Set(["not_found", "not_allowed"]);
const SILENT = new Set(["offline", "timeout"]);

export class Room {
  readonly conversationId: string;
  readonly #connection: RoomConnection;
  readonly #listener: RoomListener;
  readonly #outbox: Outbox;
  readonly #transcript = new Transcript();
  #unsubscribe: (() => void)[] = [];
  #present: readonly PresentView[] = [];
  #hasOlder = false;
  #loadingOlder = false;
  /** Events that came before the first answer; null once it is here. */
  #early: (() => void)[] | null = [];
  #catchingUp = false;
  /** The connection is a new one: the server must be asked even if nothing seems to be missing. */
  #stale = true;
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    connection: RoomConnection,
    conversationId: string,
    listener: RoomListener,
    options: RoomOptions = {},
  ) {
    this.#connection = connection;
    this.conversationId = conversationId;
    this.#listener = listener;
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
    clearTimeout(this.#timer);
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
    this.#stale = true;
    this.#failures = 0;
    void this.#catchUp();
  }

  /** Asks until nothing is missing. One run at a time; when a run brings nothing new the next one waits longer. */
  async #catchUp(): Promise<void> {
    if (this.#catchingUp || !this.#isOpen || this.#connection.state !== "online") return;
    this.#catchingUp = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    try {
      let mark: string;
      do {
        mark = this.#transcript.mark;
        this.#stale = false;
        const question = this.#transcript.question();
        this.#opened(await this.#connection.call("conversation.open", { conversation_id: this.conversationId, ...question }));
      } while (this.#isOpen && this.#transcript.behind && this.#transcript.mark !== mark);
      this.#failures = this.#transcript.behind ? this.#failures + 1 : 0;
      this.#flush();
    } catch (error) {
      const { code } = asApiError(error);
      this.#stale = true;
      this.#failures += 1;
      if (this.#failures === 1) this.#report(error);
      if (GONE.has(code)) this.#leave();
    } finally {
      this.#catchingUp = false;
    }
    this.#lookForHoles();
  }

  get #isOpen(): boolean {
    return this.#unsubscribe.length > 0;
  }

  #leave(): void {
    for (const stop of this.#unsubscribe) stop();
    this.#unsubscribe = [];
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

  #hear<E extends "message.added" | "message.changed" | "reply.started" | "reply.delta" | "reply.finished" | "presence.changed">(
    name: E,
    happen: (event: Events[E]) => void,
  ): () => void {
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
    this.#lookForHoles();
  }

  #apply(changes: readonly Change[]): void {
    this.#tell(changes);
    this.#lookForHoles();
  }

  #tell(changes: readonly Change[]): void {
    for (const change of changes) {
      if (change.kind === "delta") this.#listener.delta(change.replyId, change.text);
      else this.#listener[change.kind](change.message);
    }
  }

  /** Late parts often come by themselves a moment later, so the question waits a little. */
  #lookForHoles(): void {
    const missing = this.#stale || this.#transcript.behind;
    if (!missing || this.#timer !== undefined || this.#catchingUp || !this.#isOpen) return;
    const delay = Math.min(LONGEST_DELAY_MS, HOLE_DELAY_MS * 2 ** this.#failures);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#stale || this.#transcript.behind) void this.#catchUp();
    }, delay);
  }

  /** Messages go out only in a room that is open: their echo and the reply come as events. */
  #flush(): void {
    if (this.#early === null && !this.#stale && this.#connection.state === "online") void this.#outbox.flush();
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
