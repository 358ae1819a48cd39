/** The server's side of one conversation as plain data, and a network between it and a client that loses, doubles and
 *  turns around what it carries. For the property tests of the transcript. */
import type { Events, MessageView, Opened, OpenedReply, OpenConversation } from "../src/protocol.ts";
import { conversation, message, reply } from "./fakes.ts";

export type Happening = {
  [E in "message.added" | "reply.queued" | "reply.started" | "reply.delta" | "reply.finished" | "conversation.top"]: {
    name: E;
    event: Events[E];
  };
}["message.added" | "reply.queued" | "reply.started" | "reply.delta" | "reply.finished" | "conversation.top"];

const PIECES = ["设 ", "$x$", "，", "a", "🙂", ""];
const ENDS = ["complete", "stopped", "interrupted", "failed"] as const;
const PAGE = 7;

export class Truth {
  readonly messages: MessageView[] = [];
  /** What is on its way to the client, oldest first. */
  readonly sent: Happening[] = [];
  #parts: string[] = [];
  /** The parts log was cut: a late reader gets the text at once. */
  trimmed = false;

  /** The reply that is not finished is always the newest one. */
  get #open(): MessageView | undefined {
    return this.messages.filter(({ state }) => state === "queued" || state === "running").at(-1);
  }

  note(): void {
    this.#store(message(this.#seq));
  }

  ask(): void {
    if (this.#open) return;
    this.note();
    this.goOn();
  }

  goOn(): void {
    if (this.#open) return;
    this.#parts = [];
    this.#store(reply(this.#seq));
  }

  start(): void {
    const open = this.#open;
    if (open?.state !== "queued") return;
    this.#put({ ...open, state: "running" });
    this.#send("reply.started", { conversation_id: "c1", reply_id: open.id, message_id: "m0" });
  }

  write(): void {
    this.start();
    const open = this.#open;
    if (!open) return;
    const part = this.#parts.length;
    const text = PIECES[part % PIECES.length]!;
    this.#parts.push(text);
    this.#send("reply.delta", { conversation_id: "c1", reply_id: open.id, part, text });
  }

  /** The node that writes dies; another begins anew, if nothing was shown. */
  die(): void {
    const open = this.#open;
    if (!open || this.#parts.length > 0) return;
    this.#put({ ...open, state: "queued" });
    this.#send("reply.queued", { conversation_id: "c1", reply_id: open.id, position: 1 });
  }

  finish(): void {
    const open = this.#open;
    if (!open) return;
    const text = this.#parts.join("");
    const state = ENDS[this.messages.length % ENDS.length]!;
    const whole = this.#put({ ...open, state, text });
    const [parts, length] = [this.#parts.length, [...text].length];
    this.#send("reply.finished", { conversation_id: "c1", reply_id: open.id, state, parts, length, message: whole });
  }

  top(): void {
    const open = this.#open;
    const running = open ? { id: open.id, part: this.#parts.length } : null;
    this.#send("conversation.top", { conversation_id: "c1", seq: this.#seq - 1, reply: running });
  }

  answer({ after_seq, reply: asked }: Omit<OpenConversation, "conversation_id">): Opened {
    const messages =
      after_seq == null ? this.messages.slice(-PAGE) : this.messages.filter(({ seq }) => seq > after_seq).slice(0, PAGE);
    const opened: Opened = { conversation: conversation({ last_seq: this.#seq - 1 }), messages, present: [] };
    const open = this.#open;
    if (open) opened.reply = this.#opened(open, asked?.id === open.id ? asked.part : 0);
    return structuredClone(opened);
  }

  /** What every client should show in the end. */
  shown(): MessageView[] {
    const open = this.#open;
    return this.messages.map((one) => (one === open ? { ...one, text: this.#parts.join("") } : one));
  }

  #opened({ id, state }: MessageView, from: number): OpenedReply {
    const head = { id, state, next_part: this.#parts.length };
    if (this.trimmed) return { ...head, text: this.#parts.join("") };
    return { ...head, parts: this.#parts.map((text, part) => ({ part, text })).slice(from) };
  }

  get #seq(): number {
    return this.messages.length + 1;
  }

  #store(view: MessageView): void {
    this.messages.push(view);
    this.#send("message.added", { conversation_id: "c1", message: view });
  }

  #put(view: MessageView): MessageView {
    this.messages[view.seq - 1] = view;
    return view;
  }

  #send<E extends Happening["name"]>(name: E, event: Events[E]): void {
    this.sent.push({ name, event: structuredClone(event) } as Happening);
  }
}
