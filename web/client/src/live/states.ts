/** In which order the states of a message come. Used by Transcript and MessageList. */
import type { MessageView } from "../protocol.ts";

const RANK: Readonly<Record<MessageView["state"], number>> = {
  queued: 0,
  running: 1,
  checking: 2,
  sent: 3,
  complete: 3,
  stopped: 3,
  interrupted: 3,
  failed: 3,
  rejected: 3,
};

export type State = MessageView["state"];

/** Whether nothing will be decided any more about a message in this state. */
export const isFinal = (state: State): boolean => RANK[state] === RANK.sent;

/** Whether the tutor is at it: the reply waits for its turn, or is being written. */
export const isRunning = (state: State): boolean => RANK[state] < RANK.checking;

/** Whether it is how a message was before. What teachers alone saw comes before what all see. */
export function isEarlier(message: MessageView, than: MessageView): boolean {
  const [hidden, wasHidden] = [message.reply?.hidden === true, than.reply?.hidden === true];
  return hidden === wasHidden ? RANK[message.state] < RANK[than.state] : hidden;
}

/** How long the server says a text is: surrogate pairs count once. */
export function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}
