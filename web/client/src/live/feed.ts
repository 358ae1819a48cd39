/** Follows one conversation: hears its events, asks for what is missing, and tells the listener what changed, so that it
 *  ends equal to what the server has. Used by Room. */
import type { ConversationView, MessageView, Opened, PresentView } from "../protocol.ts";
import { Aside } from "./aside.ts";
import { CatchUp } from "./catchup.ts";
import type { LiveConnection } from "./connection.ts";
import { Ears } from "./ears.ts";
import { ApiError, asApiError, isGone } from "./fault.ts";
import type { Hands } from "./hands.ts";
import type { RoomListener } from "./listener.ts";
import type { Suggestion } from "./suggestion.ts";
import { type Change, Transcript } from "./transcript.ts";
import { Typists } from "./typing.ts";

export interface FeedNews {
  /** These messages are stored; told before the listener sees them. */
  stored(messages: readonly MessageView[]): void;
  /** The room was drawn for the first time. */
  drawn(): void;
  /** Asking is over for now: what can be known is known. */
  caughtUp(): void;
  failed(error: ApiError): void;
}

/** Who else follows the room's events. */
export interface Neighbours {
  readonly hands: Hands;
  readonly suggestion: Suggestion;
}

export class Feed {
  readonly transcript = new Transcript();
  readonly aside: Aside;
  readonly #connection: LiveConnection;
  readonly #conversationId: string;
  readonly #listener: RoomListener;
  readonly #news: FeedNews;
  readonly #neighbours: Neighbours;
  readonly #typists: Typists;
  readonly #catchUp: CatchUp;
  readonly #ears: Ears;
  #leaving: (() => void)[] = [];
  /** The connection is new, and the room was not entered on it yet. */
  #isArriving = false;
  #present: readonly PresentView[] = [];
  #why: string | null = null;
  /** The server has answered since `why` was said. */
  #isExplained = false;

  constructor(
    connection: LiveConnection,
    conversationId: string,
    listener: RoomListener,
    news: FeedNews,
    neighbours: Neighbours,
  ) {
    this.#connection = connection;
    this.#conversationId = conversationId;
    this.#listener = listener;
    this.#news = news;
    this.#neighbours = neighbours;
    this.aside = new Aside(listener);
    this.#typists = new Typists((people) => listener.typing(people));
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
    const { aside, transcript } = this;
    const { hands, suggestion } = this.#neighbours;
    this.#leaving = [
      this.#ears.listen(this.#connection, {
        "message.added": ({ message }) => this.take(message),
        "message.changed": ({ message }) => this.changed(message),
        "reply.queued": (event) => {
          this.#apply(transcript.queued(event));
          this.#listener.queued(event.reply_id, event.position);
        },
        "reply.started": ({ reply_id }) => this.#apply(transcript.started(reply_id)),
        "reply.delta": (event) => this.#apply(transcript.delta(event)),
        "reply.finished": (event) => {
          this.#apply(transcript.finished(event));
          aside.passed(event.message);
        },
        "draft.ready": ({ message }) => this.take(message),
        // Whoever waits at the board is told: here, the draft itself is seen.
        "draft.waiting": () => {},
        "floor.changed": ({ floor }) => aside.floorChanged(floor),
        "whisper.added": ({ whisper }) => aside.whispered(whisper),
        "whisper.ended": ({ whisper_id }) => aside.hushed(whisper_id),
        "suggestion.delta": (event) => suggestion.delta(event),
        "suggestion.finished": (event) => suggestion.finished(event),
        "hand.changed": (event) => hands.changed(event),
        "typing.changed": ({ people }) => this.#typists.heard(people),
        "conversation.top": (event) => {
          transcript.topped(event);
          this.#catchUp.look();
        },
        "presence.changed": ({ present }) => this.#nowPresent(present),
        called: (view) => this.#nowCalled(view),
        lost: () => {
          this.#leave();
          this.#news.failed(new ApiError("access_lost", 403));
        },
      }),
    ];
  }

  /** The connection is a new one: asks what was missed. */
  ask(): void {
    this.#isArriving = true;
    this.#catchUp.start();
  }

  /** Tells the server why the reader looks in: now, and whenever it is asked again. The listener hears when it knows. */
  explain(why: string): void {
    if (why === this.#why && !this.#isExplained) return;
    this.#why = why;
    this.#isExplained = false;
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
    this.aside.passed(message);
  }

  /** A message of which something changed. */
  changed(message: MessageView): void {
    this.#apply(this.transcript.changed(message));
    this.aside.passed(message);
  }

  async #ask(): Promise<void> {
    const question = { conversation_id: this.#conversationId, ...this.transcript.question() };
    const why = this.#why;
    const payload = why === null ? question : { ...question, why };
    try {
      this.#opened(await this.#connection.call("conversation.open", payload));
      if (why !== null && why === this.#why) this.#explained(why);
    } catch (error) {
      if (isGone(asApiError(error))) this.#leave();
      throw error;
    }
  }

  #opened(answer: Opened): void {
    if (!this.isOpen) return;
    const changes = this.transcript.opened(answer);
    this.#news.stored(answer.messages);
    if (this.#ears.areShut) {
      this.#listener.reset(this.transcript.messages);
      this.#news.drawn();
    } else {
      this.#tell(changes);
    }
    this.aside.opened(answer);
    if (this.#isArriving) void this.#neighbours.hands.look();
    this.#isArriving = false;
    this.#nowPresent(answer.present);
    this.#ears.open();
  }

  #explained(why: string): void {
    if (this.#isExplained) return;
    this.#isExplained = true;
    this.#listener.explained(why);
  }

  #leave(): void {
    for (const stop of this.#leaving) stop();
    this.#leaving = [];
    this.#catchUp.stop();
    this.#typists.stop();
  }

  #nowPresent(present: readonly PresentView[]): void {
    this.#present = present;
    this.#listener.presence(present);
  }

  #nowCalled(view: ConversationView): void {
    this.transcript.heard(view.last_seq);
    this.aside.called(view);
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
