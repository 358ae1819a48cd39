/** In which order the states of a message come. Used by Transcript and MessageList. */
import type { MessageView } from "../protocol.ts";

const RANK: Readonly<Record<MessageView["state"], number>> = {
  queued: 0,
  running: 1,
  sent: 2,
  complete: 2,
  stopped: 2,
  interrupted: 2,
  failed: 2,
};

export type State = MessageView["state"];

/** Whether nothing will be added to a message in this state. */
export const isFinal = (state: State): boolean => RANK[state] === 2;

export const isEarlier = (state: State, than: State): boolean => RANK[state] < RANK[than];

/** How long the server says a text is: surrogate pairs count once. */
export function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}
