/** A server that is there and says nothing: frozen, or behind a line that swallows everything. With the real library. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Peer, WebSocketServer } from "ws";
import { Api } from "../src/api.ts";
import { Connection } from "../src/socket.ts";
import { openSocket } from "../src/wire.ts";
import { user } from "./fakes.ts";

const PINGS = { pingInterval: 200, pingTimeout: 100 };

let server: WebSocketServer;
let connection: Connection;
let arrivals: number;
let admits: boolean;

function greet(peer: Peer): void {
  arrivals += 1;
  peer.send(`0${JSON.stringify({ sid: `s${arrivals}`, upgrades: [], maxPayload: 100_000, ...PINGS })}`);
  peer.on("message", (data) => {
    if (admits && data.toString().startsWith("40")) peer.send(`40${JSON.stringify({ sid: `s${arrivals}` })}`);
  });
}

beforeEach(async () => {
  arrivals = 0;
  admits = true;
  server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  server.on("connection", greet);
  await new Promise<void>((resolve) => server.on("listening", resolve));
  const signedIn = { user: user(), access_token: "token", refresh_token: null, expires_in: 900 };
  const api = new Api({ fetch: async () => Response.json(signedIn), locks: null });
  const address = `http://127.0.0.1:${server.address().port}`;
  connection = new Connection(api, { openSocket: (auth) => openSocket(auth, address), random: () => 0 });
});

afterEach(() => {
  connection.close();
  for (const client of server.clients) client.terminate();
  server.close();
});

test("a line that is silent for longer than its pings may take is left, and another one is made", async () => {
  await expect.poll(() => connection.state).toBe("online");
  await expect.poll(() => connection.state, { timeout: 5_000 }).not.toBe("online");
  await expect.poll(() => arrivals, { timeout: 5_000 }).toBe(2);
  await expect.poll(() => connection.state).toBe("online");
});

test("a command without an answer from a silent server moves the client to another line", async () => {
  await expect.poll(() => connection.state).toBe("online");
  const answer = connection.call("reply.stop", { conversation_id: "c1", reply_id: "m2" }, 50).catch((error: Error) => error.message);
  await expect.poll(() => arrivals, { timeout: 5_000 }).toBe(2);
  expect(await answer).toBe("timeout");
});
