import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Api } from "../src/api.ts";
import { ApiError } from "../src/live/fault.ts";
import type { ConnectionState } from "../src/live/index.ts";
import { Connection } from "../src/socket.ts";
import { FakeSocket, user } from "./fakes.ts";

let socket: FakeSocket;
let connection: Connection;
let api: Api;
let states: ConnectionState[];
let issued: number;
let refresh: () => Response;

const settle = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
const token = (): Response => {
  issued += 1;
  return Response.json({ user: user(), access_token: `token-${issued}`, refresh_token: null, expires_in: 900 });
};
const ok = (data: unknown): unknown => ({ success: true, data });
const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "no refusal",
    (error: unknown) => (error instanceof ApiError ? error.code : String(error)),
  );

async function online(): Promise<void> {
  await settle();
  socket.fire("connect");
}

function connect(): void {
  states = [];
  socket = new FakeSocket();
  api = new Api({ fetch: (async () => (await Promise.resolve(), refresh())) as typeof fetch, locks: null });
  connection = new Connection(api, {
    openSocket: (auth) => {
      socket.auth = auth;
      return socket;
    },
    random: () => 1,
  });
  connection.onState((state) => states.push(state));
}

beforeEach(() => {
  vi.useFakeTimers();
  issued = 0;
  refresh = token;
  connect();
});

afterEach(() => {
  connection.close();
  vi.useRealTimers();
});

describe("connecting", () => {
  test("shows the token and who asks", async () => {
    expect(connection.state).toBe("connecting");
    await online();
    expect([connection.state, socket.credentials]).toEqual([
      "online",
      [{ token: "token-1", client: "web", version: "1" }],
    ]);
  });

  test("without a network goes on trying", async () => {
    refresh = () => {
      throw new TypeError("no network");
    };
    connection.close();
    connect();
    await settle(20_000);
    expect([connection.state, socket.credentials]).toEqual(["offline", []]);
    refresh = token;
    await settle(5_000);
    expect(socket.credentials).toHaveLength(1);
    await online();
    expect(connection.state).toBe("online");
  });

  test("after a fault of the transport is left to the library", async () => {
    await settle();
    socket.fire("connect_error", new Error("websocket error"));
    await settle(60_000);
    expect([connection.state, socket.connects]).toEqual(["offline", 1]);
  });

  test.each(["token_expired", "unauthenticated"])("refused as %s takes a new token at once", async (code) => {
    await settle();
    socket.refuse(code);
    await settle();
    expect(socket.credentials.map((credentials) => credentials.token)).toEqual(["token-1", "token-2"]);
    socket.refuse(code);
    await settle();
    expect([connection.state, socket.connects]).toEqual(["offline", 2]);
    await settle(5_000);
    expect(socket.connects).toBe(3);
  });

  test("refused as too many waits longer and longer", async () => {
    await settle();
    for (let refusal = 0; refusal < 5; refusal += 1) {
      socket.refuse("busy");
      await settle(Math.min(5_000, 500 * 2 ** refusal) - 1);
      expect(socket.connects).toBe(1 + refusal);
      await settle(5_000);
      expect(socket.connects).toBe(2 + refusal);
    }
  });

  test("refused because the session ended is over", async () => {
    let signedOut = 0;
    api.onSignedOut(() => (signedOut += 1));
    await settle();
    socket.refuse("session_ended");
    await settle(60_000);
    expect([connection.state, signedOut, socket.connects]).toEqual(["ended", 1, 1]);
  });

  test("that the server neither admits nor refuses is given up after ten seconds and tried again", async () => {
    await settle(10_000);
    expect([connection.state, socket.disconnects]).toEqual(["offline", 1]);
    await settle(500);
    expect(socket.connects).toBe(2);
    await online();
    await settle(60_000);
    expect([connection.state, socket.connects]).toEqual(["online", 2]);
  });

  test("without a session is over", async () => {
    await online();
    refresh = () => Response.json({ error: { code: "session_ended" } }, { status: 401 });
    await codeOf(api.refresh());
    expect(connection.state).toBe("ended");
  });
});

describe("after a loss", () => {
  test("of the transport the library comes back, and the states tell", async () => {
    await online();
    socket.fire("disconnect", "transport close");
    socket.fire("connect_error", new Error("websocket error"));
    socket.fire("connect");
    expect(states).toEqual(["online", "connecting", "offline", "online"]);
  });

  test("by the server's will we come back ourselves", async () => {
    await online();
    socket.closedByServer();
    await settle(500);
    expect(socket.connects).toBe(2);
  });
});

describe("bye", () => {
  test("brings us back half a second at most after the given time, and not before it", async () => {
    await online();
    socket.fire("bye", { code: "restart", after_ms: 3_000 });
    expect(connection.state).toBe("online");
    await settle(1_000);
    socket.fire("disconnect", "transport close");
    expect([connection.state, socket.active]).toEqual(["connecting", false]);
    await settle(2_499);
    expect(socket.connects).toBe(1);
    await settle(1);
    expect(socket.connects).toBe(2);
  });

  test("moves us over even if the server does not close", async () => {
    await online();
    socket.fire("bye", { code: "restart", after_ms: 3_000 });
    await settle(3_500);
    expect([socket.disconnects, socket.connects]).toEqual([1, 2]);
  });

  test("because of the token takes a new one", async () => {
    await online();
    socket.fire("bye", { code: "token_expired", after_ms: 0 });
    socket.closedByServer();
    await settle();
    expect([socket.connects, socket.credentials.at(-1)?.token]).toEqual([2, "token-2"]);
    await online();
    await settle(60_000);
    expect(socket.connects).toBe(2);
  });

  test("because another page took the place is left alone until the reader wants it back", async () => {
    await online();
    socket.fire("bye", { code: "replaced", after_ms: 0 });
    socket.closedByServer();
    await settle(2_000_000);
    expect([connection.state, socket.connects, issued]).toEqual(["replaced", 1, 1]);
    expect(await codeOf(connection.call("conversation.close", { conversation_id: "c1" }))).toBe("offline");
    connection.comeBack();
    expect([connection.state, socket.connects]).toEqual(["connecting", 2]);
    await online();
    expect([connection.state, socket.credentials.at(-1)?.token]).toEqual(["online", "token-2"]);
  });

  test("because the session ended is the last word", async () => {
    await online();
    socket.fire("bye", { code: "session_ended", after_ms: 0 });
    socket.closedByServer();
    await settle(60_000);
    expect([connection.state, socket.connects]).toEqual(["ended", 1]);
  });
});

describe("a command", () => {
  const close = { conversation_id: "c1" };

  test("gives the data of its ack", async () => {
    await online();
    const answer = connection.call("conversation.close", close);
    await settle();
    expect(socket.sent[0]).toMatchObject({ name: "conversation.close", payload: close });
    socket.sent[0]!.ack(ok({}));
    expect(await answer).toEqual({});
  });

  test.each([
    ["busy", { success: false, error: { code: "busy", message: "", details: { retry_after_s: 2 } } }],
    ["malformed", undefined],
    ["malformed", null],
    ["malformed", { success: true }],
    ["malformed", "yes"],
  ])("is refused as %s by the ack %j", async (code, ack) => {
    await online();
    const answer = codeOf(connection.call("conversation.close", close));
    await settle();
    socket.sent[0]!.ack(ack);
    expect(await answer).toBe(code);
  });

  test("without an ack is late after ten seconds", async () => {
    await online();
    const answer = codeOf(connection.call("conversation.close", close));
    await settle(10_000);
    expect(await answer).toBe("timeout");
    socket.sent[0]!.ack(ok({}));
  });

  test("without an ack from a server that says nothing at all moves us to another one", async () => {
    await online();
    const answer = codeOf(connection.call("conversation.close", close));
    await settle(10_000);
    expect([await answer, connection.state, socket.disconnects, socket.connects]).toEqual(["timeout", "connecting", 1, 2]);
  });

  test("without an ack from a server that is busy with others does not", async () => {
    await online();
    const answer = codeOf(connection.call("conversation.close", close));
    await settle(5_000);
    socket.fire("reply.delta", { conversation_id: "c1", reply_id: "m2", part: 0, text: "a" });
    await settle(5_000);
    expect([await answer, connection.state, socket.connects]).toEqual(["timeout", "online", 1]);
  });

  test("that does no harm twice is repeated on the next connection, once", async () => {
    await online();
    const payload = { client_id: "11111111-1111-4111-8111-111111111111" };
    const answer = connection.call("conversation.create", payload);
    await settle(10_000);
    await online();
    await settle();
    expect(socket.sent).toMatchObject([{ payload }, { payload }]);
    socket.sent[1]!.ack(ok({ conversation: { id: "c1" } }));
    expect(await answer).toEqual({ conversation: { id: "c1" } });
  });

  test("that is repeated fails when the connection does not come back in its time", async () => {
    await online();
    const answer = codeOf(connection.call("conversation.create", { client_id: "1" }, 2_000));
    await settle(4_000);
    expect([await answer, socket.sent.length]).toEqual(["timeout", 1]);
  });

  test("that a stopping server refuses moves us over soon", async () => {
    await online();
    const refused = { success: false, error: { code: "stopping", message: "", details: {} } };
    const answer = codeOf(connection.call("conversation.close", close));
    const repeated = connection.call("reply.stop", { conversation_id: "c1", reply_id: "m2" });
    await settle();
    for (const { ack } of [...socket.sent]) ack(refused);
    expect([await answer, connection.state]).toEqual(["stopping", "online"]);
    await settle(500);
    expect([connection.state, socket.connects]).toEqual(["connecting", 2]);
    await online();
    await settle();
    socket.sent[2]!.ack(ok({ reply: { id: "m2", state: "stopped" } }));
    expect(await repeated).toEqual({ reply: { id: "m2", state: "stopped" } });
  });

  test("on its way when the line breaks is offline at once", async () => {
    await online();
    const answer = codeOf(connection.call("conversation.close", close));
    await settle();
    socket.fire("disconnect", "ping timeout");
    expect(await answer).toBe("offline");
  });

  test("waits while connecting, and not while offline", async () => {
    const early = connection.call("conversation.close", close);
    await online();
    await settle();
    socket.sent[0]!.ack(ok({}));
    expect(await early).toEqual({});
    socket.fire("disconnect", "transport close");
    socket.fire("connect_error", new Error("websocket error"));
    expect(await codeOf(connection.call("conversation.close", close))).toBe("offline");
  });

  test("gives up waiting for the connection in its time", async () => {
    const answer = codeOf(connection.call("conversation.close", close, 2_000));
    await settle(2_000);
    expect(await answer).toBe("offline");
  });
});

describe("the token", () => {
  test("is renewed at four fifths of its life, and shown to the server", async () => {
    await online();
    await settle(719_000);
    expect(socket.sent).toEqual([]);
    await settle(1_000);
    expect(socket.sent).toMatchObject([{ name: "session.renew", payload: { token: "token-2" } }]);
    socket.sent[0]!.ack(ok({ expires_in: 900 }));
    await settle(720_000);
    expect(socket.sent).toHaveLength(2);
    expect(socket.connects).toBe(1);
  });

  test("is tried again when the network was away", async () => {
    await online();
    await settle(700_000);
    refresh = () => {
      throw new TypeError("no network");
    };
    await settle(60_000);
    refresh = token;
    await settle(5_000);
    expect(socket.sent).toMatchObject([{ name: "session.renew" }]);
  });
});

test("events reach their listeners until they stop", async () => {
  const heard: string[] = [];
  const stop = connection.on("reply.delta", ({ text }) => heard.push(text));
  socket.fire("reply.delta", { conversation_id: "c1", reply_id: "m2", part: 0, text: "a" });
  stop();
  socket.fire("reply.delta", { conversation_id: "c1", reply_id: "m2", part: 1, text: "b" });
  expect(heard).toEqual(["a"]);
});

test("a closed connection stays closed", async () => {
  await online();
  const answer = codeOf(connection.call("conversation.close", { conversation_id: "c1" }));
  await settle();
  connection.close();
  expect(await answer).toBe("offline");
  await settle(1_000_000);
  expect([connection.state, socket.connects]).toEqual(["ended", 1]);
});
