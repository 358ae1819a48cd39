/** Opens a conversation with the tutor about one question of homework, and goes there. Used by the pages of homework. */
import { clientId } from "./ids.ts";
import type { Connection } from "./socket.ts";
import { complain, data, type Subject } from "./ui.ts";

/** `homework`: a question of what was handed in; `assignment`: one that is still to do. */
export type AboutKind = "homework" | "assignment";

export class AskTutor {
  readonly #connection: Connection;
  /** The conversations that are being made: trying again after a lost answer gives the same one. */
  readonly #ids = new Map<string, string>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** @param ofId the submission, or the assignment */
  async about(kind: AboutKind, ofId: string, questionId: string, subject: string): Promise<void> {
    const id = `${ofId}:${questionId}`;
    const key = `${kind}:${id}`;
    const client_id = this.#ids.get(key) ?? clientId();
    this.#ids.set(key, client_id);
    const known = subject in data.subjects ? (subject as Subject) : "other";
    try {
      const wish = { client_id, subject: known, about: { kind, id } };
      const { conversation } = await this.#connection.call("conversation.create", wish);
      location.assign(`/chat/${conversation.id}`);
    } catch (error) {
      complain(error);
    }
  }
}
