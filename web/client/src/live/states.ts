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

/** Whether nothing will be added to a message in this state; one that is checked may still come whole. */
export const isFinal = (state: State): boolean => RANK[state] >= RANK.checking;

export const isEarlier = (state: State, than: State): boolean => RANK[state] < RANK[than];

/** How long the server says a text is: surrogate pairs count once. */
export function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}
