/** Commands on their way: each is settled once, by its ack, by the clock, or by the loss of the connection. Used by
 *  socket.ts. */
import { refusal } from "./api.ts";
import { ApiError } from "./live/fault.ts";
import type { SocketLike } from "./wire.ts";

export class Calls {
  readonly #socket: Pick<SocketLike, "emit">;
  readonly #pending = new Set<(error: ApiError) => void>();
  #heard = 0;

  constructor(socket: Pick<SocketLike, "emit">) {
    this.#socket = socket;
  }

  /** How often the server has said anything. */
  get heard(): number {
    return this.#heard;
  }

  /** The server said something. */
  hear(): void {
    this.#heard += 1;
  }

  /** Gives the data of the ack. Throws ApiError: the server's code, `timeout`, `offline` when the connection was lost,
   *  `malformed` when the ack was none. */
  send(name: string, payload: unknown, timeoutMs: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const settle = (act: () => void): void => {
        clearTimeout(timer);
        this.#pending.delete(fail);
        act();
      };
      const fail = (error: ApiError): void => settle(() => reject(error));
      const timer = setTimeout(() => fail(new ApiError("timeout")), timeoutMs);
      this.#pending.add(fail);
      this.#socket.emit(name, payload, (answer) => {
        this.hear();
        if (isSuccess(answer)) settle(() => resolve(answer.data));
        else fail(refusal(answer) ?? new ApiError("malformed"));
      });
    });
  }

  /** The connection is lost, and with it every ack. */
  drop(): void {
    for (const fail of [...this.#pending]) fail(new ApiError("offline"));
  }
}

function isSuccess(answer: unknown): answer is { success: true; data: unknown } {
  const ack = answer as { success?: unknown; data?: unknown } | null | undefined;
  return ack?.success === true && ack.data !== undefined && ack.data !== null;
}
