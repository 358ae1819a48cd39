/** The one kind of error that the client's own code throws: a refusal by name. Used by all of the client. */

/** A named refusal of the server; `offline`, `timeout` or `malformed` when it did not answer in our terms; `access_lost`
 *  when the right to be in a place was taken away there. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: string;
  readonly status: number;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, status = 0, message: string = code, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.code = code;
    this.status = status;
    this.details = details;
  }

  /** In how many milliseconds the server wants to be asked again; null when it did not say. */
  get retryAfterMs(): number | null {
    const seconds = this.details["retry_after_s"];
    return typeof seconds === "number" && seconds >= 0 ? Math.ceil(seconds * 1000) : null;
  }
}

const GONE = new Set(["not_found", "not_allowed", "access_lost"]);

/** Whether what was asked for is not there for this person (any more): asking again is no use. */
export function isGone({ code }: ApiError): boolean {
  return GONE.has(code);
}

/** Gives a refusal back; anything else is a fault of ours and goes on to the console. */
export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  throw error;
}
