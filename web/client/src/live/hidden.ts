/** Replies that a teacher checks before the student sees them, as each of the two is told of them. Used by Transcript. */
import type { MessageView } from "../protocol.ts";
import { isFinal } from "./states.ts";

/** Whether a message has all the text that its reader gets of it now. A reply that is checked has it for teachers, who
 *  alone are told since when it waits for them. */
export function isWhole({ state, reply }: MessageView): boolean {
  return isFinal(state) || (state === "checking" && reply?.ready_at != null);
}

/** What an event of the common room tells a teacher. Of a hidden reply it shows what a student may see: for a teacher this
 *  is one that is being written, and no word that she has is taken away by it. */
export function forTeacher(message: MessageView, known: MessageView | undefined): MessageView {
  if (!message.reply?.hidden || message.text !== "" || message.reply.ready_at != null) return message;
  if (message.state === "checking") return known ?? { ...message, state: "queued" };
  if (!known || !isFinal(message.state)) return message;
  return isFinal(known.state) ? known : { ...message, text: known.text };
}
