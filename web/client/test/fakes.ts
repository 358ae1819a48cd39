/** Stand-ins for the two edges of the engine: the network and the server's side of a conversation. */
import { ApiError } from "../src/live/fault.ts";
import type {
  Commands,
  ConversationView,
  Desk,
  Events,
  FloorView,
  HandView,
  MessageView,
  OneHand,
  Opened,
  OpenConversation,
  TypingView,
  UserView,
  WhisperView,
} from "../src/protocol.ts";
import type { ConnectionState, LiveConnection, RoomListener, SuggestionState, Unsent } from "../src/live/index.ts";
import type { SocketLike } from "../src/wire.ts";

export const NOW = "2026-11-22T08:00:00Z";

export function user(facts: Partial<UserView> = {}): UserView {
  return {
    id: "u1",
    username: "mei",
    email: "mei@example.org",
    display_name: "Mei",
    role: "student",
    grade: 8,
    language: "zh",
    created_at: NOW,
    ...facts,
  };
}

export function floor(facts: Partial<FloorView> = {}): FloorView {
  return { state: "tutor", teacher_id: null, teacher_name: null, since: null, number: 0, ...facts };
}

export function conversation(facts: Partial<ConversationView> = {}): ConversationView {
  return {
    id: "c1",
    student_id: "u1",
    title: "勾股定理",
    subject: "math",
    grade: 8,
    mode: "guide",
    last_seq: 0,
    archived: false,
    deleted: false,
    floor: floor(),
    level: 0,
    created_at: NOW,
    updated_at: NOW,
    ...facts,
  };
}

export function message(seq: number, facts: Partial<MessageView> = {}): MessageView {
  return {
    id: `m${seq}`,
    seq,
    conversation_id: "c1",
    client_id: `client-${seq}`,
    author: { kind: "student", id: "u1", name: "Mei" },
    text: `text ${seq}`,
    state: "sent",
    created_at: NOW,
    ...facts,
  };
}

export function reply(seq: number, facts: Partial<MessageView> = {}): MessageView {
  const usage = { prompt_tokens: 0, completion_tokens: 0 };
  const view = {
    question_id: `m${seq - 1}`,
    attempt: 1,
    parts: 0,
    provider: null,
    model: null,
    prompt_version: null,
    usage,
    first_token_ms: null,
    finish_reason: null,
    error: null,
    rating: null,
  };
  return message(seq, { author: { kind: "tutor" }, text: "", state: "queued", reply: view, ...facts });
}

export function whisper(facts: Partial<WhisperView> = {}): WhisperView {
  return {
    id: "w1",
    client_id: "client-w1",
    teacher: { kind: "teacher", id: "t1", name: "王老师" },
    text: "不要直接给答案",
    lasts: "lesson",
    created_at: NOW,
    ended_at: null,
    ...facts,
  };
}

export function hand(facts: Partial<HandView> = {}): HandView {
  return {
    conversation_id: "c1",
    student_id: "u1",
    student_name: "Mei",
    line: null,
    raised_at: NOW,
    claimed_by: null,
    claimed_name: null,
    claimed_at: null,
    ...facts,
  };
}

export class Tab {
  readonly kept = new Map<string, string>();
  getItem = (key: string): string | null => this.kept.get(key) ?? null;
  setItem = (key: string, value: string): void => void this.kept.set(key, value);
  removeItem = (key: string): void => void this.kept.delete(key);
}

/** A server with stored messages and running replies; it can lose acks and events and drop the line. */
export class FakeServer implements LiveConnection {
  state: ConnectionState = "online";
  readonly stored = new Map<string, MessageView[]>();
  readonly parts = new Map<string, string[]>();
  readonly calls: { name: string; payload: unknown }[] = [];
  /** Of the next acks of this command, how many get lost after the work was done. */
  readonly lostAcks = new Map<keyof Commands, number>();
  readonly refusals = new Map<keyof Commands, ApiError>();
  /** Parts that the server no longer has: it answers with a snapshot. */
  forgetsParts = false;
  pageSize = 100;
  /** Its events get lost. */
  muted = false;
  /** What a teacher sees of the room; null for a student. */
  desk: Desk | null = null;
  hand: OneHand = { hand: null, place: null };
  readonly #watchers = new Set<(state: ConnectionState) => void>();
  readonly #listeners = new Set<{ name: string; tell: (data: never) => void }>();
  readonly api = { user: user(), get: <T>(path: string): Promise<T> => Promise.resolve(this.#page(path) as T) };

  onState(tell: (state: ConnectionState) => void): () => void {
    this.#watchers.add(tell);
    return () => this.#watchers.delete(tell);
  }

  on<E extends keyof Events>(name: E, tell: (data: Events[E]) => void): () => void {
    const listener = { name, tell };
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async call<C extends keyof Commands>(name: C, payload: Commands[C]["payload"]): Promise<Commands[C]["data"]> {
    if (this.state !== "online") throw new ApiError("offline");
    this.calls.push({ name, payload });
    const refused = this.refusals.get(name);
    if (refused) throw refused;
    if (name === "message.send") await Promise.resolve();
    const data = this.#answer(name, payload);
    await Promise.resolve();
    const lost = this.lostAcks.get(name) ?? 0;
    this.lostAcks.set(name, lost - 1);
    if (lost > 0) throw new ApiError("timeout");
    if ((this.state as ConnectionState) !== "online") throw new ApiError("offline");
    return structuredClone(data) as Commands[C]["data"];
  }

  called(name: keyof Commands): unknown[] {
    return this.calls.filter((call) => call.name === name).map((call) => call.payload);
  }

  drop(): void {
    this.#enter("offline");
  }

  comeBack(): void {
    this.#enter("online");
  }

  /** Sends an event; one that should get lost is simply not sent. */
  tell<E extends keyof Events>(name: E, data: Events[E]): void {
    if (this.state !== "online" || this.muted) return;
    for (const listener of [...this.#listeners])
      if (listener.name === name) listener.tell(structuredClone(data) as never);
  }

  messages(id = "c1"): MessageView[] {
    const list = this.stored.get(id) ?? [];
    this.stored.set(id, list);
    return list;
  }

  /** Stores a message and announces it, unless it should get lost. */
  store(view: MessageView, { lost = false } = {}): void {
    this.messages(view.conversation_id).push(view);
    if (!lost) this.tell("message.added", { conversation_id: view.conversation_id, message: view });
  }

  /** The tutor writes the next part. */
  write(view: MessageView, text: string, { lost = false } = {}): void {
    const parts = this.parts.get(view.id) ?? [];
    this.parts.set(view.id, parts);
    parts.push(text);
    this.#change(view, { state: "running" });
    const part = parts.length - 1;
    if (!lost) this.tell("reply.delta", { conversation_id: view.conversation_id, reply_id: view.id, part, text });
  }

  finish(view: MessageView, facts: Partial<MessageView> = {}, { lost = false } = {}): void {
    const parts = this.parts.get(view.id) ?? [];
    const final = this.#change(view, { state: "complete", text: parts.join(""), ...facts });
    const { id: reply_id, conversation_id, state } = final;
    const length = [...final.text].length;
    if (!lost)
      this.tell("reply.finished", { conversation_id, reply_id, state, parts: parts.length, length, message: final });
  }

  #change(view: MessageView, facts: Partial<MessageView>): MessageView {
    const list = this.messages(view.conversation_id);
    const at = list.findIndex((one) => one.id === view.id);
    list[at] = { ...list[at]!, ...facts };
    return list[at];
  }

  #answer(name: keyof Commands, payload: unknown): unknown {
    if (name === "conversation.open") return this.#open(payload as OpenConversation);
    if (name.startsWith("hand.")) return this.hand;
    if (name === "hint.next") return { level: 3, reply: { id: "m9", state: "queued", position: 2 } };
    if (name === "suggestion.ask") return { suggestion_id: "s1" };
    if (name === "whisper.add") return { whisper: whisper(payload as Commands["whisper.add"]["payload"]) };
    if (name === "message.send") return this.#send(payload as Commands["message.send"]["payload"]);
    if (name === "reply.rate") {
      const { conversation_id, reply_id, rating } = payload as Commands["reply.rate"]["payload"];
      const view = this.messages(conversation_id).find((one) => one.id === reply_id)!;
      return { message: this.#change(view, { reply: { ...view.reply!, rating } }) };
    }
    if (name === "reply.continue") {
      const { conversation_id, reply_id } = payload as Commands["reply.continue"]["payload"];
      const list = this.messages(conversation_id);
      const cut = list.find((one) => one.id === reply_id)!;
      const next = reply(list.length + 1, { conversation_id });
      this.store({ ...next, reply: { ...next.reply!, continues: cut.id } });
      return { reply: { id: next.id, state: "queued", position: 2 } };
    }
    return {};
  }

  #open({ conversation_id, after_seq, reply: asked }: OpenConversation): Opened {
    const list = this.messages(conversation_id);
    const shown =
      after_seq === undefined || after_seq === null
        ? list.slice(-this.pageSize)
        : list.filter((one) => one.seq > after_seq).slice(0, this.pageSize);
    const view =
      list.find((one) => one.id === asked?.id) ??
      [...list].reverse().find((one) => ["queued", "running"].includes(one.state));
    const opened: Opened = {
      conversation: conversation({ id: conversation_id, last_seq: list.at(-1)?.seq ?? 0 }),
      messages: shown,
      present: [{ id: "u1", name: "Mei", role: "student" }],
      desk: this.desk,
    };
    if (!view) return opened;
    const parts = this.parts.get(view.id) ?? [];
    const from = asked?.id === view.id ? asked.part : 0;
    const head = { id: view.id, state: view.state, next_part: parts.length };
    opened.reply = this.forgetsParts
      ? { ...head, text: parts.join("") }
      : { ...head, parts: parts.map((text, part) => ({ part, text })).slice(from) };
    return opened;
  }

  #send({ conversation_id, client_id, text }: Commands["message.send"]["payload"]): Commands["message.send"]["data"] {
    const list = this.messages(conversation_id);
    const known = list.find((one) => one.client_id === client_id);
    const started = list.find((one) => one.seq === (known?.seq ?? 0) + 1);
    if (known) return { message: known, reply: started ? { id: started.id, state: started.state } : null };
    const seq = (list.at(-1)?.seq ?? 0) + 1;
    const question = message(seq, { id: `${conversation_id}-m${seq}`, conversation_id, client_id, text });
    this.store(question);
    const answer = reply(seq + 1, { id: `${conversation_id}-m${seq + 1}`, conversation_id });
    this.store(answer);
    return { message: question, reply: { id: answer.id, state: "queued", position: 1 } };
  }

  #page(path: string): unknown {
    const { pathname, searchParams } = new URL(path, "http://localhost");
    const before = Number(searchParams.get("before_seq"));
    const items = this.messages(pathname.split("/")[2]!)
      .filter((one) => one.seq < before)
      .slice(-Number(searchParams.get("limit")));
    return { items, next: items[0] && items[0].seq > 1 ? items[0].seq : null };
  }

  #enter(state: ConnectionState): void {
    this.state = state;
    for (const tell of [...this.#watchers]) tell(state);
  }
}

/** A page that draws nothing: it keeps what it would show, by the listener's calls alone. */
export class Page implements RoomListener {
  readonly shown: MessageView[] = [];
  readonly pending = new Map<string, { text: string; state: string; dueAt?: number }>();
  readonly problems: string[] = [];
  readonly log: string[] = [];
  resets = 0;
  title = "";
  people: string[] = [];
  floor: FloorView | null = null;
  level = 0;
  heldReply: string | null = null;
  typists: string[] = [];
  raised: HandView | null = null;
  place: number | null = null;
  whispers: string[] = [];
  drafts: string[] = [];
  explanations: string[] = [];
  suggestion: [text: string, state: SuggestionState, error: string | null][] = [];

  reset = (messages: readonly MessageView[]): void => {
    this.resets += 1;
    this.shown.splice(0, Infinity, ...messages);
  };
  older = (messages: readonly MessageView[]): void => void this.shown.unshift(...messages);
  added = (view: MessageView): void => void this.shown.push(view);
  replaced = (view: MessageView): void => this.#put(view);
  finished = (view: MessageView): void => {
    this.log.push(`finished ${view.id}`);
    this.#put(view);
  };
  delta = (replyId: string, appended: string): void => {
    const view = this.shown.find((one) => one.id === replyId)!;
    this.#put({ ...view, text: view.text + appended });
  };
  places: [string, number][] = [];
  queued = (replyId: string, place: number): void => void this.places.push([replyId, place]);
  presence = (present: readonly { name: string }[]): void => void (this.people = present.map(({ name }) => name));
  unsent = ({ clientId, ...facts }: Unsent): void => {
    if (facts.state === "sent") this.pending.delete(clientId);
    else this.pending.set(clientId, facts);
  };
  conversation = (view: ConversationView): void => {
    this.title = view.title;
    this.floor = view.floor;
    this.level = view.level;
  };
  held = (replyId: string | null): void => void (this.heldReply = replyId);
  typing = (people: readonly TypingView[]): void => void (this.typists = people.map(({ name }) => name));
  hand = (raised: HandView | null, place: number | null): void => {
    this.raised = raised;
    this.place = place;
  };
  desk = (whispers: readonly WhisperView[], drafts: readonly MessageView[]): void => {
    this.whispers = whispers.map(({ text }) => text);
    this.drafts = drafts.map(({ id }) => id);
  };
  explained = (why: string): void => void this.explanations.push(why);
  suggested = (text: string, state: SuggestionState, error: string | null): void => {
    this.suggestion.push([text, state, error]);
  };
  problem = (error: ApiError): void => void this.problems.push(error.code);

  get texts(): string[] {
    return this.shown.map((view) => view.text);
  }

  #put(view: MessageView): void {
    const at = this.shown.findIndex((one) => one.id === view.id);
    if (at < 0) throw new Error(`${view.id} was never added`);
    this.shown[at] = view;
  }
}

/** What the library itself tells, in place of the server. */
const RESERVED = new Set(["connect", "disconnect", "connect_error"]);

/** A Socket.IO socket without a network: the test plays the server. */
export class FakeSocket implements SocketLike {
  active = false;
  readonly sent: { name: string; payload: unknown; ack: (answer: unknown) => void }[] = [];
  readonly credentials: { token: string }[] = [];
  connects = 0;
  disconnects = 0;
  readonly #listeners = new Map<string, Set<(...args: unknown[]) => void>>();
  readonly #any: ((...args: unknown[]) => void)[] = [];
  auth: ((give: (credentials: { token: string }) => void) => void) | undefined;

  connect(): void {
    this.connects += 1;
    this.active = true;
    this.auth?.((credentials) => this.credentials.push(credentials));
  }

  disconnect(): void {
    this.disconnects += 1;
    const was = this.active;
    this.active = false;
    if (was) this.fire("disconnect", "io client disconnect");
  }

  on(name: string, tell: (...args: unknown[]) => void): void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(tell));
  }

  off(name: string, tell: (...args: unknown[]) => void): void {
    this.#listeners.get(name)?.delete(tell);
  }

  onAny(tell: (...args: unknown[]) => void): void {
    this.#any.push(tell);
  }

  emit(name: string, payload: unknown, ack: (answer: unknown) => void): void {
    this.sent.push({ name, payload, ack });
  }

  fire(name: string, ...args: unknown[]): void {
    if (!RESERVED.has(name)) for (const tell of this.#any) tell(name, ...args);
    for (const tell of this.#listeners.get(name) ?? []) tell(...args);
  }

  /** The server refuses the connection by name: the library gives up. */
  refuse(code: string): void {
    this.active = false;
    this.fire("connect_error", Object.assign(new Error(code), { data: { code } }));
  }

  /** The server closes it: the library does not come back by itself. */
  closedByServer(): void {
    this.active = false;
    this.fire("disconnect", "io server disconnect");
  }
}
