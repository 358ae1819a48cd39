/** What is known of a room beside its messages: who answers, which reply is held, and what teachers alone see. Pure:
 *  answers and events go in, the listener is told. Used by Feed. */
import type { ConversationView, FloorView, MessageView, Opened, WhisperView } from "../protocol.ts";
import type { RoomListener } from "./listener.ts";
import { isRunning } from "./states.ts";

export class Aside {
  readonly #listener: RoomListener;
  readonly #whispers = new Map<string, WhisperView>();
  readonly #drafts = new Map<string, MessageView>();
  #view: ConversationView | null = null;
  #held: string | null = null;
  #staff = false;

  constructor(listener: RoomListener) {
    this.#listener = listener;
  }

  get conversation(): ConversationView | null {
    return this.#view;
  }

  opened({ conversation, reply, desk }: Opened): void {
    this.called(conversation);
    this.#staff = desk != null;
    this.#hold(reply?.held ? reply.id : null);
    if (!desk) return;
    fill(this.#whispers, desk.whispers);
    fill(this.#drafts, desk.drafts);
    this.#tellDesk();
  }

  /** The conversation as it is now; of two floors the later one holds. */
  called(view: ConversationView): void {
    const floor = this.#view?.floor;
    this.#view = floor && floor.number > view.floor.number ? { ...view, floor } : view;
    this.#listener.conversation(this.#view);
  }

  floorChanged(floor: FloorView): void {
    if (this.#view && floor.number >= this.#view.floor.number) this.called({ ...this.#view, floor });
  }

  /** The student was helped so far with the problem at hand. */
  climbed(level: number): void {
    if (this.#view) this.called({ ...this.#view, level });
  }

  /** A message came, or changed. */
  passed(message: MessageView): void {
    const { id, notice } = message;
    if (notice?.kind === "reply.held") this.#hold(String(notice.facts["reply_id"]));
    if (notice?.kind === "reply.released") this.#hold(null);
    if (id === this.#held && !isRunning(message.state)) this.#hold(null);
    if (!this.#staff || message.author.kind !== "tutor") return;
    const waits = message.state === "checking" && message.reply?.ready_at != null;
    if (waits) this.#drafts.set(id, message);
    if (waits || (message.state !== "checking" && this.#drafts.delete(id))) this.#tellDesk();
  }

  whispered(whisper: WhisperView): void {
    if (whisper.ended_at === null) this.#whispers.set(whisper.id, whisper);
    else this.#whispers.delete(whisper.id);
    this.#tellDesk();
  }

  hushed(whisperId: string): void {
    if (this.#whispers.delete(whisperId)) this.#tellDesk();
  }

  #hold(replyId: string | null): void {
    if (replyId === this.#held) return;
    this.#held = replyId;
    this.#listener.held(replyId);
  }

  #tellDesk(): void {
    this.#listener.desk([...this.#whispers.values()], [...this.#drafts.values()]);
  }
}

function fill<V extends { readonly id: string }>(map: Map<string, V>, values: readonly V[]): void {
  map.clear();
  for (const value of values) map.set(value.id, value);
}
