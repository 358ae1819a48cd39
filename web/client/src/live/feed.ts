/** Follows one conversation: hears its events, asks for what is missing, and tells the listener what changed, so that it
 *  ends equal to what the server has. Used by Room. */
import type { ConversationView, MessageView, Opened, PresentView } from "../protocol.ts";
import { CatchUp } from "./catchup.ts";
import type { LiveConnection } from "./connection.ts";
import { Ears } from "./ears.ts";
import { type ApiError, asApiError } from "./fault.ts";
import type { RoomListener } from "./listener.ts";
import { type Change, Transcript } from "./transcript.ts";

export interface FeedNews {
  /** These messages are stored; told before the listener sees them. */
  stored(messages: readonly MessageView[]): void;
  /** The room was drawn for the first time. */
  drawn(): void;
  /** Asking is over for now: what can be known is known. */
  caughtUp(): void;
  failed(error: ApiError): void;
}

/** The room is not there for this person (any more): asking again is no use. */
const GONE = new Set(["not_found", "not_allowed"]);

export class Feed {
  readonly transcript = new Transcript();
  readonly #connection: LiveConnection;
  readonly #conversationId: string;
  readonly #listener: RoomListener;
  readonly #news: FeedNews;
  readonly #catchUp: CatchUp;
  readonly #ears: Ears;
  #leaving: (() => void)[] = [];
  #present: readonly PresentView[] = [];

  constructor(connection: LiveConnection, conversationId: string, listener: RoomListener, news: FeedNews) {
    this.#connection = connection;
    this.#conversationId = conversationId;
    this.#listener = listener;
    this.#news = news;
    this.#ears = new Ears(conversationId);
    this.#catchUp = new CatchUp({
      canAsk: () => this.isOpen && connection.state === "online",
      ask: () => this.#ask(),
      isMissing: () => this.transcript.behind,
      mark: () => this.transcript.mark,
      done: () => news.caughtUp(),
      failed: (error) => news.failed(error),
    });
  }

  get present(): readonly PresentView[] {
    return this.#present;
  }

  get isOpen(): boolean {
    return this.#leaving.length > 0;
  }

  /** Whether the server knows on this connection that we follow: the echo of what is said now will be heard. */
  get isFollowed(): boolean {
    return !this.#ears.areShut && this.#catchUp.isFresh && this.#connection.state === "online";
  }

  /** Begins to hear; `ask` then asks. */
  open(): void {
    const { transcript } = this;
    this.#leaving = [
      this.#ears.listen(this.#connection, {
        "message.added": ({ message }) => this.take(message),
        "message.changed": ({ message }) => this.#apply(transcript.changed(message)),
        "reply.queued": (event) => {
          this.#apply(transcript.queued(event));
          this.#listener.queued(event.reply_id, event.position);
        },
        "reply.started": ({ reply_id }) => this.#apply(transcript.started(reply_id)),
        "reply.delta": (event) => this.#apply(transcript.delta(event)),
        "reply.finished": (event) => this.#apply(transcript.finished(event)),
        "conversation.top": (event) => {
          transcript.topped(event);
          this.#catchUp.look();
        },
        "presence.changed": ({ present }) => this.#nowPresent(present),
        called: (view) => this.#nowCalled(view),
      }),
    ];
  }

  /** The connection is a new one: asks what was missed. */
  ask(): void {
    this.#catchUp.start();
  }

  close(): void {
    this.#leave();
    this.#ears.shut();
  }

  /** A stored message: an event, or the ack of sending it. */
  take(message: MessageView): void {
    this.#news.stored([message]);
    this.#apply(this.transcript.added(message));
  }

  /** A message whose rating changed. */
  changed(message: MessageView): void {
    this.#apply(this.transcript.changed(message));
  }

  async #ask(): Promise<void> {
    const payload = { conversation_id: this.#conversationId, ...this.transcript.question() };
    try {
      this.#opened(await this.#connection.call("conversation.open", payload));
    } catch (error) {
      if (GONE.has(asApiError(error).code)) this.#leave();
      throw error;
    }
  }

  #opened(answer: Opened): void {
    if (!this.isOpen) return;
    const changes = this.transcript.opened(answer);
    this.#listener.conversation(answer.conversation);
    this.#news.stored(answer.messages);
    if (this.#ears.areShut) {
      this.#listener.reset(this.transcript.messages);
      this.#news.drawn();
    } else {
      this.#tell(changes);
    }
    this.#nowPresent(answer.present);
    this.#ears.open();
  }

  #leave(): void {
    for (const stop of this.#leaving) stop();
    this.#leaving = [];
    this.#catchUp.stop();
  }

  #nowPresent(present: readonly PresentView[]): void {
    this.#present = present;
    this.#listener.presence(present);
  }

  #nowCalled(view: ConversationView): void {
    this.transcript.heard(view.last_seq);
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
}
