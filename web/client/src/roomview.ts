/** Shows one room: its log, its running answer, who answers and who is there. The student's and the teacher's pages
 *  share it. */
import { clientId } from "./ids.ts";
import { type ApiError, isGone, Room, type RoomListener, type SuggestionState, type Unsent } from "./live/index.ts";
import { Log, type Reader } from "./log.ts";
import { sentenceOfNotice } from "./notices.ts";
import { People } from "./people.ts";
import type { ConversationView, FloorView, HandView, MessageView, PresentView, TypingView, WhisperView } from "./protocol.ts";
import { Follower } from "./scroll.ts";
import type { Connection } from "./socket.ts";
import { byId, complain, data, fill, sentenceOf, toast, words } from "./ui.ts";

export interface RoomNews {
  conversation(view: ConversationView): void;
  hand(hand: HandView | null, place: number | null): void;
  running(running: boolean): void;
  /** The student has come to the end of the tutor's help, and wants a teacher. */
  raise(): void;
  /** The room cannot be shown (it is gone, or not the reader's). */
  lost(error: ApiError): void;
}

/** What only a teacher's page shows. */
export interface StaffListener extends Pick<RoomListener, "desk" | "explained" | "held" | "presence" | "suggested"> {
  /** An answer was drawn, or changed. */
  drawn(answer: HTMLElement, message: MessageView): void;
}

/** More help is refused; the reason stands where it was asked for. */
const NO_MORE_HELP = new Set(["hint_cap", "exam_running"]);
const OF_THIS_TAB = { store: sessionStorage, newId: clientId };

/** The log of the page. It outlives the rooms that are shown in it one after the other. */
export class RoomView implements RoomListener {
  readonly #connection: Connection;
  readonly #reader: Reader;
  readonly #news: RoomNews;
  readonly #staff: StaffListener | null;
  readonly #people: People;
  readonly #log: Log;
  readonly #older = byId<HTMLButtonElement>("older");
  readonly #follower: Follower;
  #room: Room | null = null;
  /** The `seq` of the message to show first, when it is not the newest. */
  #wanted: number | null = null;

  /** @param staff null for a student's page */
  constructor(connection: Connection, reader: Reader, news: RoomNews, staff: StaffListener | null = null) {
    this.#connection = connection;
    this.#reader = reader;
    this.#news = news;
    this.#staff = staff;
    this.#people = new People(reader);
    this.#log = new Log(reader, {
      answers: reader.role === "student" ? this.#actions : null,
      unsent: { resend: (id) => this.#room?.resend(id), discard: (id) => this.#room?.discard(id) },
      drawn: (answer, message) => staff?.drawn(answer, message),
    });
    this.#follower = new Follower(byId("log"), this.#log.element, byId("to-end"));
    this.#older.addEventListener("click", () => this.#loadOlder());
    new IntersectionObserver(([seen]) => seen?.isIntersecting && this.#loadOlder(), { root: byId("log") }).observe(this.#older);
  }

  get room(): Room | null {
    return this.#room;
  }

  /** Leaves the room that is shown and enters another; null shows none. It opens at the message `seq`, or at its end. */
  show(conversationId: string | null, seq: number | null = null): Room | null {
    this.#room?.close();
    this.#clear();
    this.#people.clear();
    this.#news.hand(null, null);
    this.#news.running(false);
    this.#wanted = seq;
    this.#room = conversationId === null ? null : new Room(this.#connection, conversationId, this, OF_THIS_TAB);
    this.#room?.open();
    return this.#room;
  }

  /** Says something in the room that is shown. */
  send(text: string): boolean {
    if (!this.#room) return false;
    this.#room.send(text);
    this.#follower.follow();
    return true;
  }

  stop(): void {
    void this.#room?.stop();
  }

  /** Leads the reader to a message, however far back it is. */
  async find(seq: number): Promise<void> {
    const room = this.#room;
    const first = () => room?.messages[0]?.seq ?? 0;
    for (let before = Infinity; first() > seq && first() < before; ) {
      before = first();
      await room?.loadOlder();
    }
    const found = this.#log.find(seq);
    if (!found || room !== this.#room) return;
    this.#follower.lead(found);
    found.dataset["found"] = "";
  }

  // What the room tells

  reset(messages: readonly MessageView[]): void {
    this.#clear();
    this.#log.append(messages);
    this.#follower.follow();
    this.#changed();
    if (this.#wanted !== null) void this.find(this.#wanted);
    this.#wanted = null;
  }

  older(messages: readonly MessageView[]): void {
    this.#follower.keep(() => {
      this.#log.prepend(messages);
      this.#changed();
    });
  }

  added(message: MessageView): void {
    this.#log.add(message);
    if (message.notice) speak(sentenceOfNotice(message.notice));
    else if (message.author.kind === "tutor") speak(beginningOf(message));
    else if (message.author.id !== this.#reader.id) {
      speak(fill(words.someone_wrote, { name: message.author.name, text: message.text }));
    }
    this.#changed();
  }

  replaced(message: MessageView): void {
    this.#log.replace(message);
    this.#changed();
  }

  delta(replyId: string, appended: string): void {
    this.#log.delta(replyId, appended);
  }

  finished(message: MessageView): void {
    this.#log.replace(message);
    speak(endOf(message));
    this.#changed();
  }

  queued(replyId: string, place: number): void {
    this.#log.queued(replyId, place);
    const reply = this.#room?.messages.find(({ id }) => id === replyId);
    if (reply?.state !== "queued") return;
    this.replaced(reply);
    speak(fill(words.queued_at, { n: place }));
  }

  held(replyId: string | null): void {
    this.#staff?.held(replyId);
  }

  presence(present: readonly PresentView[]): void {
    this.#people.present(present);
    this.#staff?.presence(present);
  }

  typing(people: readonly TypingView[]): void {
    this.#people.typing(people);
  }

  hand(hand: HandView | null, place: number | null): void {
    this.#news.hand(hand, place);
  }

  desk(whispers: readonly WhisperView[], drafts: readonly MessageView[]): void {
    this.#staff?.desk(whispers, drafts);
  }

  explained(why: string): void {
    this.#staff?.explained(why);
  }

  suggested(text: string, state: SuggestionState, error: string | null): void {
    this.#staff?.suggested(text, state, error);
  }

  unsent(message: Unsent): void {
    this.#log.unsent(message);
  }

  conversation(view: ConversationView): void {
    byId("title").textContent = view.title || words.new_question;
    const mode = view.mode === "guide" ? words.guide : words.explain;
    const facts = [this.#studentName, data.subjects[view.subject], fill(words.grade, { n: view.grade }), mode];
    byId("facts").textContent = facts.filter(Boolean).join(" · ");
    byId("room").dataset["mode"] = view.mode;
    this.#people.floor(view.floor);
    this.#news.conversation(view);
  }

  problem(error: ApiError): void {
    if (NO_MORE_HELP.has(error.code)) this.#log.lastAnswer?.noMoreHelp(sentenceOf(error));
    else if (isGone(error) && !this.#room?.isOpen) this.#news.lost(error);
    else if (error.code === "conflict" && error.details["what"] === "floor") toast(quicker(error.details["floor"]));
    else complain(error);
  }

  // How it is shown

  /** Whose room a teacher looks into; a student knows. */
  get #studentName(): string {
    if (this.#reader.role === "student") return "";
    return this.#room?.messages.find(({ author }) => author.kind === "student")?.author.name ?? "";
  }

  get #actions() {
    return {
      retry: async (replyId: string) => {
        this.#follower.follow();
        await this.#room?.tutor.retry(replyId);
      },
      goOn: async (replyId: string) => {
        this.#follower.follow();
        await this.#room?.tutor.goOn(replyId);
      },
      rate: (replyId: string, rating: "up" | "down" | null) => void this.#room?.tutor.rate(replyId, rating),
      hint: async (level: number) => {
        this.#follower.follow();
        await this.#room?.tutor.hint(level);
      },
      raise: () => this.#news.raise(),
    };
  }

  #clear(): void {
    this.#log.clear();
    this.#older.hidden = true;
  }

  #changed(): void {
    this.#older.hidden = !this.#room?.hasOlder;
    this.#news.running(this.#room?.running != null);
  }

  #loadOlder(): void {
    void this.#room?.loadOlder();
  }
}

/** What those who listen are told when an answer begins, and when it ends. */
function beginningOf({ state, reply }: MessageView): string {
  if (state === "checking") return words.checking;
  return reply?.continues ? words.going_on : words.answering;
}

function endOf({ state }: MessageView): string {
  if (state === "complete") return words.answered;
  return state === "rejected" ? words.reply_rejected : words.reply_stopped;
}

/** Who was quicker, when two teachers decide who answers. */
function quicker(floor: unknown): string {
  const name = (floor as FloorView | undefined)?.teacher_name;
  return name == null ? words.floor_conflict : fill(words.floor_conflict_with, { name });
}

/** Tells people who listen instead of looking. */
function speak(text: string): void {
  byId("spoken").textContent = text;
}
