/** What a reader asks of the tutor's replies: stop, answer again, go on, and how good they are. Used by Room. */
import type { MessageView, ReplyTicket } from "../protocol.ts";
import type { Asking } from "./asking.ts";

export interface TutorNews {
  /** A reply was begun, or waits for its turn. */
  begun(ticket: ReplyTicket): void;
  /** How much help there is by now with the problem at hand. */
  climbed(level: number): void;
  rated(message: MessageView): void;
}

/** None of these throws ApiError: a refusal is told as a problem. */
export class Tutor {
  readonly #asking: Asking;
  readonly #conversationId: string;
  readonly #news: TutorNews;

  constructor(asking: Asking, conversationId: string, news: TutorNews) {
    this.#asking = asking;
    this.#conversationId = conversationId;
    this.#news = news;
  }

  /** Ends a running reply; its text so far stays. One that has ended meanwhile is what was wanted. */
  async stop(replyId: string): Promise<void> {
    await this.#asking.ask("reply.stop", this.#reply(replyId), "reply_not_running");
  }

  async retry(replyId: string): Promise<void> {
    this.#begun(await this.#asking.ask("reply.retry", this.#reply(replyId)));
  }

  async goOn(replyId: string): Promise<void> {
    this.#begun(await this.#asking.ask("reply.continue", this.#reply(replyId)));
  }

  /** Asks for one level more of help with the problem at hand than there is now. */
  async hint(level: number): Promise<void> {
    const wanted = { conversation_id: this.#conversationId, level: level + 1 };
    const answer = await this.#asking.ask("hint.next", wanted);
    if (answer) this.#news.climbed(answer.level);
    this.#begun(answer);
  }

  async rate(replyId: string, rating: "up" | "down" | null): Promise<void> {
    const answer = await this.#asking.ask("reply.rate", { ...this.#reply(replyId), rating });
    if (answer) this.#news.rated(answer.message);
  }

  #reply(replyId: string): { conversation_id: string; reply_id: string } {
    return { conversation_id: this.#conversationId, reply_id: replyId };
  }

  #begun(answer: { reply: ReplyTicket } | null): void {
    if (answer) this.#news.begun(answer.reply);
  }
}
