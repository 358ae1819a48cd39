/** Replies that a teacher checks before the student sees them, as each of the two is told of them. Used by Transcript. */
import type { MessageView } from "../protocol.ts";
import { isFinal } from "./states.ts";

/** Whether a message has all the text that its reader gets of it now. A reply that is checked has it for teachers, who
 *  alone are told since when it waits for them. */
export function isWhole({ state, reply }: MessageView): boolean {
  return isFinal(state) || (state === "checking" && reply?.ready_at != null);
}

/** Whether it says of a hidden reply what a student may know: no word of it. */
export function isBlind({ text, reply }: MessageView): boolean {
  return reply?.hidden === true && reply.ready_at == null && text === "";
}
