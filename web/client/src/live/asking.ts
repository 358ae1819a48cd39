/** Sends commands for which a refusal is something to tell the reader, not to throw. Used by Tutor, Hands and Staff. */
import type { Commands } from "../protocol.ts";
import type { LiveConnection } from "./connection.ts";
import { type ApiError, asApiError } from "./fault.ts";

export class Asking {
  readonly #connection: LiveConnection;
  readonly #problem: (error: ApiError) => void;

  constructor(connection: LiveConnection, problem: (error: ApiError) => void) {
    this.#connection = connection;
    this.#problem = problem;
  }

  /** Gives the answer, or null after a refusal, which is told unless its code is `fine`. */
  async ask<C extends keyof Commands>(
    name: C,
    payload: Commands[C]["payload"],
    fine?: string,
  ): Promise<Commands[C]["data"] | null> {
    try {
      return await this.#connection.call(name, payload);
    } catch (error) {
      const named = asApiError(error);
      if (named.code !== fine) this.#problem(named);
      return null;
    }
  }
}
