/** One conversation kept in step with the server: what the page shows comes out of the listener's calls. No DOM. */
import type { ApiError } from "./api.ts";
import type { ConversationView, MessageView, PresentView } from "./protocol.ts";
import type { Connection } from "./socket.ts";

export type UnsentState = "sending" | "failed" | "sent";

export interface Unsent {
  clientId: string;
  text: string;
  state: UnsentState;
}

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
  presence(present: readonly PresentView[]): void;
  /** An own message on its way; after "sent" comes `added` with the same client_id. */
  unsent(clientId: string, text: string, state: UnsentState): void;
  conversation(view: ConversationView): void;
  problem(error: ApiError): void;
}

export declare class Room {
  constructor(connection: Connection, conversationId: string, listener: RoomListener);
  readonly conversationId: string;
  /** Stored messages in order of `seq`; a running reply's text is what is known so far. */
  get messages(): readonly MessageView[];
  /** Own messages that are not stored yet, in order. */
  get unsent(): readonly Unsent[];
  /** The reply that is queued or running. */
  get running(): MessageView | null;
  get present(): readonly PresentView[];
  get hasOlder(): boolean;
  open(): void;
  close(): void;
  /** Says something; gives the client_id. */
  send(text: string): string;
  /** Tries a failed message again. */
  resend(clientId: string): void;
  /** Gives a failed message up. */
  discard(clientId: string): void;
  stop(): Promise<void>;
  retry(replyId: string): Promise<void>;
  rate(replyId: string, rating: "up" | "down" | null): Promise<void>;
  loadOlder(): Promise<void>;
}
