import { beforeEach, describe, expect, test, vi } from "vitest";
import { Api } from "../src/api.ts";
import { ApiError } from "../src/live/fault.ts";
import type { SignedIn } from "../src/protocol.ts";
import { user } from "./fakes.ts";

interface Call {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: unknown;
}

let calls: Call[];
let answers: Record<string, (call: Call) => Response | Promise<Response>>;
let issued: number;

const json = (body: unknown, status = 200): Response => Response.json(body, { status });
const refused = (code: string, status: number, details = {}): Response =>
  json({ success: false, error: { code, message: `sentence for ${code}`, details } }, status);
const signedIn = (): SignedIn => {
  issued += 1;
  return { user: user(), access_token: `token-${issued}`, refresh_token: null, expires_in: 900 };
};
const bearer = (call: Call): string | undefined => call.headers["Authorization"];
const paths = (): string[] => calls.map(({ method, path }) => `${method} ${path}`);

const fakeFetch = (async (path: string, init: RequestInit) => {
  const call: Call = {
    method: init.method ?? "GET",
    path,
    headers: init.headers as Record<string, string>,
    body: typeof init.body === "string" ? JSON.parse(init.body) : undefined,
  };
  calls.push(call);
  await Promise.resolve();
  return (answers[path] ?? (() => refused("not_found", 404)))(call);
}) as typeof fetch;

const makeApi = (): Api => new Api({ fetch: fakeFetch, locks: null });

beforeEach(() => {
  calls = [];
  issued = 0;
  answers = {
    "/api/v1/auth/refresh": () => json(signedIn()),
    "/api/v1/auth/login": () => json(signedIn()),
    "/api/v1/users/me": () => json({ user: user() }),
    "/api/v1/auth/logout": () => json({}),
  };
});

const codeOf = async (promise: Promise<unknown>): Promise<string> => {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  return error instanceof ApiError ? error.code : "no refusal";
};

describe("a call", () => {
  test("carries the token and says that a browser asks", async () => {
    await makeApi().patch("users/me", { grade: 9 });
    const [, call] = calls;
    expect(call).toMatchObject({ method: "PATCH", path: "/api/v1/users/me", body: { grade: 9 } });
    expect(call?.headers).toMatchObject({
      Authorization: "Bearer token-1",
      "X-Tutor-Client": "web",
      "Content-Type": "application/json",
    });
  });

  test("gives the server's code, sentence and details when refused", async () => {
    answers["/api/v1/classes/join"] = () => refused("not_found", 404, { what: "class" });
    const error = await makeApi()
      .post("classes/join", { code: "ABCD" })
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: "not_found",
      status: 404,
      message: "sentence for not_found",
      details: { what: "class" },
    });
  });

  test.each([
    ["offline", () => Promise.reject(new TypeError("no network"))],
    ["timeout", () => Promise.reject(new DOMException("late", "TimeoutError"))],
    ["malformed", () => new Response("<html>502</html>", { status: 502 })],
    ["malformed", () => new Response("<html>hello</html>", { status: 200 })],
  ])("is %s when there is no answer in our terms", async (code, answer) => {
    answers["/api/v1/users/me"] = answer;
    expect(await codeOf(makeApi().get("users/me"))).toBe(code);
  });

  test("may give a file, whose bytes stay as they are", async () => {
    answers["/api/v1/reads.csv"] = () => new Response("\uFEFFat", { headers: { "Content-Disposition": "attachment" } });
    const file = await makeApi().file("reads.csv");
    expect(new Uint8Array(await file.arrayBuffer())).toEqual(new Uint8Array([0xef, 0xbb, 0xbf, 0x61, 0x74]));
  });

  test("may be answered with nothing", async () => {
    answers["/api/v1/users/me"] = () => new Response(null, { status: 204 });
    expect(await makeApi().get("users/me")).toEqual({});
  });
});

describe("the token", () => {
  test("is fetched once for many callers", async () => {
    const api = makeApi();
    const tokens = await Promise.all([api.token(), api.token(), api.get("users/me").then(() => api.token())]);
    expect(new Set(tokens)).toEqual(new Set(["token-1"]));
    expect(paths().filter((path) => path.endsWith("refresh"))).toHaveLength(1);
  });

  test("is renewed shortly before its end", async () => {
    vi.useFakeTimers();
    const api = makeApi();
    expect(await api.token()).toBe("token-1");
    vi.advanceTimersByTime(880_000);
    expect(await api.token()).toBe("token-1");
    vi.advanceTimersByTime(15_000);
    expect(await api.token()).toBe("token-2");
    vi.useRealTimers();
  });

  test("is fresh for four fifths of its life", async () => {
    vi.useFakeTimers();
    const api = makeApi();
    expect(api.freshForMs).toBe(0);
    await api.token();
    expect(api.freshForMs).toBe(720_000);
    vi.useRealTimers();
  });

  test("refused is renewed once for many callers, and each call is tried once more", async () => {
    const api = makeApi();
    await api.token();
    answers["/api/v1/users/me"] = (call) =>
      bearer(call) === "Bearer token-1" ? refused("token_expired", 401) : json({ user: user() });
    await Promise.all([api.get("users/me"), api.get("users/me"), api.get("users/me")]);
    expect(paths().filter((path) => path.endsWith("refresh"))).toHaveLength(2);
    expect(paths().filter((path) => path.endsWith("me"))).toHaveLength(6);
  });

  test("renewed meanwhile by another call is used, not traded again", async () => {
    const api = makeApi();
    await api.token();
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    answers["/api/v1/users/me"] = async (call) => {
      if (bearer(call) !== "Bearer token-1") return json({ user: user() });
      await gate;
      return refused("token_expired", 401);
    };
    const late = api.get("users/me");
    await api.refresh();
    release();
    await late;
    expect(paths().filter((path) => path.endsWith("refresh"))).toHaveLength(2);
  });

  test("refused again is a refusal, without end", async () => {
    answers["/api/v1/users/me"] = () => refused("unauthenticated", 401);
    expect(await codeOf(makeApi().get("users/me"))).toBe("unauthenticated");
    expect(paths().filter((path) => path.endsWith("me"))).toHaveLength(2);
  });

  test("is told to those who listen, until they stop", async () => {
    const api = makeApi();
    const heard: string[] = [];
    const stop = api.onToken((token) => heard.push(token));
    await api.signIn({ username: "mei", password: "secret-words" });
    await api.refresh();
    stop();
    await api.refresh();
    expect(heard).toEqual(["token-1", "token-2"]);
  });

  test("is traded under a lock that all tabs share", async () => {
    const names: string[] = [];
    const request = (name: string, work: () => Promise<unknown>): Promise<unknown> => {
      names.push(name);
      return work();
    };
    await new Api({ fetch: fakeFetch, locks: { request: request as LockManager["request"] } }).token();
    expect(names).toEqual(["tutor.refresh"]);
  });
});

describe("the session", () => {
  const watched = (): { api: Api; ends: () => number } => {
    const api = makeApi();
    let ends = 0;
    api.onSignedOut(() => (ends += 1));
    return { api, ends: () => ends };
  };

  test("is over when the cookie is refused", async () => {
    const { api, ends } = watched();
    answers["/api/v1/auth/refresh"] = () => refused("session_ended", 401);
    expect([await codeOf(api.get("users/me")), ends(), api.user]).toEqual(["session_ended", 1, null]);
  });

  test("is over when the server says so to any call", async () => {
    const { api, ends } = watched();
    answers["/api/v1/users/me"] = () => refused("session_ended", 401);
    expect([await codeOf(api.get("users/me")), ends()]).toEqual(["session_ended", 1]);
  });

  test("is not over when the network is away", async () => {
    const { api, ends } = watched();
    answers["/api/v1/auth/refresh"] = () => Promise.reject(new TypeError("no network"));
    expect([await codeOf(api.get("users/me")), ends()]).toEqual(["offline", 0]);
    answers["/api/v1/auth/refresh"] = () => json(signedIn());
    expect(await api.token()).toBe("token-1");
  });

  test("is not over after a wrong password", async () => {
    const { api, ends } = watched();
    answers["/api/v1/auth/login"] = () => refused("wrong_credentials", 401);
    expect([await codeOf(api.signIn({ username: "mei", password: "x" })), ends(), calls.length]).toEqual([
      "wrong_credentials",
      0,
      1,
    ]);
  });

  test("ends by signing out", async () => {
    const { api, ends } = watched();
    await api.signIn({ username: "mei", password: "secret-words" });
    expect(api.user?.username).toBe("mei");
    await api.signOut();
    expect([ends(), api.user]).toEqual([1, null]);
  });
});
