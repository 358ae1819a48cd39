import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ApiError } from "../src/live/fault.ts";
import type { MessageView } from "../src/protocol.ts";
import { Room } from "../src/live/index.ts";
import { clientId } from "../src/ids.ts";
import { conversation, FakeServer, message, Page, reply, Tab } from "./fakes.ts";

let server: FakeServer;
let page: Page;
let room: Room;
let tab: Tab;

const settle = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

async function opened(...stored: MessageView[]): Promise<void> {
  server.messages().push(...stored);
  room.open();
  await settle();
}

async function running(): Promise<MessageView> {
  const answer = reply(2);
  await opened(message(1), answer);
  return answer;
}

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeServer();
  page = new Page();
  tab = new Tab();
  room = new Room(server, "c1", page, { store: tab, newId: clientId });
});

afterEach(() => {
  room.close();
  vi.useRealTimers();
});

describe("opening", () => {
  test("draws what is stored, who is there and what it is called", async () => {
    await opened(message(1), message(2));
    expect([page.texts, page.people, page.title, page.resets]).toEqual([["text 1", "text 2"], ["Mei"], "勾股定理", 1]);
    expect(server.called("conversation.open")).toEqual([{ conversation_id: "c1" }]);
  });

  test("an empty room waits for its first message", async () => {
    await opened();
    server.store(message(1));
    expect(page.texts).toEqual(["text 1"]);
  });

  test("keeps events that overtake the answer, and shows each message once", async () => {
    server.messages().push(message(1));
    room.open();
    server.store(message(2));
    server.tell("message.added", { conversation_id: "c1", message: message(1) });
    await settle();
    expect(page.texts).toEqual(["text 1", "text 2"]);
  });

  test("waits for the connection", async () => {
    server.state = "connecting";
    await opened(message(1));
    expect(page.resets).toBe(0);
    server.comeBack();
    await settle();
    expect(page.texts).toEqual(["text 1"]);
  });

  test("asks on while messages are missing", async () => {
    await opened(message(1));
    server.drop();
    for (let seq = 2; seq <= 30; seq += 1) server.store(message(seq));
    server.pageSize = 10;
    server.comeBack();
    await settle();
    expect(page.shown.map(({ seq }) => seq)).toEqual(Array.from({ length: 30 }, (_, at) => at + 1));
    expect(server.called("conversation.open").slice(1)).toMatchObject([
      { after_seq: 1 },
      { after_seq: 11 },
      { after_seq: 21 },
    ]);
  });

  test("of a room that is not there says so once and asks no more", async () => {
    server.refusals.set("conversation.open", new ApiError("not_found", 404));
    await opened();
    server.drop();
    server.comeBack();
    await settle(60_000);
    expect([page.problems, server.called("conversation.open").length]).toEqual([["not_found"], 1]);
  });

  test("goes on trying after a passing fault, ever more slowly", async () => {
    server.refusals.set("conversation.open", new ApiError("store_unavailable", 503));
    await opened(message(1));
    await settle(30_000);
    expect(page.problems).toEqual(["store_unavailable"]);
    expect(server.called("conversation.open").length).toBeLessThan(12);
    server.refusals.clear();
    await settle(10_000);
    expect(page.texts).toEqual(["text 1"]);
  });

  test("earlier messages come on request", async () => {
    server.pageSize = 5;
    await opened(...Array.from({ length: 80 }, (_, at) => message(at + 1)));
    expect([page.shown[0]?.seq, room.hasOlder]).toEqual([76, true]);
    await Promise.all([room.loadOlder(), room.loadOlder()]);
    expect([page.shown[0]?.seq, page.shown.length, room.hasOlder]).toEqual([26, 55, true]);
    await room.loadOlder();
    await room.loadOlder();
    expect([page.shown[0]?.seq, page.shown.length, room.hasOlder]).toEqual([1, 80, false]);
  });
});

describe("a running reply", () => {
  test("grows by its parts and ends with the server's text", async () => {
    const answer = await running();
    server.tell("reply.started", { conversation_id: "c1", reply_id: "m2", message_id: "m1" });
    expect(room.running?.state).toBe("running");
    server.write(answer, "设 ");
    server.write(answer, "$x=1$。");
    expect(page.texts).toEqual(["text 1", "设 $x=1$。"]);
    server.finish(answer);
    expect([page.texts[1], page.shown[1]?.state, room.running]).toEqual(["设 $x=1$。", "complete", null]);
  });

  test("takes parts in any order and more than once", async () => {
    await running();
    const part = (number: number, text: string): void =>
      server.tell("reply.delta", { conversation_id: "c1", reply_id: "m2", part: number, text });
    part(1, "b");
    part(0, "a");
    part(1, "b");
    part(2, "c");
    part(0, "a");
    expect(page.texts[1]).toBe("abc");
    await settle(1_000);
    expect(server.called("conversation.open")).toHaveLength(1);
  });

  test("with a hole is asked for again within 300 ms, once", async () => {
    const answer = await running();
    server.write(answer, "a");
    server.write(answer, "b", { lost: true });
    server.write(answer, "c");
    server.write(answer, "d");
    expect(page.texts[1]).toBe("a");
    await settle(300);
    expect(page.texts[1]).toBe("abcd");
    expect(server.called("conversation.open").slice(1)).toEqual([
      { conversation_id: "c1", after_seq: 1, reply: { id: "m2", part: 1 } },
    ]);
  });

  test("is taken up where it was after a reconnect", async () => {
    const answer = await running();
    server.write(answer, "a");
    server.drop();
    server.write(answer, "b");
    server.write(answer, "c");
    server.comeBack();
    await settle();
    server.write(answer, "d");
    expect(page.texts[1]).toBe("abcd");
    expect(server.called("conversation.open").at(-1)).toEqual({
      conversation_id: "c1",
      after_seq: 1,
      reply: { id: "m2", part: 1 },
    });
    expect(page.resets).toBe(1);
  });

  test("is taken up from a snapshot when its parts are gone", async () => {
    const answer = await running();
    server.forgetsParts = true;
    server.write(answer, "a");
    server.drop();
    server.write(answer, "b");
    server.comeBack();
    await settle();
    server.write(answer, "c");
    expect(page.texts[1]).toBe("abc");
  });

  test("that ended while the line was down is final afterwards", async () => {
    const answer = await running();
    server.write(answer, "a");
    server.drop();
    server.write(answer, "b");
    server.finish(answer, { state: "interrupted" });
    server.comeBack();
    await settle();
    expect([page.texts[1], page.shown[1]?.state, page.log]).toEqual(["ab", "interrupted", ["finished m2"]]);
  });

  test("that ended while another began is final, and the other one is followed", async () => {
    const answer = await running();
    server.write(answer, "old");
    server.drop();
    server.finish(answer);
    server.store(message(3));
    const next = reply(4);
    server.store(next);
    server.write(next, "new");
    server.comeBack();
    await settle();
    server.write(next, "er");
    expect(page.texts).toEqual(["text 1", "old", "text 3", "newer"]);
  });

  test("shows its text so far to one who comes late", async () => {
    const answer = reply(2);
    server.messages().push(message(1), answer);
    server.write(answer, "a");
    server.write(answer, "b");
    await opened();
    server.write(answer, "c");
    expect(page.texts[1]).toBe("abc");
  });

  test("ends with the final text whatever was shown before", async () => {
    const answer = await running();
    server.write(answer, "never said");
    server.finish(answer, { text: "kept", state: "interrupted" });
    server.tell("reply.delta", { conversation_id: "c1", reply_id: "m2", part: 1, text: "late" });
    server.tell("reply.started", { conversation_id: "c1", reply_id: "m2", message_id: "m1" });
    server.tell("message.added", { conversation_id: "c1", message: answer });
    expect([page.texts[1], page.shown[1]?.state]).toEqual(["kept", "interrupted"]);
  });

  test("whose end arrives damaged is read again", async () => {
    const answer = await running();
    server.write(answer, "🙂🙂");
    server.finish(answer, {}, { lost: true });
    const cut = { ...server.messages()[1]!, text: "🙂" };
    server.tell("reply.finished", {
      conversation_id: "c1",
      reply_id: "m2",
      state: "complete",
      parts: 1,
      length: 2,
      message: cut,
    });
    expect(room.running).not.toBeNull();
    await settle(300);
    expect([page.texts[1], room.running]).toEqual(["🙂🙂", null]);
  });

  test("whose announcement got lost is found by its parts", async () => {
    await opened(message(1));
    const answer = reply(2);
    server.store(answer, { lost: true });
    server.write(answer, "a");
    server.write(answer, "b");
    await settle(300);
    expect(page.texts).toEqual(["text 1", "ab"]);
  });
});

describe("messages of others", () => {
  test("with a gap before them are fetched in order", async () => {
    await opened(message(1));
    server.store(message(2), { lost: true });
    server.store(message(3), { lost: true });
    server.store(message(4));
    expect(page.texts).toEqual(["text 1"]);
    await settle(300);
    expect(page.shown.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  });

  test("that got lost at the end are found by the conversation's number", async () => {
    await opened(message(1));
    server.store(message(2), { lost: true });
    server.tell("conversation.changed", { conversation: conversation({ title: "new", last_seq: 2 }) });
    await settle(300);
    expect([page.texts, page.title]).toEqual([["text 1", "text 2"], "勾股定理"]);
  });

  test("of another room are not shown", async () => {
    await opened(message(1));
    server.store(message(2, { conversation_id: "c2" }));
    server.tell("presence.changed", { conversation_id: "c2", present: [] });
    await settle(1_000);
    expect([page.texts, page.people, server.called("conversation.open").length]).toEqual([["text 1"], ["Mei"], 1]);
  });
});

describe("sending", () => {
  test("shows the message as on its way until it is stored, once", async () => {
    await opened();
    const id = room.send("为什么？");
    expect(page.pending.get(id)).toEqual({ text: "为什么？", state: "sending" });
    await settle();
    expect([page.texts, page.pending.size]).toEqual([["为什么？", ""], 0]);
  });

  test("tells the place of the reply in the queue", async () => {
    await opened();
    room.send("为什么？");
    await settle();
    expect(page.places).toEqual([["c1-m2", 1]]);
  });

  test("again under the same name when nothing came back stores it once, and finds the reply", async () => {
    await opened();
    server.muted = true;
    server.lostAcks.set("message.send", 2);
    const id = room.send("once");
    await settle(10_000);
    const sent = server.called("message.send").map((payload) => (payload as { client_id: string }).client_id);
    expect(sent).toEqual([id, id, id]);
    expect([page.texts, page.pending.size]).toEqual([["once", ""], 0]);
  });

  test("whose ack alone got lost is settled by the event", async () => {
    await opened();
    server.lostAcks.set("message.send", 1);
    room.send("once");
    await settle(10_000);
    expect([page.texts, server.called("message.send").length]).toEqual([["once", ""], 1]);
  });

  test("goes on after a reconnect when neither ack nor event arrived", async () => {
    await opened();
    server.refusals.set("message.send", new ApiError("timeout"));
    const first = room.send("first");
    const second = room.send("second");
    await settle();
    server.drop();
    server.refusals.clear();
    await settle(5_000);
    expect([...page.pending.values()].map(({ state }) => state)).toEqual(["sending", "sending"]);
    server.comeBack();
    await settle();
    const sent = server.called("message.send").map((payload) => (payload as { client_id: string }).client_id);
    expect(sent).toEqual([first, first, second]);
    expect(page.shown.filter(({ author }) => author.kind === "student").map(({ text }) => text)).toEqual([
      "first",
      "second",
    ]);
    expect(page.pending.size).toBe(0);
  });

  test("of a message stored before the line broke does not send it again", async () => {
    await opened();
    const id = room.send("stored");
    server.drop();
    await settle();
    expect(page.pending.get(id)?.state).toBe("sending");
    server.comeBack();
    await settle();
    expect([page.texts, page.pending.size, server.called("message.send").length]).toEqual([["stored", ""], 0, 1]);
  });

  test("refused by name stays to be sent again or given up", async () => {
    await opened();
    server.refusals.set("message.send", new ApiError("busy", 429));
    const id = room.send("too fast");
    await settle();
    expect([page.pending.get(id)?.state, page.problems]).toEqual(["failed", ["busy"]]);
    server.refusals.clear();
    room.resend(id);
    await settle();
    expect(page.texts).toEqual(["too fast", ""]);
    server.refusals.set("message.send", new ApiError("busy", 429));
    const other = room.send("never mind");
    await settle();
    room.discard(other);
    expect([page.pending.size, room.unsent]).toEqual([0, []]);
  });

  test("survives a reload of the page", async () => {
    await opened();
    server.drop();
    const id = room.send("before the reload");
    room.close();
    const again = new Room(server, "c1", page, { store: tab, newId: clientId });
    again.open();
    server.comeBack();
    await settle();
    expect(server.called("message.send")).toEqual([
      { conversation_id: "c1", client_id: id, text: "before the reload" },
    ]);
    expect([page.texts[0], tab.kept.size]).toEqual(["before the reload", 0]);
    again.close();
  });

  test("is never done under another person's name", async () => {
    await opened();
    server.drop();
    room.send("mine");
    room.close();
    server.api.user = { ...server.api.user, id: "u2" };
    const again = new Room(server, "c1", page, { store: tab, newId: clientId });
    again.open();
    server.comeBack();
    await settle();
    expect(server.called("message.send")).toEqual([]);
    again.close();
  });
});

describe("sending too much", () => {
  const tooMuch = (seconds: number): ApiError => new ApiError("rate_limited", 429, "", { retry_after_s: seconds });

  test("keeps the message, says when it goes out, and sends it then", async () => {
    await opened();
    server.refusals.set("message.send", tooMuch(12.5));
    const id = room.send("patience");
    const dueAt = Date.now() + 12_500;
    await settle();
    expect([page.pending.get(id), page.problems]).toEqual([{ text: "patience", state: "waiting", dueAt }, []]);
    server.refusals.clear();
    await settle(12_499);
    expect(server.called("message.send")).toHaveLength(1);
    await settle(1);
    expect([page.texts, page.pending.size]).toEqual([["patience", ""], 0]);
  });

  test.each(["reply_running", "reply_checking"])("while the tutor still writes (%s), waits until it is done", async (code) => {
    await opened();
    server.refusals.set("message.send", new ApiError(code, 409));
    const id = room.send("and this?");
    await settle();
    expect([page.pending.get(id)?.state, page.problems]).toEqual(["waiting", []]);
    server.refusals.clear();
    await settle(5_000);
    expect([page.texts, page.pending.size]).toEqual([["and this?", ""], 0]);
  });

  test("lets no later message overtake, not even after a reconnect", async () => {
    await opened();
    server.refusals.set("message.send", tooMuch(30));
    const first = room.send("first");
    await settle();
    server.refusals.clear();
    room.send("second");
    server.drop();
    server.comeBack();
    await settle(1_000);
    expect(server.called("message.send")).toHaveLength(1);
    await settle(30_000);
    const sent = server.called("message.send").map((payload) => (payload as { text: string }).text);
    expect(sent).toEqual(["first", "first", "second"]);
    expect(page.pending.has(first)).toBe(false);
  });

  test("and giving the message up lets the next one go", async () => {
    await opened();
    server.refusals.set("message.send", tooMuch(3_600));
    const first = room.send("never mind");
    room.send("this one");
    await settle();
    server.refusals.clear();
    room.discard(first);
    await settle();
    expect(page.texts).toEqual(["this one", ""]);
  });

  test("while opening makes it wait as long as it was told", async () => {
    server.refusals.set("conversation.open", tooMuch(7));
    await opened(message(1));
    server.refusals.clear();
    await settle(6_999);
    expect(server.called("conversation.open")).toHaveLength(1);
    await settle(1);
    expect([page.texts, page.problems]).toEqual([["text 1"], []]);
  });
});

describe("a heartbeat", () => {
  const beat = (seq: number, part: number | null = null): void =>
    server.tell("conversation.top", { conversation_id: "c1", seq, reply: part === null ? null : { id: "m2", part }, checking: [] });

  test("brings what was lost in silence within a second", async () => {
    const answer = await running();
    server.write(answer, "a", { lost: true });
    server.write(answer, "b", { lost: true });
    beat(2, 2);
    await settle(1_000);
    expect(page.texts[1]).toBe("ab");
    server.finish(answer, {}, { lost: true });
    server.store(message(3), { lost: true });
    beat(3);
    await settle(1_000);
    expect(page.shown).toEqual(server.messages());
  });

  test("that overtakes a part asks nothing when the part follows", async () => {
    const answer = await running();
    beat(2, 1);
    await settle(100);
    server.write(answer, "a");
    await settle(5_000);
    expect(server.called("conversation.open")).toHaveLength(1);
  });

  test("of another room is not heard", async () => {
    await running();
    server.tell("conversation.top", { conversation_id: "c2", seq: 9, reply: null, checking: [] });
    await settle(5_000);
    expect(server.called("conversation.open")).toHaveLength(1);
  });
});

describe("the place in the queue", () => {
  test("is told whenever it changes", async () => {
    await running();
    for (const position of [3, 2, 1]) server.tell("reply.queued", { conversation_id: "c1", reply_id: "m2", position });
    expect(page.places).toEqual([["m2", 3], ["m2", 2], ["m2", 1]]);
  });

  test("is told again when a reply is begun anew", async () => {
    await running();
    server.tell("reply.started", { conversation_id: "c1", reply_id: "m2", message_id: "m1" });
    server.tell("reply.queued", { conversation_id: "c1", reply_id: "m2", position: 1 });
    expect([room.running?.state, page.places]).toEqual(["queued", [["m2", 1]]]);
  });
});

describe("commands on replies", () => {
  test("let a cut one go on", async () => {
    await opened(message(1), reply(2, { state: "interrupted", text: "so far" }));
    await room.tutor.goOn("m2");
    expect(server.called("reply.continue")).toEqual([{ conversation_id: "c1", reply_id: "m2" }]);
    expect(page.places).toEqual([["m3", 2]]);
  });

  test("that has ended already need not be stopped", async () => {
    await running();
    server.refusals.set("reply.stop", new ApiError("reply_not_running", 409));
    await room.stop();
    expect(page.problems).toEqual([]);
  });

  test("stop the running one", async () => {
    await running();
    await room.stop();
    expect(server.called("reply.stop")).toEqual([{ conversation_id: "c1", reply_id: "m2" }]);
  });

  test("without a running one there is nothing to stop", async () => {
    await opened(message(1));
    await room.stop();
    expect(server.called("reply.stop")).toEqual([]);
  });

  test("rate one, and show it", async () => {
    await opened(message(1), reply(2, { state: "complete", text: "done" }));
    await room.tutor.rate("m2", "up");
    expect(page.shown[1]?.reply?.rating).toBe("up");
  });

  test("refused are a problem, not a fault", async () => {
    await opened(message(1), reply(2, { state: "failed" }));
    server.refusals.set("reply.retry", new ApiError("not_allowed", 403));
    await room.tutor.retry("m2");
    expect(page.problems).toEqual(["not_allowed"]);
  });
});

test("two rooms on one connection keep apart", async () => {
  const other = new Page();
  const second = new Room(server, "c2", other, { store: tab, newId: clientId });
  await opened();
  second.open();
  await settle();
  room.send("in one");
  second.send("in two");
  await settle();
  for (const id of ["c1", "c2"]) {
    const answer = server.messages(id)[1]!;
    server.write(answer, `answer of ${id}`);
    server.drop();
    server.write(answer, ", whole");
    server.comeBack();
    await settle();
    server.finish(server.messages(id)[1]!);
  }
  expect([page.texts, other.texts]).toEqual([
    ["in one", "answer of c1, whole"],
    ["in two", "answer of c2, whole"],
  ]);
  second.close();
});

test("a closed room leaves, hears nothing and asks for nothing", async () => {
  await opened(message(1));
  room.close();
  expect(server.called("conversation.close")).toEqual([{ conversation_id: "c1" }]);
  server.store(message(2));
  server.drop();
  server.comeBack();
  await settle(60_000);
  expect([page.texts, server.called("conversation.open").length]).toEqual([["text 1"], 1]);
});

test("a room that was left tells the page, which shows another one, nothing of what was on its way", async () => {
  await opened(message(1));
  const id = room.send("on its way");
  room.close();
  await settle();
  expect([page.texts, server.messages().length]).toEqual([["text 1"], 3]);
  const again = new Room(server, "c1", page, { store: tab, newId: clientId });
  again.open();
  await settle();
  expect([page.texts, page.shown[1]?.client_id, tab.kept.size]).toEqual([["text 1", "on its way", ""], id, 0]);
  again.close();
});

test("a message on its way out of a room that was left does not take the next one from the tab", async () => {
  await opened();
  room.send("first");
  room.close();
  const again = new Room(server, "c1", page, { store: tab, newId: clientId });
  again.open();
  again.send("second");
  await settle();
  again.close();
  expect(tab.kept.size).toBe(0);
  expect(server.messages().filter(({ author }) => author.kind === "student").map(({ text }) => text)).toEqual(["first", "second"]);
});

test("any loss of events ends with the server's texts", async () => {
  let seed = 7;
  const chance = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  await opened();
  for (let round = 0; round < 60; round += 1) {
    const seq = server.messages().length + 1;
    const lose = (): { lost: boolean } => ({ lost: chance() < 0.3 });
    server.store(message(seq), lose());
    const answer = reply(seq + 1);
    server.store(answer, lose());
    for (let part = 0; part < 6; part += 1) {
      server.write(answer, `${part}`, lose());
      if (chance() < 0.1) server.drop();
      if (chance() < 0.2) await settle(chance() * 400);
      if (server.state !== "online") server.comeBack();
    }
    server.finish(answer, {}, lose());
  }
  server.drop();
  server.comeBack();
  await settle(20_000);
  expect(page.shown).toEqual(server.messages());
});
