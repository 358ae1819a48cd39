/** What a teacher does in a student's room: who answers, a running reply, drafts, whispers, suggestions and the hand.
 *  Used by teacher.ts, which shows the room itself with roomview.ts. */
import type { Composer } from "./composer.ts";
import { Drafts } from "./drafts.ts";
import { HandsUp } from "./handsup.ts";
import { ApiError, type Room, type SuggestionState } from "./live/index.ts";
import type { ConversationView, FloorView, HandView, MessageView, PresentView, WhisperView } from "./protocol.ts";
import type { StaffListener } from "./roomview.ts";
import { byId, complain, fill, held, toast, words } from "./ui.ts";
import { Whispers } from "./whispers.ts";
import { Why } from "./why.ts";

type Running = "stop" | "finish";

export interface StaffNews {
  /** Leads to a message that may be far back. */
  find(message: MessageView): void;
}

export class StaffRoom implements StaffListener {
  readonly #readerId: string;
  readonly #room: () => Room | null;
  readonly #composer: Composer;
  readonly #drafts: Drafts;
  readonly #whispers: Whispers;
  readonly #hands: HandsUp;
  readonly #why: Why;
  #floor: FloorView | null = null;
  #isRunning = false;
  #heldReply: string | null = null;
  #waiting: MessageView | null = null;

  /** @param room the one that is shown */
  constructor(readerId: string, room: () => Room | null, composer: Composer, news: StaffNews) {
    this.#readerId = readerId;
    this.#room = room;
    this.#composer = composer;
    this.#drafts = new Drafts(() => room()?.staff, (text) => this.#rescue(text));
    this.#whispers = new Whispers(() => room()?.staff);
    this.#hands = new HandsUp(readerId, () => room()?.hands);
    this.#why = new Why(room);
    this.#on("take", () => this.#set("teacher", "stop"));
    this.#on("take-after", () => this.#set("teacher", "finish"));
    this.#on("check", () => this.#set("approval", "finish"));
    this.#on("give-back", () => this.#set("tutor", "finish"));
    this.#on("hold", async () => void (await this.#ofRunning((id) => room()?.staff.hold(id))));
    this.#on("release", async () => void (await this.#ofRunning((id) => room()?.staff.release(id))));
    this.#on("suggest", async () => room()?.staff.suggest());
    byId("to-draft").addEventListener("click", () => this.#waiting && news.find(this.#waiting));
    byId("staff-toggle").addEventListener("click", () => this.#open(!byId("staff").hasAttribute("data-open")));
  }

  /** Another room is shown. */
  clear(conversationId: string | null): void {
    this.#floor = null;
    this.#heldReply = null;
    this.#waiting = null;
    this.#open(false);
    this.#drafts.clear();
    this.#whispers.turnTo(conversationId);
    this.#hands.show(null);
    this.#why.clear();
    byId("staff").inert = true;
    byId("to-draft").hidden = true;
    byId("suggest").ariaBusy = null;
    byId<HTMLAnchorElement>("to-replay").href = `/teacher/rooms/${conversationId}/replay`;
    this.#draw();
  }

  conversation(view: ConversationView): void {
    this.#floor = view.floor;
    byId("staff").inert = false;
    byId<HTMLAnchorElement>("to-reads").href = `/reads?student_id=${view.student_id}`;
    this.#draw();
  }

  running(running: boolean): void {
    this.#isRunning = running;
    this.#draw();
  }

  held(replyId: string | null): void {
    this.#heldReply = replyId;
    this.#draw();
  }

  hand(hand: HandView | null): void {
    this.#hands.show(hand);
  }

  presence(present: readonly PresentView[]): void {
    this.#why.present(present);
  }

  explained(why: string): void {
    this.#why.explained(why);
  }

  desk(whispers: readonly WhisperView[], drafts: readonly MessageView[]): void {
    this.#whispers.show(whispers);
    this.#waiting = drafts[0] ?? null;
    byId("to-draft").hidden = drafts.length === 0;
    byId("to-draft").textContent = fill(words.drafts_wait, { n: drafts.length });
  }

  drawn(answer: HTMLElement, message: MessageView): void {
    this.#drafts.drawn(answer, message);
  }

  suggested(text: string, state: SuggestionState, error: string | null): void {
    byId("suggest").ariaBusy = state === "running" ? "true" : null;
    this.#composer.dictate(text, state === "running");
    if (error) complain(new ApiError(error));
  }

  /** While nothing runs and the tutor answers, "now" and "after this answer" are the same. What a colleague does she may
   *  take over. */
  #draw(): void {
    const state = this.#floor?.state ?? "tutor";
    const own = this.#floor?.teacher_id === this.#readerId ? state : null;
    const isHidden = this.#room()?.running?.reply?.hidden === true;
    const isShown = this.#isRunning && !isHidden;
    byId("take").hidden = own === "teacher";
    byId("take-after").hidden = own === "teacher" || !this.#isRunning;
    byId("check").hidden = own === "approval";
    byId("give-back").hidden = state === "tutor";
    byId("hold").hidden = !isShown || this.#heldReply !== null;
    byId("release").hidden = !isShown || this.#heldReply === null;
    byId("suggest").hidden = own !== "teacher";
  }

  /** What she was writing for a draft that is decided about now is hers to say herself. */
  #rescue(text: string): void {
    this.#composer.dictate(text, false);
    toast(words.draft_gone);
  }

  #on(id: string, run: () => Promise<void>): void {
    const button = byId<HTMLButtonElement>(id);
    button.addEventListener("click", () => {
      void held(button, async () => {
        await run();
        // A button that is gone leaves the focus where the others stand, but to none of them: who presses twice means one.
        const isLost = document.activeElement === button || document.activeElement === document.body;
        if (isLost && !isSeen(button)) [byId("staff-panel"), byId("staff-toggle")].find(isSeen)?.focus();
      });
    });
  }

  /** One who looks at an old floor is told, and sees the new one. */
  async #set(state: FloorView["state"], running: Running): Promise<void> {
    const done = this.#floor && (await this.#room()?.staff.setFloor(state, running, this.#floor.number));
    if (done) this.#open(false);
  }

  async #ofRunning(act: (replyId: string) => Promise<boolean> | undefined): Promise<void> {
    const running = this.#room()?.running;
    if (running) await act(running.id);
  }

  /** On phones the controls fold up, so that there is room for the dialogue. */
  #open(open: boolean): void {
    byId("staff").toggleAttribute("data-open", open);
    byId("staff-toggle").setAttribute("aria-expanded", String(open));
  }
}

function isSeen(element: HTMLElement): boolean {
  return element.offsetParent !== null;
}
