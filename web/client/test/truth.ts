/** The server's side of one conversation as plain data, and a network between it and a client that loses, doubles and
 *  turns around what it carries. For the property tests of the transcript. */
import type { ConversationTop, Events, MessageView, Opened, OpenedReply, OpenConversation } from "../src/protocol.ts";
import { conversation, message, NOW, reply } from "./fakes.ts";

type Heard =
  | "message.added"
  | "message.changed"
  | "reply.queued"
  | "reply.started"
  | "reply.delta"
  | "reply.finished"
  | "draft.ready"
  | "conversation.top";

export type Happening = { [E in Heard]: { name: E; event: Events[E] } }[Heard];

const PIECES = ["设 ", "$x$", "，", "a", "🙂", ""];
const ENDS = ["complete", "stopped", "interrupted", "failed"] as const;
const PAGE = 7;

/** A message as a student sees it. */
function forStudents(view: MessageView): MessageView {
  if (!view.reply) return view;
  const { ready_at: _, ...facts } = view.reply;
  if (!facts.hidden) return { ...view, reply: facts };
  const state = ["queued", "running"].includes(view.state) ? "checking" : view.state;
  return { ...view, text: "", state, reply: facts };
}

export class Truth {
  /** Whether the client is a teacher's. */
  readonly #staff: boolean;
  readonly messages: MessageView[] = [];
  /** What is on its way to the client, oldest first. */
  readonly sent: Happening[] = [];
  #parts: string[] = [];
  /** The parts log was cut: a late reader gets the text at once. */
  trimmed = false;

  constructor(staff = false) {
    this.#staff = staff;
  }

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

  /** A question whose reply a teacher checks first. */
  check(): void {
    if (this.#open) return;
    this.note();
    this.#parts = [];
    const made = reply(this.#seq);
    this.#store({ ...made, reply: { ...made.reply!, hidden: true } });
  }

  start(): void {
    const open = this.#open;
    if (open?.state !== "queued") return;
    this.#put({ ...open, state: "running" });
    if (this.#sees(open)) this.#send("reply.started", { conversation_id: "c1", reply_id: open.id, message_id: "m0" });
  }

  write(): void {
    this.start();
    const open = this.#open;
    if (!open) return;
    const part = this.#parts.length;
    const text = PIECES[part % PIECES.length]!;
    this.#parts.push(text);
    if (this.#sees(open)) this.#send("reply.delta", { conversation_id: "c1", reply_id: open.id, part, text });
  }

  /** The node that writes dies; another begins anew, if nothing was shown. */
  die(): void {
    const open = this.#open;
    if (!open || this.#parts.length > 0) return;
    this.#put({ ...open, state: "queued" });
    if (this.#sees(open)) this.#send("reply.queued", { conversation_id: "c1", reply_id: open.id, position: 1 });
  }

  finish(): void {
    const open = this.#open;
    if (!open) return;
    const text = this.#parts.join("");
    const state = ENDS[this.messages.length % ENDS.length]!;
    if (open.reply?.hidden && state === "complete") {
      const draft = this.#put({ ...open, state: "checking", text, reply: { ...open.reply, ready_at: NOW } });
      if (this.#staff) this.#send("draft.ready", { conversation_id: "c1", message: draft });
    } else {
      this.#end({ ...open, state, text });
    }
  }

  /** A teacher decides about the first draft that waits. */
  decide(): void {
    const draft = this.messages.find(({ state }) => state === "checking");
    if (!draft) return;
    const sent = draft.seq % 3 !== 0;
    this.#end({ ...draft, state: sent ? "complete" : "rejected", reply: { ...draft.reply!, hidden: !sent } });
  }

  top(): void {
    const open = this.#open;
    const running = open ? { id: open.id, part: this.#parts.length } : null;
    const isHidden = open?.reply?.hidden === true;
    const checking = this.messages.filter((one) => one.state === "checking" || (isHidden && one === open)).map(({ id }) => id);
    const top: ConversationTop = { conversation_id: "c1", seq: this.#seq - 1, reply: isHidden ? null : running, checking };
    this.#send("conversation.top", top);
    if (isHidden && this.#staff) this.#send("conversation.top", { ...top, reply: running });
  }

  answer({ after_seq, reply: asked }: Omit<OpenConversation, "conversation_id">): Opened {
    const found =
      after_seq == null ? this.messages.slice(-PAGE) : this.messages.filter(({ seq }) => seq > after_seq).slice(0, PAGE);
    const messages = this.#staff ? found : found.map(forStudents);
    const opened: Opened = { conversation: conversation({ last_seq: this.#seq - 1 }), messages, present: [] };
    if (this.#staff) opened.desk = { whispers: [], drafts: [] };
    const open = this.#open;
    if (open && this.#sees(open)) opened.reply = this.#opened(open, asked?.id === open.id ? asked.part : 0);
    return structuredClone(opened);
  }

  /** What every client should show in the end. */
  shown(): MessageView[] {
    const open = this.#open;
    const whole = this.messages.map((one) => (one === open ? { ...one, text: this.#parts.join("") } : one));
    return this.#staff ? whole : whole.map(forStudents);
  }

  /** Whether the client sees a reply while it is written. */
  #sees(view: MessageView): boolean {
    return this.#staff || !view.reply?.hidden;
  }

  #end(whole: MessageView): void {
    this.#put(whole);
    const shown = forStudents(whole);
    const [parts, length] = [this.#parts.length, [...shown.text].length];
    const { id: reply_id, state } = whole;
    this.#send("reply.finished", { conversation_id: "c1", reply_id, state, parts, length, message: shown });
    const wasChecked = whole.reply?.hidden === true || whole.reply?.ready_at != null;
    if (wasChecked && this.#staff) this.#send("message.changed", { conversation_id: "c1", message: whole });
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
    this.#send("message.added", { conversation_id: "c1", message: forStudents(view) });
  }

  #put(view: MessageView): MessageView {
    this.messages[view.seq - 1] = view;
    return view;
  }

  #send<E extends Happening["name"]>(name: E, event: Events[E]): void {
    this.sent.push({ name, event: structuredClone(event) } as Happening);
  }
}
