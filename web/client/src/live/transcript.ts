/** What is known of one conversation: its messages in order of `seq` and the parts of replies still being written.
 *  Pure: events and answers go in, changes for the page come out. Used by Room. */
import type {
  ConversationTop,
  MessageView,
  Opened,
  OpenedReply,
  ReplyDelta,
  ReplyFinished,
  ReplyQueued,
  RunningReply,
  UnfinishedReply,
} from "../protocol.ts";
import { isBlind, isWhole } from "./hidden.ts";
import { MessageList } from "./messagelist.ts";
import { ReplyParts } from "./reply.ts";
import { codePoints, isEarlier, isFinal, isRunning } from "./states.ts";

export type Change =
  { kind: "added" | "replaced" | "finished"; message: MessageView } | { kind: "delta"; replyId: string; text: string };

/** Whose word it is: an answer tells how things are, an event how they were when it set out. */
type Word = "answer" | "event";

export class Transcript {
  readonly #list = new MessageList();
  /** Of the replies that are queued or running. */
  readonly #parts = new Map<string, ReplyParts>();
  /** The highest `seq` up to which nothing is missing; null before the first answer. */
  #top: number | null = null;
  /** The highest `seq` that was heard of. */
  #heard = 0;
  /** Something was heard that does not fit what is here. */
  #doubt = false;
  /** How far the server was with a running reply at its last heartbeat. */
  #promised: UnfinishedReply | null = null;
  /** Replies that are not finished here, but were heard to be at the server. */
  readonly #ended = new Set<string>();
  /** Whether the reader is a teacher, who sees replies that are hidden from the student. */
  #staff = false;

  get messages(): readonly MessageView[] {
    return this.#list.items;
  }

  /** The newest reply that is queued or running. */
  get running(): MessageView | null {
    return this.#list.running;
  }

  /** Whether the server must be asked again. */
  get behind(): boolean {
    if (this.#top === null || this.#doubt || this.#heard > this.#top) return true;
    if (this.#parts.size > 1) return true; // only one is written at a time
    if (this.#firstEnded) return true;
    if (this.#promised && this.#nextOf(this.#promised.id) < this.#promised.part) return true;
    return [...this.#parts.values()].some((parts) => parts.missingFrom() !== null);
  }

  /** Changes whenever a question to the server brought something new. */
  get mark(): string {
    const { running } = this;
    return `${this.#top}:${this.#list.unfinished.length}:${running?.id}:${running && this.#nextOf(running.id)}`;
  }

  /** What to ask for: later messages when some are known to exist, else an unfinished reply's message again, because its
   *  end may have been missed. (Asking for both at once would never reach the end of a long page.) */
  question(): { after_seq?: number; reply?: RunningReply } {
    this.#doubt = false;
    this.#promised = null;
    if (this.#top === null) return {};
    const { running } = this;
    const first = this.#firstEnded ?? this.#list.unfinished[0];
    const isFarBack = this.#heard > this.#top;
    if (first && !isFarBack) this.#ended.delete(first.id);
    const after = !first || isFarBack ? this.#top : first.seq - 1;
    if (!running) return { after_seq: after };
    return { after_seq: after, reply: { id: running.id, part: this.#nextOf(running.id) } };
  }

  /** The server's answer to `question`. What it leaves out between two messages does not exist. */
  opened(answer: Opened): Change[] {
    this.heard(answer.conversation.last_seq);
    this.#staff = answer.desk != null;
    const inOrder = [...answer.messages].sort((one, other) => one.seq - other.seq);
    this.#top ??= (inOrder[0]?.seq ?? 1) - 1;
    const changes = inOrder.flatMap((message) => this.#put(message, "answer"));
    if (answer.reply) changes.push(...this.#caughtUp(answer.reply));
    const { running } = this;
    if (running && running.id !== answer.reply?.id) this.#doubt = true;
    return changes;
  }

  /** A stored message: an event, or the ack of sending it. */
  added(message: MessageView): Change[] {
    this.heard(message.seq);
    return this.#put(this.#asTold(message), "event");
  }

  changed(message: MessageView): Change[] {
    return this.#list.find(message.id) ? this.#put(message, "event") : [];
  }

  /** The reply waits, for the first time or again: whoever wrote it has died before its first part. */
  queued({ reply_id }: ReplyQueued): Change[] {
    const reply = this.#known(reply_id);
    return reply?.state === "running" ? this.#put({ ...reply, state: "queued" }, "answer") : [];
  }

  started(replyId: string): Change[] {
    const reply = this.#known(replyId);
    return reply?.state === "queued" ? this.#put({ ...reply, state: "running" }, "event") : [];
  }

  delta({ reply_id, part, text }: ReplyDelta): Change[] {
    const appended = this.#known(reply_id) && this.#parts.get(reply_id)?.feed(part, text);
    return appended ? [...this.started(reply_id), ...this.#append(reply_id, appended)] : [];
  }

  /** The end of a reply, whose text is the last word whatever was heard before. */
  finished({ message, length }: ReplyFinished): Change[] {
    if (codePoints(message.text) === length) return this.added(message);
    this.#doubt = true;
    return [];
  }

  /** The server's heartbeat: what it has. Parts that are on their way make no hole for the moment that they need.
   *  Teachers get one for the room and then, while a hidden reply is written, one more that names it. */
  topped({ seq, reply, checking }: ConversationTop): void {
    this.heard(seq);
    this.#promised = reply;
    const isOpen = ({ id, state }: MessageView): boolean =>
      isRunning(state) ? id === reply?.id : (checking ?? []).includes(id);
    this.#ended.clear();
    for (const one of this.#list.unfinished) if (one.seq <= seq && !isOpen(one)) this.#ended.add(one.id);
  }

  /** Earlier messages, in order; gives those that are new. */
  older(messages: readonly MessageView[]): MessageView[] {
    return this.#list.prepend(messages);
  }

  /** A message with this `seq` exists. */
  heard(seq: number): void {
    this.#heard = Math.max(this.#heard, seq);
  }

  get #firstEnded(): MessageView | undefined {
    return this.#list.unfinished.find(({ id }) => this.#ended.has(id));
  }

  #known(replyId: string): MessageView | undefined {
    const reply = this.#list.find(replyId);
    if (!reply) this.#doubt = true;
    return reply;
  }

  /** The number of the part that a reply goes on with; past all of them when all its text is here. */
  #nextOf(replyId: string): number {
    if (this.#list.find(replyId) === undefined) return 0;
    return this.#parts.get(replyId)?.next ?? Infinity;
  }

  /** The common room is told of a hidden reply what a student may know. A teacher who knows no better takes it for one
   *  that is being written; its end she is told apart. */
  #asTold(message: MessageView): MessageView {
    if (!this.#staff || !isBlind(message)) return message;
    if (isFinal(message.state)) this.#ended.add(message.id);
    return this.#list.find(message.id) ?? { ...message, state: "queued" };
  }

  #put(message: MessageView, word: Word): Change[] {
    const known = this.#list.find(message.id);
    if (known) return this.#merge(known, message, word);
    const top = this.#top ?? 0;
    if (message.seq <= top || (message.seq > top + 1 && word === "event")) return [];
    this.#top = message.seq;
    const shown = isWhole(message) ? message : { ...message, text: "" };
    if (isRunning(message.state)) this.#parts.set(message.id, new ReplyParts());
    this.#list.append(shown);
    return [{ kind: "added", message: shown }];
  }

  /** A state goes back only when the server says so of a reply that shows nothing yet; it is then written anew. */
  #merge(old: MessageView, message: MessageView, word: Word): Change[] {
    if (isEarlier(message, old) && (word === "event" || this.#nextOf(old.id) > 0)) return [];
    const ended = isFinal(message.state) && !isFinal(old.state);
    const next = isWhole(message) ? message : { ...message, text: old.text };
    if (!isRunning(next.state)) this.#parts.delete(old.id);
    if (!ended && JSON.stringify(next) === JSON.stringify(old)) return [];
    this.#list.replace(next);
    return [{ kind: ended ? "finished" : "replaced", message: next }];
  }

  #caughtUp({ id, state, parts, text, next_part }: OpenedReply): Change[] {
    const reply = this.#list.find(id);
    const own = this.#parts.get(id);
    if (!reply || !own) return [];
    if (text !== null && text !== undefined) own.snapshot(text, next_part);
    for (const one of parts ?? []) own.feed(one.part, one.text);
    if (own.next < next_part || isFinal(state)) this.#doubt = true;
    const changes = isFinal(state) ? [] : this.#put({ ...reply, state }, "answer");
    if (own.text === reply.text) return changes;
    if (own.text.startsWith(reply.text)) return [...changes, ...this.#append(id, own.text.slice(reply.text.length))];
    const message = { ...(this.#list.find(id) ?? reply), text: own.text };
    this.#list.replace(message);
    return [...changes, { kind: "replaced", message }];
  }

  #append(replyId: string, text: string): Change[] {
    const reply = this.#list.find(replyId);
    if (reply) this.#list.replace({ ...reply, text: reply.text + text });
    return [{ kind: "delta", replyId, text }];
  }
}
