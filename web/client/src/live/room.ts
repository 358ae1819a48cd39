/** One conversation as its reader has it: it is followed through every loss, and what is said in it arrives once. No DOM,
 *  no network of its own. Made by the chat page and by the teacher's view of a room. */
import type { ConversationView, Messages, MessageView, PresentView, ReplyTicket } from "../protocol.ts";
import { Asking } from "./asking.ts";
import type { LiveConnection, Store } from "./connection.ts";
import { asApiError } from "./fault.ts";
import { Feed } from "./feed.ts";
import { Hands } from "./hands.ts";
import { type RoomListener, whileInside } from "./listener.ts";
import { Outbox, type Unsent } from "./outbox.ts";
import { Staff } from "./staff.ts";
import { Suggestion } from "./suggestion.ts";
import { Tutor } from "./tutor.ts";
import { Typing } from "./typing.ts";

export interface RoomOptions {
  /** Where unsent messages survive a reload; null where there is no such place. */
  store: Store | null;
  /** Makes a UUID. */
  newId(): string;
}

const OLDER_AT_ONCE = 50;
/** The page says these itself, or they pass by themselves. */
const SILENT = new Set(["offline", "timeout", "stopping", "rate_limited"]);

export class Room {
  readonly conversationId: string;
  /** What can be asked of the tutor's replies. */
  readonly tutor: Tutor;
  /** What a teacher can do here. */
  readonly staff: Staff;
  readonly hands: Hands;
  /** Says that the reader types. */
  readonly typing: Typing;
  readonly #connection: LiveConnection;
  readonly #listener: RoomListener;
  readonly #feed: Feed;
  readonly #outbox: Outbox;
  #stopWatching: () => void = () => {};
  /** Whether there are earlier messages than the fetched ones; null before any was fetched. */
  #leftBefore: boolean | null = null;
  #loadingOlder = false;
  /** Answers may still be on their way when the reader has left. */
  #hasLeft = false;

  constructor(connection: LiveConnection, conversationId: string, page: RoomListener, options: RoomOptions) {
    this.#connection = connection;
    this.conversationId = conversationId;
    const listener = whileInside(page, () => !this.#hasLeft);
    this.#listener = listener;
    const asking = new Asking(connection, (error) => listener.problem(error));
    const suggestion = new Suggestion((text, state, error) => listener.suggested(text, state, error));
    this.hands = new Hands(asking, connection, conversationId, (hand, place) => listener.hand(hand, place));
    this.typing = new Typing(connection, conversationId);
    this.#feed = new Feed(
      connection,
      conversationId,
      listener,
      {
        stored: (messages) => this.#arrived(messages),
        drawn: () => this.unsent.forEach((message) => listener.unsent(message)),
        caughtUp: () => this.#flush(),
        failed: (error) => this.#report(error),
      },
      { hands: this.hands, suggestion },
    );
    const { aside } = this.#feed;
    this.tutor = new Tutor(asking, conversationId, {
      begun: (ticket) => this.#begun(ticket),
      climbed: (level) => aside.climbed(level),
      rated: (message) => this.#feed.changed(message),
    });
    this.staff = new Staff(
      asking,
      conversationId,
      suggestion,
      {
        floor: (floor) => aside.floorChanged(floor),
        decided: (message) => this.#feed.changed(message),
        whispered: (whisper) => aside.whispered(whisper),
        hushed: (whisperId) => aside.hushed(whisperId),
      },
      options.newId,
    );
    this.#outbox = new Outbox({
      deliver: (message) => this.#deliver(message),
      changed: (message) => listener.unsent(message),
      refused: (error) => listener.problem(error),
      ...options,
    });
  }

  /** Stored messages in order of `seq`; a running reply's text is what is known so far. */
  get messages(): readonly MessageView[] {
    return this.#feed.transcript.messages;
  }

  /** The conversation with who has its floor; null before the room was entered. */
  get conversation(): ConversationView | null {
    return this.#feed.aside.conversation;
  }

  /** Own messages that are not stored yet, in order. */
  get unsent(): readonly Unsent[] {
    return this.#outbox.items;
  }

  /** The reply that is queued or running. */
  get running(): MessageView | null {
    return this.#feed.transcript.running;
  }

  get present(): readonly PresentView[] {
    return this.#feed.present;
  }

  /** Whether it is followed: false before `open`, and once the room is gone or not the reader's any more. */
  get isOpen(): boolean {
    return this.#feed.isOpen;
  }

  get hasOlder(): boolean {
    return this.#leftBefore ?? (this.messages[0]?.seq ?? 1) > 1;
  }

  /** Enters the room, now or when the connection is there, and again after every loss, until `close`. */
  open(): void {
    if (this.#feed.isOpen) return;
    this.#hasLeft = false;
    this.#feed.open();
    this.#stopWatching = this.#connection.onState((state) => {
      if (state === "online") this.#online();
      else this.staff.suggestion.drop();
    });
    this.#online();
  }

  /** Says why the reader looks in while the student is away; again when the room must be entered anew. */
  explain(why: string): void {
    this.#feed.explain(why);
  }

  /** Leaves the room. A running reply goes on; what is unsent stays in storage. */
  close(): void {
    this.#hasLeft = true;
    this.#stopWatching();
    this.#feed.close();
    this.#outbox.stop();
    this.typing.end();
    if (this.#connection.state !== "online") return;
    // Nothing is lost when it does not arrive: the server drops the room with the socket.
    this.#connection.call("conversation.close", { conversation_id: this.conversationId }).catch(() => undefined);
  }

  /** Says something; gives the client_id under which it is shown until it is stored. */
  send(text: string): string {
    const clientId = this.#outbox.add(text);
    this.typing.end();
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
    this.#flush();
  }

  /** Ends the running reply, if there is one; its text so far stays. */
  async stop(): Promise<void> {
    if (this.running) await this.tutor.stop(this.running.id);
  }

  /** Fetches the page before the first message; the listener gets it by `older`. */
  async loadOlder(): Promise<void> {
    const first = this.messages[0];
    if (!first || !this.hasOlder || this.#loadingOlder) return;
    this.#loadingOlder = true;
    try {
      const query = `before_seq=${first.seq}&limit=${OLDER_AT_ONCE}`;
      const page = await this.#connection.api.get<Messages>(`conversations/${this.conversationId}/messages?${query}`);
      this.#leftBefore = page.next !== null;
      this.#listener.older(this.#feed.transcript.older(page.items));
    } catch (error) {
      this.#report(error);
    } finally {
      this.#loadingOlder = false;
    }
  }

  #online(): void {
    if (!this.#feed.isOpen) return; // the room is gone
    const user = this.#connection.api.user;
    if (user) this.#outbox.restore(`tutor.unsent.${user.id}.${this.conversationId}`);
    this.#feed.ask();
  }

  #arrived(messages: readonly MessageView[]): void {
    const stored = new Set(messages.map((message) => message.client_id));
    for (const { clientId } of this.unsent) if (stored.has(clientId)) this.#outbox.remove(clientId);
  }

  /** Messages go out only in a room that is followed: their echo and the reply come as events. */
  #flush(): void {
    if (this.#feed.isFollowed) void this.#outbox.flush();
  }

  async #deliver({ clientId, text }: Unsent): Promise<void> {
    const payload = { conversation_id: this.conversationId, client_id: clientId, text };
    const { message, reply } = await this.#connection.call("message.send", payload);
    if (reply) this.#feed.transcript.heard(message.seq + 1); // the reply is stored after its question
    this.#feed.take(message);
    if (reply) this.#begun(reply);
  }

  #begun(reply: ReplyTicket): void {
    if (reply.state === "queued" && reply.position) this.#listener.queued(reply.id, reply.position);
  }

  #report(error: unknown): void {
    const named = asApiError(error);
    if (!SILENT.has(named.code)) this.#listener.problem(named);
  }
}
