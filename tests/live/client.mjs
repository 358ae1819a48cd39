// A lesson by the official JavaScript client: `node client.mjs PACKAGE_JSON ADDRESS QUESTION` prints one JSON object.
// It signs up over HTTP, asks, loses its connection in the middle of the answer, comes back and reads on.
import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";

const [, , packages, address, question] = process.argv;
const { io } = createRequire(packages)("socket.io-client");
const LEAVE_AFTER = 5;

const post = async (path, body) => {
  const response = await fetch(`${address}/api/v1${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
};

const open = (token) =>
  io(address, { transports: ["websocket"], auth: { token, client: "node", version: "1" }, reconnectionDelay: 100, forceNew: true });
const next = (socket, event) => new Promise((resolve) => socket.once(event, resolve));
const ask = async (socket, command, payload) => {
  const ack = await socket.timeout(10_000).emitWithAck(command, payload);
  if (!ack.success) throw new Error(`${command}: ${ack.error.code}`);
  return ack.data;
};

const stranger = open("no token of anybody");
const refusal = await next(stranger, "connect_error");
stranger.close();

const name = `js${randomUUID().slice(0, 12)}`;
const password = "correct horse battery";
await post("/auth/register", { username: name, email: `${name}@example.com`, password, display_name: "小红", grade: 8 });
const { access_token: token } = await post("/auth/login", { username: name, password });

const socket = open(token);
const parts = new Map();
const repeated = [];
const take = ({ part, text }) => {
  if (parts.has(part)) repeated.push(part);
  parts.set(part, text);
};
const events = [];
for (const event of ["message.added", "reply.started", "reply.finished"]) socket.on(event, () => events.push(event));
let enough = () => {};
const left = new Promise((resolve) => (enough = resolve));
socket.on("reply.delta", (delta) => {
  take(delta);
  if (parts.size === LEAVE_AFTER) enough();
});
const finished = next(socket, "reply.finished");
await next(socket, "connect");
const { conversation } = await ask(socket, "conversation.create", { client_id: randomUUID() });
await ask(socket, "conversation.open", { conversation_id: conversation.id });
const sent = await ask(socket, "message.send", { conversation_id: conversation.id, client_id: randomUUID(), text: question });

await left;
const before = parts.size;
socket.io.engine.close();
await next(socket, "connect");
const opened = await ask(socket, "conversation.open", {
  conversation_id: conversation.id,
  after_seq: sent.message.seq,
  reply: { id: sent.reply.id, part: before },
});
// A part that was sent while the server looked for the missed ones is among them too, and has come before them.
for (const { part, text } of opened.reply?.parts ?? []) if (!parts.has(part)) parts.set(part, text);

const { state, message, parts: count } = await finished;
const text = Array.from({ length: count }, (_, part) => parts.get(part) ?? "\u0000").join("");
socket.close();
console.log(JSON.stringify({
  refusal: refusal.data, before, missed: opened.reply?.parts?.length ?? null, repeated, events, state, text, whole: message.text, question: sent.message.text,
}));
