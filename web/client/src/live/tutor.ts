/** What a reader asks of the tutor's replies: stop, answer again, go on, and how good they are. Used by Room. */
import type { Commands, MessageView, ReplyTicket } from "../protocol.ts";
import type { LiveConnection } from "./connection.ts";
import { type ApiError, asApiError } from "./fault.ts";

export interface TutorNews {
  /** A reply was begun, or waits for its turn. */
  begun(ticket: ReplyTicket): void;
  rated(message: MessageView): void;
  problem(error: ApiError): void;
}

type OnReply = "reply.stop" | "reply.retry" | "reply.continue" | "reply.rate";

/** None of these throws ApiError: a refusal goes to `problem`. */
export class Tutor {
  readonly #connection: LiveConnection;
  readonly #conversationId: string;
  readonly #news: TutorNews;

  constructor(connection: LiveConnection, conversationId: string, news: TutorNews) {
    this.#connection = connection;
    this.#conversationId = conversationId;
    this.#news = news;
  }

  /** Ends a running reply; its text so far stays. One that has ended meanwhile is what was wanted. */
  async stop(replyId: string): Promise<void> {
    await this.#ask("reply.stop", this.#reply(replyId), "reply_not_running");
  }

  async retry(replyId: string): Promise<void> {
    this.#begun(await this.#ask("reply.retry", this.#reply(replyId)));
  }

  async goOn(replyId: string): Promise<void> {
    this.#begun(await this.#ask("reply.continue", this.#reply(replyId)));
  }

  async rate(replyId: string, rating: "up" | "down" | null): Promise<void> {
    const answer = await this.#ask("reply.rate", { ...this.#reply(replyId), rating });
    if (answer) this.#news.rated(answer.message);
  }

  #reply(replyId: string): { conversation_id: string; reply_id: string } {
    return { conversation_id: this.#conversationId, reply_id: replyId };
  }

  #begun(answer: { reply: ReplyTicket } | null): void {
    if (answer) this.#news.begun(answer.reply);
  }

  async #ask<C extends OnReply>(name: C, payload: Commands[C]["payload"], fine?: string): Promise<Commands[C]["data"] | null> {
    try {
      return await this.#connection.call(name, payload);
    } catch (error) {
      const named = asApiError(error);
      if (named.code !== fine) this.#news.problem(named);
      return null;
    }
  }
}
