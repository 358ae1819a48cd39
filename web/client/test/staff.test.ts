import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { clientId } from "../src/ids.ts";
import { ApiError, Room } from "../src/live/index.ts";
import type { MessageView } from "../src/protocol.ts";
import { conversation, FakeServer, floor, hand, message, NOW, Page, reply, Tab, whisper } from "./fakes.ts";

let server: FakeServer;
let page: Page;
let room: Room;

const settle = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
const inRoom = { conversation_id: "c1" };

async function opened(...stored: MessageView[]): Promise<void> {
  server.messages().push(...stored);
  room.open();
  await settle();
}

/** A reply that waits for a teacher, as teachers see it. */
function draft(seq: number): MessageView {
  const view = reply(seq, { state: "checking", text: "因为" });
  return { ...view, reply: { ...view.reply!, hidden: true, ready_at: NOW } };
}

/** The same while it is written, as the whole room is told of it. */
function checked(seq: number): MessageView {
  const view = reply(seq, { state: "checking" });
  return { ...view, reply: { ...view.reply!, hidden: true } };
}

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeServer();
  page = new Page();
  room = new Room(server, "c1", page, { store: new Tab(), newId: clientId });
});

afterEach(() => {
  room.close();
  vi.useRealTimers();
});

describe("the floor", () => {
  const taken = floor({ state: "teacher", teacher_id: "t1", teacher_name: "王老师", number: 1 });

  test("is told when it changes, and an older one is no news", async () => {
    await opened(message(1));
    server.tell("floor.changed", { ...inRoom, floor: taken });
    expect(page.floor).toEqual(taken);
    server.tell("conversation.changed", { conversation: conversation({ title: "新名字" }) });
    expect([page.title, page.floor?.state]).toEqual(["新名字", "teacher"]);
  });

  test("comes with the number that the teacher saw", async () => {
    await opened(message(1));
    server.refusals.set("floor.set", new ApiError("conflict", 409, "", { what: "floor" }));
    expect(await room.staff.setFloor("teacher", "stop", 0)).toBe(false);
    expect(server.called("floor.set")).toEqual([{ ...inRoom, state: "teacher", running: "stop", number: 0 }]);
    expect(page.problems).toEqual(["conflict"]);
  });
});

describe("a reply that is checked", () => {
  test("is for the student only something to wait for", async () => {
    await opened(message(1));
    server.store(checked(2));
    await settle(30_000);
    expect([page.shown[1]?.state, page.texts[1], room.running]).toEqual(["checking", "", null]);
    expect(server.called("conversation.open")).toHaveLength(1);
  });

  test("that was let through while the line was down is there afterwards", async () => {
    const waiting = checked(2);
    await opened(message(1), waiting);
    server.drop();
    server.messages()[1] = { ...waiting, state: "complete", text: "因为", reply: { ...waiting.reply!, hidden: false } };
    server.comeBack();
    await settle();
    expect([page.shown[1]?.state, page.texts[1]]).toEqual(["complete", "因为"]);
  });

  test("grows before the teacher's eyes, and waits for her when it is written", async () => {
    server.desk = { whispers: [], drafts: [] };
    await opened(message(1));
    server.store(checked(2));
    server.tell("reply.delta", { ...inRoom, reply_id: "m2", part: 0, text: "因为" });
    expect([room.running?.id, page.texts[1], page.drafts]).toEqual(["m2", "因为", []]);
    server.tell("draft.ready", { ...inRoom, message: draft(2) });
    expect([room.running, page.shown[1]?.state, page.drafts]).toEqual([null, "checking", ["m2"]]);
  });

  test("keeps its text for her when the room hears that it was rejected", async () => {
    server.desk = { whispers: [], drafts: [draft(2)] };
    await opened(message(1), draft(2));
    const rejected: MessageView = { ...checked(2), state: "rejected" };
    server.tell("reply.finished", { ...inRoom, reply_id: "m2", state: "rejected", parts: 0, length: 0, message: rejected });
    expect(page.texts[1]).toBe("因为");
    server.tell("message.changed", { ...inRoom, message: { ...draft(2), state: "rejected" } });
    await settle(1_000);
    expect([page.shown[1]?.state, page.texts[1], page.drafts]).toEqual(["rejected", "因为", []]);
    expect(server.called("conversation.open")).toHaveLength(1);
  });

  test("is sent with another text only when there is one", async () => {
    server.desk = { whispers: [], drafts: [] };
    await opened(message(1), draft(2));
    server.refusals.set("draft.send", new ApiError("draft_decided", 409));
    await room.staff.sendDraft("m2");
    await room.staff.sendDraft("m2", "想一想");
    expect(server.called("draft.send")).toEqual([
      { ...inRoom, reply_id: "m2" },
      { ...inRoom, reply_id: "m2", text: "想一想" },
    ]);
    expect(page.problems).toEqual(["draft_decided", "draft_decided"]);
  });
});

describe("a held reply", () => {
  const notice = (seq: number, kind: string): MessageView =>
    message(seq, { author: { kind: "system" }, text: "", notice: { kind, by: null, facts: { reply_id: "m2" } } });

  test("is held until a notice says otherwise, or it ends", async () => {
    const answer = reply(2);
    await opened(message(1), answer);
    server.store(notice(3, "reply.held"));
    expect(page.heldReply).toBe("m2");
    server.store(notice(4, "reply.released"));
    expect(page.heldReply).toBeNull();
    server.store(notice(5, "reply.held"));
    server.finish(answer);
    expect(page.heldReply).toBeNull();
  });
});

describe("whispers", () => {
  test("are those in force, wherever they were said and ended", async () => {
    server.desk = { whispers: [whisper()], drafts: [] };
    await opened(message(1));
    server.tell("whisper.added", { ...inRoom, whisper: whisper({ id: "w2", text: "慢一点" }) });
    expect(page.whispers).toEqual(["不要直接给答案", "慢一点"]);
    server.tell("whisper.ended", { ...inRoom, whisper_id: "w1" });
    expect(page.whispers).toEqual(["慢一点"]);
  });

  test("go out again under the same id until one is stored", async () => {
    await opened(message(1));
    server.refusals.set("whisper.add", new ApiError("timeout"));
    expect(await room.staff.whisper("慢一点", "lesson")).toBe(false);
    server.refusals.clear();
    expect(await room.staff.whisper("慢一点", "lesson")).toBe(true);
    await room.staff.whisper("慢一点", "lesson");
    const ids = server.called("whisper.add").map((payload) => (payload as { client_id: string }).client_id);
    expect([ids[0] === ids[1], ids[1] === ids[2]]).toEqual([true, false]);
  });

  test("that are to hold longer after a lost answer are others", async () => {
    await opened(message(1));
    server.refusals.set("whisper.add", new ApiError("timeout"));
    await room.staff.whisper("慢一点", "reply");
    await room.staff.whisper("慢一点", "lesson");
    const ids = server.called("whisper.add").map((payload) => (payload as { client_id: string }).client_id);
    expect(ids[0]).not.toBe(ids[1]);
  });
});

describe("a suggestion", () => {
  const delta = (part: number, text: string, suggestion_id = "s1"): void =>
    server.tell("suggestion.delta", { ...inRoom, suggestion_id, part, text });

  test("is put together from its parts, even those that overtake its ticket", async () => {
    await opened(message(1));
    const asked = room.staff.suggest();
    delta(0, "先");
    await asked;
    delta(2, "看");
    delta(1, "再");
    delta(0, "别人", "s2");
    server.tell("suggestion.finished", { ...inRoom, suggestion_id: "s1", state: "complete", text: "先再看", error: null });
    expect(page.suggestion.map(([text, state]) => [text, state])).toEqual([
      ["", "running"],
      ["先", "running"],
      ["先再看", "running"],
      ["先再看", "complete"],
    ]);
  });

  test("is over when the connection is lost", async () => {
    await opened(message(1));
    await room.staff.suggest();
    delta(0, "先");
    server.drop();
    expect(page.suggestion.at(-1)).toEqual(["先", "interrupted", "ai_cut"]);
    expect(room.staff.suggestion.isRunning).toBe(false);
  });

  test("that is refused leaves nothing", async () => {
    await opened(message(1));
    server.refusals.set("suggestion.ask", new ApiError("suggestion_running", 409));
    await room.staff.suggest();
    expect([page.suggestion.at(-1), page.problems]).toEqual([["", "failed", null], ["suggestion_running"]]);
  });
});

describe("a hand", () => {
  test("is there again after a reload, and moves up", async () => {
    server.hand = { hand: hand(), place: 3 };
    await opened(message(1));
    expect([page.raised?.student_name, page.place]).toEqual(["Mei", 3]);
    server.tell("hand.changed", { ...inRoom, hand: hand(), place: 2 });
    expect(page.place).toBe(2);
    server.tell("hand.changed", { ...inRoom, hand: null, place: null });
    expect(page.raised).toBeNull();
  });

  test("is as the answer to raising it says", async () => {
    await opened(message(1));
    server.hand = { hand: hand({ line: "第三步" }), place: 1 };
    expect(await room.hands.raise("第三步")).toBe(true);
    expect([page.raised?.line, page.place]).toEqual(["第三步", 1]);
    expect(server.called("hand.raise")).toEqual([{ ...inRoom, line: "第三步" }]);
  });

  test("that is gone is no reason to leave the room", async () => {
    await opened(message(1));
    server.refusals.set("hand.claim", new ApiError("not_found", 404, "", { what: "hand" }));
    expect([await room.hands.claim(), room.isOpen, page.problems]).toEqual([false, true, ["not_found"]]);
  });

  test("is asked for again on every new connection", async () => {
    await opened(message(1));
    server.drop();
    server.hand = { hand: hand({ claimed_by: "t1", claimed_name: "王老师" }), place: null };
    server.comeBack();
    await settle();
    expect(page.raised?.claimed_name).toBe("王老师");
    expect(server.called("hand.get")).toHaveLength(2);
  });
});

describe("one more hint", () => {
  test("says how much help there is by now, and waits for its turn", async () => {
    await opened(message(1), reply(2, { state: "complete" }));
    await room.tutor.hint(2);
    expect([page.level, page.places, server.called("hint.next")]).toEqual([3, [["m9", 2]], [{ ...inRoom, level: 3 }]]);
  });

  test("that is refused is told", async () => {
    await opened(message(1));
    server.refusals.set("hint.next", new ApiError("hint_cap", 409, "", { level: 3 }));
    await room.tutor.hint(2);
    expect([page.level, page.problems]).toEqual([0, ["hint_cap"]]);
  });
});

describe("typing", () => {
  test("is said at the first key, again after a while, and when it ends", async () => {
    await opened(message(1));
    room.typing.goOn();
    room.typing.goOn();
    await settle(3_000);
    room.typing.goOn();
    await settle(10_000);
    expect(server.called("typing.set")).toMatchObject([{ on: true }, { on: true }, { on: false }]);
  });

  test("of others is forgotten when its end gets lost", async () => {
    await opened(message(1));
    server.tell("typing.changed", { ...inRoom, people: [{ id: "t1", name: "王老师", role: "teacher" }] });
    expect(page.typists).toEqual(["王老师"]);
    await settle(7_000);
    expect(page.typists).toEqual([]);
  });
});

describe("a room that may not be seen any more", () => {
  test("is left at once", async () => {
    await opened(message(1));
    server.tell("access.lost", { conversation_id: "c2" });
    expect(room.isOpen).toBe(true);
    server.tell("access.lost", { conversation_id: "c1" });
    server.store(message(2));
    expect([room.isOpen, page.problems, page.texts]).toEqual([false, ["access_lost"], ["text 1"]]);
  });
});

describe("the reason of a visit", () => {
  const reasons = () => server.called("conversation.open").map((payload) => (payload as { why?: string }).why);

  test("is told at once, and again when the room is entered anew, but not twice", async () => {
    await opened(message(1));
    room.explain("看看作业");
    room.explain("看看作业");
    await settle();
    expect(reasons()).toEqual([undefined, "看看作业"]);
    server.drop();
    server.comeBack();
    await settle();
    expect(reasons()).toEqual([undefined, "看看作业", "看看作业"]);
    expect(page.texts).toHaveLength(1);
  });

  test("counts as said when the server has it, and may then be said again", async () => {
    await opened(message(1));
    room.explain("看看作业");
    expect(page.explanations).toEqual([]);
    await settle();
    expect(page.explanations).toEqual(["看看作业"]);
    room.explain("看看作业");
    await settle();
    expect(reasons()).toEqual([undefined, "看看作业", "看看作业"]);
    expect(page.explanations).toEqual(["看看作业", "看看作业"]);
  });

  test("waits for no more than the question that is under way", async () => {
    server.messages().push(message(1));
    room.open();
    room.explain("看看作业");
    await settle();
    expect(reasons()).toEqual([undefined, "看看作业"]);
    expect(page.explanations).toEqual(["看看作业"]);
  });
});
