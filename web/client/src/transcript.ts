/** What is known of one conversation: its messages in order of `seq` and the parts of replies still being written.
 *  Pure: events and answers go in, changes for the page come out. Used by Room. */
import type { MessageView, Opened, OpenedReply, ReplyDelta, ReplyFinished, RunningReply } from "./protocol.ts";
import { ReplyParts } from "./reply.ts";

export type Change =
  { kind: "added" | "replaced" | "finished"; message: MessageView } | { kind: "delta"; replyId: string; text: string };

const RANK: Record<MessageView["state"], number> = {
  queued: 0,
  running: 1,
  sent: 2,
  complete: 2,
  stopped: 2,
  interrupted: 2,
  failed: 2,
};
const isFinal = (state: MessageView["state"]): boolean => RANK[state] === 2;

export class Transcript {
  #messages: MessageView[] = [];
  readonly #parts = new Map<string, ReplyParts>();
  /** The highest `seq` up to which nothing is missing; null before the first answer. */
  #top: number | null = null;
  /** The highest `seq` that was heard of. */
  #heard = 0;
  /** Something was heard that does not fit what is here. */
  #doubt = false;

  get messages(): readonly MessageView[] {
    return this.#messages;
  }

  /** The newest reply that is queued or running. */
  get running(): MessageView | null {
    return this.#messages.filter((message) => !isFinal(message.state)).at(-1) ?? null;
  }

  /** Whether the server must be asked again. */
  get behind(): boolean {
    const hole = [...this.#parts.values()].some((parts) => parts.missingFrom() !== null);
    return this.#top === null || this.#doubt || hole || this.#heard > this.#top;
  }

  /** Changes whenever a question to the server brought something new. */
  get mark(): string {
    const { running } = this;
    return `${this.#top}:${running?.id}:${running && this.#parts.get(running.id)?.next}`;
  }

  /** What to ask for. A running reply's message is asked for again, because its end may have been missed. */
  question(): { after_seq?: number; reply?: RunningReply } {
    this.#doubt = false;
    if (this.#top === null) return {};
    const first = this.#messages.find((message) => !isFinal(message.state));
    const { running } = this;
    if (!first || !running) return { after_seq: this.#top };
    const part = this.#parts.get(running.id)?.next ?? 0;
    return { after_seq: first.seq - 1, reply: { id: running.id, part } };
  }

  /** The server's answer to `question`. What it leaves out between two messages does not exist. */
  opened(answer: Opened): Change[] {
    this.heard(answer.conversation.last_seq);
    const inOrder = [...answer.messages].sort((one, other) => one.seq - other.seq);
    this.#top ??= (inOrder[0]?.seq ?? 1) - 1;
    const changes = inOrder.flatMap((message) => this.#put(message, true));
    if (answer.reply) changes.push(...this.#caughtUp(answer.reply));
    const { running } = this;
    if (running && running.id !== answer.reply?.id) this.#doubt = true;
    return changes;
  }

  /** A stored message: an event, or the ack of sending it. */
  added(message: MessageView): Change[] {
    this.heard(message.seq);
    return this.#put(message, false);
  }

  changed(message: MessageView): Change[] {
    return this.#find(message.id) ? this.#put(message, false) : [];
  }

  started(replyId: string): Change[] {
    const reply = this.#find(replyId);
    if (!reply) this.#doubt = true;
    return reply?.state === "queued" ? this.#put({ ...reply, state: "running" }, false) : [];
  }

  delta({ reply_id, part, text }: ReplyDelta): Change[] {
    const reply = this.#find(reply_id);
    if (!reply) this.#doubt = true;
    const appended = reply && this.#parts.get(reply_id)?.feed(part, text);
    return reply && appended ? [...this.started(reply_id), this.#append(reply_id, appended)] : [];
  }

  finished({ message, length }: ReplyFinished): Change[] {
    if (codePoints(message.text) === length) return this.added(message);
    this.#doubt = true;
    return [];
  }

  /** Earlier messages, in order; gives those that are new. */
  older(messages: readonly MessageView[]): MessageView[] {
    const first = this.#messages[0]?.seq ?? Infinity;
    const fresh = messages.filter((message) => message.seq < first);
    this.#messages = [...fresh, ...this.#messages];
    return fresh;
  }

  /** A message with this `seq` exists. */
  heard(seq: number): void {
    this.#heard = Math.max(this.#heard, seq);
  }

  #put(message: MessageView, complete: boolean): Change[] {
    const known = this.#find(message.id);
    if (known) return this.#merge(known, message);
    const top = this.#top ?? 0;
    if (message.seq <= top || (message.seq > top + 1 && !complete)) return [];
    this.#top = message.seq;
    const shown = isFinal(message.state) ? message : { ...message, text: "" };
    if (shown !== message) this.#parts.set(message.id, new ReplyParts());
    this.#messages = [...this.#messages, shown];
    return [{ kind: "added", message: shown }];
  }

  /** A state never goes back, and a running reply's text comes from its parts alone. */
  #merge(old: MessageView, message: MessageView): Change[] {
    if (RANK[message.state] < RANK[old.state]) return [];
    const ended = isFinal(message.state) && this.#parts.delete(old.id);
    const next = isFinal(message.state) ? message : { ...message, text: old.text };
    if (!ended && JSON.stringify(next) === JSON.stringify(old)) return [];
    this.#replace(next);
    return [{ kind: ended ? "finished" : "replaced", message: next }];
  }

  #caughtUp({ id, state, parts, text, next_part }: OpenedReply): Change[] {
    const reply = this.#find(id);
    const own = this.#parts.get(id);
    if (!reply || !own) return [];
    if (text !== null && text !== undefined) own.snapshot(text, next_part);
    for (const one of parts ?? []) own.feed(one.part, one.text);
    if (own.next < next_part || isFinal(state)) this.#doubt = true;
    const changes = isFinal(state) ? [] : this.#put({ ...reply, state }, false);
    if (own.text === reply.text) return changes;
    if (own.text.startsWith(reply.text)) return [...changes, this.#append(id, own.text.slice(reply.text.length))];
    const message = { ...(this.#find(id) ?? reply), text: own.text };
    this.#replace(message);
    return [...changes, { kind: "replaced", message }];
  }

  #append(replyId: string, text: string): Change {
    const reply = this.#find(replyId);
    if (reply) this.#replace({ ...reply, text: reply.text + text });
    return { kind: "delta", replyId, text };
  }

  #find(id: string): MessageView | undefined {
    return this.#messages[this.#at(id)];
  }

  #replace(message: MessageView): void {
    const at = this.#at(message.id);
    this.#messages = [...this.#messages.slice(0, at), message, ...this.#messages.slice(at + 1)];
  }

  /** Looked for from the end, where nearly all that changes is. */
  #at(id: string): number {
    let at = this.#messages.length - 1;
    while (at >= 0 && this.#messages[at]?.id !== id) at -= 1;
    return at;
  }
}

function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}
