import { beforeEach, describe, expect, test, vi } from "vitest";
import { Api } from "../src/api.ts";
import { ApiError } from "../src/live/fault.ts";
import { fitted, shrunk, SIDE } from "../src/shrink.ts";
import { type Answered, type Attempt, upload } from "../src/upload.ts";
import { NOW, user } from "./fakes.ts";

const FILE = { id: "f1", kind: "photo", name: "a.jpg", pages: [{ width: 3, height: 2 }], created_at: NOW };
const PHOTO = new Blob(["..."], { type: "image/jpeg" });
const KEPT: Answered = { status: 201, text: JSON.stringify({ file: FILE }) };
const refused = (code: string, status: number, details = {}): Answered => ({
  status,
  text: JSON.stringify({ success: false, error: { code, message: `sentence for ${code}`, details } }),
});

let attempts: Attempt[];
let answers: (Answered | ApiError)[];
let issued: number;

const api = (): Api =>
  new Api({
    locks: null,
    fetch: (async () => {
      issued += 1;
      return Response.json({ user: user(), access_token: `token-${issued}`, refresh_token: null, expires_in: 900 });
    }) as typeof fetch,
  });

const send = async (attempt: Attempt): Promise<Answered> => {
  attempts.push(attempt);
  attempt.progress(0.5);
  const answer = answers.shift() ?? KEPT;
  if (answer instanceof ApiError) throw answer;
  attempt.progress(1);
  return answer;
};

/** Lets every pause pass until it is done. */
async function settled<T>(promise: Promise<T>): Promise<T> {
  const done = promise.finally(() => (over = true));
  let over = false;
  done.catch(() => undefined);
  while (!over) await vi.advanceTimersByTimeAsync(1_000);
  return done;
}

beforeEach(() => {
  vi.useFakeTimers();
  [attempts, answers, issued] = [[], [], 0];
});

describe("an upload", () => {
  test("sends the file under its name and tells how far it is", async () => {
    const shares: number[] = [];
    const kept = await upload(api(), PHOTO, "作业.jpg", { clientId: "c1", progress: (share) => shares.push(share), send });
    expect(kept).toEqual(FILE);
    expect(shares).toEqual([0, 0.5, 1]);
    const [attempt] = attempts;
    expect(attempt).toMatchObject({ url: "/api/v1/files?client_id=c1", token: "token-1" });
    expect((attempt?.body.get("file") as File).name).toBe("作业.jpg");
  });

  test("begins again under the same client_id until the server has it", async () => {
    answers = [new ApiError("offline"), new ApiError("timeout"), refused("no_room", 507), { status: 502, text: "<html>" }];
    const reasons: string[] = [];
    const sending = upload(api(), PHOTO, "a.jpg", { send, interrupted: (error) => reasons.push(error.code) });
    expect(await settled(sending)).toEqual(FILE);
    expect(reasons).toEqual(["offline", "timeout", "no_room", "malformed"]);
    expect(new Set(attempts.map(({ url }) => url)).size).toBe(1);
    expect(attempts[0]?.url).toMatch(/client_id=[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });

  test("waits as long as the server says", async () => {
    answers = [refused("busy", 429, { retry_after_s: 7 })];
    const sending = upload(api(), PHOTO, "a.jpg", { send });
    await vi.advanceTimersByTimeAsync(6_900);
    expect(attempts).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(await sending).toEqual(FILE);
  });

  test("renews a token that has run out", async () => {
    answers = [refused("token_expired", 401)];
    await upload(api(), PHOTO, "a.jpg", { send });
    expect(attempts.map(({ token }) => token)).toEqual(["token-1", "token-2"]);
  });

  test("is not sent again when it was refused by name", async () => {
    answers = [refused("file_too_large", 413, { kind: "photo", limit_mb: 10 })];
    const error = await upload(api(), PHOTO, "a.jpg", { send }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "file_too_large", details: { limit_mb: 10 } });
    expect(attempts).toHaveLength(1);
  });

  test("is given up after a while, with the last reason", async () => {
    answers = Array.from({ length: 20 }, () => new ApiError("offline"));
    await expect(settled(upload(api(), PHOTO, "a.jpg", { send }))).rejects.toMatchObject({ code: "offline" });
    expect(attempts).toHaveLength(8);
  });

  test("ends when it is told to, also in a pause", async () => {
    answers = [new ApiError("offline")];
    const ending = new AbortController();
    const sending = upload(api(), PHOTO, "a.jpg", { send, signal: ending.signal });
    await vi.advanceTimersByTimeAsync(10);
    ending.abort(new Error("taken away"));
    await expect(sending).rejects.toThrow("taken away");
    expect(attempts).toHaveLength(1);
  });
});

describe("a photo", () => {
  const large = new Blob([new Uint8Array(3_000_000)], { type: "image/heic" });

  test("is sent in the size that the server keeps", async () => {
    expect(fitted(4000, 3000)).toEqual([2309, 1732]);
    expect(fitted(300, 200)).toEqual([300, 200]);
    expect(fitted(1, 100_000)).toEqual([1, 4 * SIDE]);
    const smaller = new Blob(["small"], { type: "image/jpeg" });
    expect(await shrunk(large, async () => smaller)).toBe(smaller);
  });

  test("goes out as it is when that is no gain", async () => {
    const draw = vi.fn(async () => null);
    expect(await shrunk(PHOTO, draw)).toBe(PHOTO);
    const pdf = new Blob([new Uint8Array(3_000_000)], { type: "application/pdf" });
    expect(await shrunk(pdf, draw)).toBe(pdf);
    expect(draw).not.toHaveBeenCalled();
    expect(await shrunk(large, draw)).toBe(large);
    expect(await shrunk(large, async () => new Blob([new Uint8Array(4_000_000)]))).toBe(large);
  });
});
