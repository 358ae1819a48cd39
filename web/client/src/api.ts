/** The HTTP side of the client: JSON calls with the access token, which lives in this object's memory only.
 *  The refresh token is an HttpOnly cookie that no script sees. Every page makes one Api. */
import { ApiError } from "./live/fault.ts";
import type { Nothing, Register, SignedIn, SignIn, UserView } from "./protocol.ts";

/** Reads the body shared by failed acks and failed calls; null when it is none. */
export function refusal(body: unknown, status = 0): ApiError | null {
  const error = (body as { error?: { code?: unknown; message?: unknown; details?: unknown } } | null)?.error;
  if (typeof error?.code !== "string") return null;
  const message = typeof error.message === "string" ? error.message : error.code;
  return new ApiError(error.code, status, message, (error.details ?? {}) as Readonly<Record<string, unknown>>);
}

type Locks = Pick<LockManager, "request">;

export interface ApiOptions {
  /** Where the calls start; default `/api/v1`. */
  base?: string;
  fetch?: typeof fetch;
  /** Keeps two tabs from trading the same refresh token; null where the browser has none. */
  locks?: Locks | null;
  /** How long one call may take, in milliseconds. */
  timeoutMs?: number;
}

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** A token this near to its end (in ms) is not used for another call. */
const MARGIN_MS = 10_000;
const RENEWABLE = new Set(["token_expired", "unauthenticated"]);

export class Api {
  readonly #base: string;
  readonly #fetch: typeof fetch;
  readonly #locks: Locks | null;
  readonly #timeoutMs: number;
  readonly #signedOut = new Set<() => void>();
  readonly #renewed = new Set<(token: string) => void>();
  #held: { token: string; user: UserView; got: number; lifeMs: number } | null = null;
  #refreshing: Promise<string> | null = null;

  constructor(options: ApiOptions = {}) {
    this.#base = options.base ?? "/api/v1";
    this.#fetch = options.fetch ?? ((input, init) => fetch(input, init));
    this.#locks = options.locks === undefined ? (globalThis.navigator?.locks ?? null) : options.locks;
    this.#timeoutMs = options.timeoutMs ?? 15_000;
  }

  /** Who is signed in; null until the first token. */
  get user(): UserView | null {
    return this.#held?.user ?? null;
  }

  /** Milliseconds until the access token should be renewed (80 % of its life); 0 when there is none. */
  get freshForMs(): number {
    return this.#held ? Math.max(0, this.#held.got + 0.8 * this.#held.lifeMs - Date.now()) : 0;
  }

  /** A usable access token, refreshed first when need be. Throws ApiError. */
  async token(): Promise<string> {
    const held = this.#held;
    if (held && Date.now() < held.got + held.lifeMs - MARGIN_MS) return held.token;
    return this.refresh();
  }

  /** Trades the cookie for a new access token; callers at the same time share one request. Throws ApiError. */
  refresh(): Promise<string> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  /** Signs in. Throws ApiError. */
  async signIn(body: SignIn): Promise<SignedIn> {
    return this.#keep(await this.#send<SignedIn>("POST", "auth/login", body));
  }

  /** Opens an account and signs in. Throws ApiError. */
  async register(body: Register): Promise<SignedIn> {
    return this.#keep(await this.#send<SignedIn>("POST", "auth/register", body));
  }

  /** Ends this session, or every session of the account. Throws ApiError, and then nothing has changed. */
  async signOut(everywhere = false): Promise<void> {
    await this.post<Nothing>(everywhere ? "auth/logout-all" : "auth/logout", {});
    this.end();
  }

  /** Forgets the token and tells everyone: the session is over. */
  end(): void {
    this.#held = null;
    for (const tell of [...this.#signedOut]) tell();
  }

  get<T>(path: string): Promise<T> {
    return this.#call<T>("GET", path);
  }

  /** Reads something that is meant to be kept as a file. */
  file(path: string): Promise<Blob> {
    return this.#call<Blob>("GET", path);
  }

  post<T>(path: string, body: object): Promise<T> {
    return this.#call<T>("POST", path, body);
  }

  put<T>(path: string, body: object): Promise<T> {
    return this.#call<T>("PUT", path, body);
  }

  patch<T>(path: string, body: object): Promise<T> {
    return this.#call<T>("PATCH", path, body);
  }

  del<T>(path: string): Promise<T> {
    return this.#call<T>("DELETE", path);
  }

  /** Calls `tell` when the session is over; gives the function that takes the listener away. */
  onSignedOut(tell: () => void): () => void {
    this.#signedOut.add(tell);
    return () => this.#signedOut.delete(tell);
  }

  /** Calls `tell` with every new access token; gives the function that takes the listener away. */
  onToken(tell: (token: string) => void): () => void {
    this.#renewed.add(tell);
    return () => this.#renewed.delete(tell);
  }

  async #call<T>(method: Method, path: string, body?: object): Promise<T> {
    const token = await this.token();
    try {
      return await this.#send<T>(method, path, body, token);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      if (error.code === "session_ended") this.end();
      if (!RENEWABLE.has(error.code)) throw error;
    }
    // Another call may have renewed it meanwhile: then the newer token is tried, not traded again.
    const newer = this.#held && this.#held.token !== token ? this.#held.token : await this.refresh();
    return this.#send<T>(method, path, body, newer);
  }

  async #refresh(): Promise<string> {
    const trade = () => this.#send<SignedIn>("POST", "auth/refresh", {});
    try {
      return this.#keep(await (this.#locks ? this.#locks.request("tutor.refresh", trade) : trade())).access_token;
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) this.end();
      throw error;
    }
  }

  #keep(answer: SignedIn): SignedIn {
    const { access_token: token, user, expires_in } = answer;
    this.#held = { token, user, got: Date.now(), lifeMs: expires_in * 1000 };
    for (const tell of [...this.#renewed]) tell(token);
    return answer;
  }

  async #send<T>(method: Method, path: string, body?: object, token?: string): Promise<T> {
    const headers: Record<string, string> = { Accept: "application/json", "X-Tutor-Client": "web" };
    if (body) headers["Content-Type"] = "application/json";
    if (token) headers["Authorization"] = `Bearer ${token}`;
    const init: RequestInit = {
      method,
      headers,
      credentials: "same-origin",
      signal: AbortSignal.timeout(this.#timeoutMs),
    };
    if (body) init.body = JSON.stringify(body);
    let response: Response;
    let answer: unknown;
    try {
      response = await this.#fetch(`${this.#base}/${path.replace(/^\//, "")}`, init);
      answer = isFile(response) ? await response.blob() : parsed(await response.text());
    } catch (error) {
      const late = error instanceof DOMException && error.name === "TimeoutError";
      throw new ApiError(late ? "timeout" : "offline");
    }
    if (response.ok && answer !== undefined) return answer as T;
    throw refusal(answer, response.status) ?? new ApiError("malformed", response.status);
  }
}

function isFile(response: Response): boolean {
  return response.ok && response.headers.has("Content-Disposition");
}

function parsed(text: string): unknown {
  try {
    return text ? JSON.parse(text) : {};
  } catch {
    return undefined; // a proxy's page of HTML, not our answer
  }
}
