/** Sends a file with progress. When the connection is lost, or the server cannot take it just now, it goes out again as a
 *  whole under the same client_id, so that it is there once however often it was sent. */
import { type Api, refusal } from "./api.ts";
import { clientId } from "./ids.ts";
import { ApiError, asApiError } from "./live/fault.ts";
import type { FileView, OneFile } from "./protocol.ts";

/** One attempt: the request, and whom to tell how much of it is gone (0 to 1). */
export interface Attempt {
  readonly url: string;
  readonly token: string;
  readonly body: FormData;
  readonly signal: AbortSignal | undefined;
  progress(share: number): void;
}

export interface Answered {
  readonly status: number;
  readonly text: string;
}

export interface UploadOptions {
  /** The name under which the server knows this file again; made anew when there is none. */
  clientId?: string;
  /** Told how much of the file is gone, from 0 to 1; back to 0 when it begins again. */
  progress?: (share: number) => void;
  /** Told why the last attempt failed, before a pause and the next one. */
  interrupted?: (error: ApiError) => void;
  /** Ends it; the promise is then rejected with the signal's reason. */
  signal?: AbortSignal;
  /** Makes one attempt; default `XMLHttpRequest`, the only way to hear of progress. Throws ApiError. */
  send?: (attempt: Attempt) => Promise<Answered>;
}

/** Nothing was decided about the file: it may be sent again. */
const UNDECIDED = new Set([
  "offline", "timeout", "malformed", "too_slow", "stopping", "store_unavailable", "no_room", "busy", "rate_limited", "internal",
]);
const RENEWABLE = new Set(["token_expired", "unauthenticated"]);
const ATTEMPTS = 8;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 15_000;
/** Without a byte moving for so long the connection is lost, whatever it says. */
const STALLED_MS = 30_000;
/** So long may the server take when it has everything: it may wait for its turn, and then draws the pictures. */
const DRAWING_MS = 90_000;

/** Sends a photo or a PDF and gives the file as the server keeps it. Throws ApiError: refused by name, or still undecided
 *  after so many attempts. */
export async function upload(api: Api, file: Blob, name: string, options: UploadOptions = {}): Promise<FileView> {
  const id = options.clientId ?? clientId();
  for (let attempt = 1; ; attempt += 1) {
    options.signal?.throwIfAborted();
    options.progress?.(0);
    try {
      return await attempted(api, file, name, id, options);
    } catch (error) {
      options.signal?.throwIfAborted();
      const refused = asApiError(error);
      const renewable = RENEWABLE.has(refused.code);
      if (attempt === ATTEMPTS || !(renewable || UNDECIDED.has(refused.code))) throw refused;
      options.interrupted?.(refused);
      if (renewable) await api.refresh();
      else await pause(refused.retryAfterMs ?? Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1)), options.signal);
    }
  }
}

async function attempted(api: Api, file: Blob, name: string, id: string, options: UploadOptions): Promise<FileView> {
  const body = new FormData();
  body.append("file", file, name);
  const answered = await (options.send ?? overXhr)({
    url: `/api/v1/files?client_id=${id}`,
    token: await api.token(),
    body,
    signal: options.signal,
    progress: (share) => options.progress?.(share),
  });
  const answer = parsed(answered.text);
  if (answered.status === 201 && isFile(answer)) return answer.file;
  throw refusal(answer, answered.status) ?? new ApiError("malformed", answered.status);
}

function isFile(answer: unknown): answer is OneFile {
  return typeof (answer as OneFile | null | undefined)?.file?.id === "string";
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // a proxy's page of HTML, not our answer
  }
}

/** Waits; less long when the browser is back online, or when it is ended. */
function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      clearTimeout(timer);
      globalThis.removeEventListener?.("online", go);
      signal?.removeEventListener("abort", go);
      resolve();
    };
    const timer = setTimeout(go, ms);
    globalThis.addEventListener?.("online", go);
    signal?.addEventListener("abort", go);
  });
}

function overXhr({ url, token, body, signal, progress }: Attempt): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const settle = (act: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      act();
    };
    const abort = (): void => request.abort();
    const within = (ms: number): void => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        settle(() => reject(new ApiError("timeout")));
        request.abort();
      }, ms);
    };
    request.upload.onprogress = (event) => {
      within(STALLED_MS);
      if (event.lengthComputable) progress(event.loaded / event.total);
    };
    request.upload.onload = () => within(DRAWING_MS);
    request.onload = () => settle(() => resolve({ status: request.status, text: request.responseText }));
    request.onerror = request.onabort = () => settle(() => reject(new ApiError("offline")));
    signal?.addEventListener("abort", abort);
    request.open("POST", url);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-Tutor-Client", "web");
    request.setRequestHeader("Authorization", `Bearer ${token}`);
    within(STALLED_MS);
    request.send(body);
  });
}
