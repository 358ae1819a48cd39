/** What a page offers to a Room: where the room's news are shown. */
import type { ConversationView, HandView, MessageView, PresentView, TypingView, WhisperView } from "../protocol.ts";
import type { ApiError } from "./fault.ts";
import type { Unsent } from "./outbox.ts";
import type { SuggestionState } from "./suggestion.ts";

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
  /** The reply waits; `place` is its place in the queue, 1 is next. Told again whenever it moves up. */
  queued(replyId: string, place: number): void;
  /** Nothing more of this running reply is shown until a teacher releases it; null: none is held. */
  held(replyId: string | null): void;
  presence(present: readonly PresentView[]): void;
  /** Who types, the reader too; told again when it ends. */
  typing(people: readonly TypingView[]): void;
  /** The student's hand; `place` is its place in the queue, 1 is next, until a teacher claims it. */
  hand(hand: HandView | null, place: number | null): void;
  /** The server knows why the reader looks in, as `Room.explain` was told. */
  explained(why: string): void;
  /** What teachers alone see: whispers in force, and drafts that wait for one of them, each in order. */
  desk(whispers: readonly WhisperView[], drafts: readonly MessageView[]): void;
  /** All that the tutor has drafted by now for the teacher who asked; `error` is the code of what cut it short. */
  suggested(text: string, state: SuggestionState, error: string | null): void;
  /** An own message on its way, told again after `reset`. After "sent" comes `added` with the same client_id, unless
   *  it is there already or was given up. */
  unsent(message: Unsent): void;
  /** The conversation with who has its floor. */
  conversation(view: ConversationView): void;
  problem(error: ApiError): void;
}

/** Tells the listener as long as the reader is in the room: a page that shows another one by then hears nothing of this. */
export function whileInside(listener: RoomListener, isInside: () => boolean): RoomListener {
  return new Proxy(listener, {
    get: (page, name) =>
      (...news: unknown[]): void => {
        if (isInside()) Reflect.apply(Reflect.get(page, name), page, news);
      },
  });
}
