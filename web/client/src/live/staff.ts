/** What a teacher does in a student's room: the floor, running replies, drafts, whispers and suggestions. Used by Room. */
import type { Commands, FloorView, MessageView, WhisperView } from "../protocol.ts";
import type { Asking } from "./asking.ts";
import type { Suggestion } from "./suggestion.ts";

export interface StaffNews {
  floor(floor: FloorView): void;
  /** A draft that was decided about. */
  decided(message: MessageView): void;
  whispered(whisper: WhisperView): void;
  hushed(whisperId: string): void;
}

/** None of these throws ApiError: a refusal is told as a problem. Each says whether it was done. */
export class Staff {
  readonly suggestion: Suggestion;
  readonly #asking: Asking;
  readonly #room: { readonly conversation_id: string };
  readonly #news: StaffNews;
  readonly #newId: () => string;
  /** The whisper that is on its way: trying again after a lost answer gives the same one. */
  #pending: Pick<WhisperView, "id" | "text" | "lasts"> | null = null;

  constructor(asking: Asking, conversationId: string, suggestion: Suggestion, news: StaffNews, newId: () => string) {
    this.#asking = asking;
    this.#room = { conversation_id: conversationId };
    this.suggestion = suggestion;
    this.#news = news;
    this.#newId = newId;
  }

  /** @param number of the floor that she saw */
  async setFloor(state: FloorView["state"], running: "stop" | "finish", number: number): Promise<boolean> {
    const answer = await this.#asking.ask("floor.set", { ...this.#room, state, running, number });
    if (answer) this.#news.floor(answer.conversation.floor);
    return answer !== null;
  }

  async hold(replyId: string): Promise<boolean> {
    return (await this.#asking.ask("reply.hold", this.#reply(replyId), "reply_not_running")) !== null;
  }

  async release(replyId: string): Promise<boolean> {
    return (await this.#asking.ask("reply.release", this.#reply(replyId), "reply_not_running")) !== null;
  }

  /** Lets a draft through; with `text` in the place of the tutor's. */
  async sendDraft(replyId: string, text?: string): Promise<boolean> {
    const payload = text === undefined ? this.#reply(replyId) : { ...this.#reply(replyId), text };
    return this.#decided(await this.#asking.ask("draft.send", payload));
  }

  /** @param why for teachers alone; "" for no reason */
  async rejectDraft(replyId: string, why: string): Promise<boolean> {
    const payload = why ? { ...this.#reply(replyId), why } : this.#reply(replyId);
    return this.#decided(await this.#asking.ask("draft.reject", payload));
  }

  async whisper(text: string, lasts: WhisperView["lasts"]): Promise<boolean> {
    if (this.#pending?.text !== text || this.#pending.lasts !== lasts) this.#pending = { id: this.#newId(), text, lasts };
    const answer = await this.#asking.ask("whisper.add", { ...this.#room, client_id: this.#pending.id, text, lasts });
    if (!answer) return false;
    this.#pending = null;
    this.#news.whispered(answer.whisper);
    return true;
  }

  async endWhisper(whisperId: string): Promise<boolean> {
    const answer = await this.#asking.ask("whisper.end", { ...this.#room, whisper_id: whisperId });
    if (answer) this.#news.hushed(whisperId);
    return answer !== null;
  }

  /** Asks for a draft of what she could say; it comes as the listener's `suggested`. */
  async suggest(): Promise<void> {
    if (this.suggestion.isRunning) return;
    this.suggestion.asked();
    const answer = await this.#asking.ask("suggestion.ask", this.#room);
    this.suggestion.begun(answer?.suggestion_id ?? null);
  }

  #reply(replyId: string): Commands["reply.hold"]["payload"] {
    return { ...this.#room, reply_id: replyId };
  }

  #decided(answer: { message: MessageView } | null): boolean {
    if (answer) this.#news.decided(answer.message);
    return answer !== null;
  }
}
