/** What a page offers to a Room: where the room's news are shown. */
import type { ConversationView, MessageView, PresentView } from "../protocol.ts";
import type { ApiError } from "./fault.ts";
import type { Unsent } from "./outbox.ts";

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
  presence(present: readonly PresentView[]): void;
  /** An own message on its way, told again after `reset`. After "sent" comes `added` with the same client_id, unless
   *  it is there already or was given up. */
  unsent(message: Unsent): void;
  conversation(view: ConversationView): void;
  problem(error: ApiError): void;
}
