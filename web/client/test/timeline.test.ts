/** A lesson laid out to be replayed, and the player that moves through it: no DOM. */
import { describe, expect, test } from "vitest";
import { Player } from "../src/player.ts";
import type { MessageView, ReplayItem } from "../src/protocol.ts";
import { Timeline } from "../src/timeline.ts";

const START = Date.parse("2026-03-01T10:00:00Z");
const at = (ms: number): string => new Date(START + ms).toISOString();

function said(id: string, ms: number, kind: "student" | "tutor" = "student"): ReplayItem {
  const message: MessageView = {
    id, seq: 1, conversation_id: "c", client_id: id, author: { kind }, text: "x".repeat(100), state: "sent", created_at: at(ms),
  };
  return { kind: "message", at: at(ms), message };
}

function written(id: string, ms: number, marks: number[][]): ReplayItem[] {
  return [said(id, ms, "tutor"), { kind: "pace", at: at(ms), pace: { reply_id: id, marks } }];
}

describe("a timeline", () => {
  test("of nothing has no length", () => {
    const empty = new Timeline([]);
    expect([empty.length, empty.scenes.length, empty.begun(0), empty.next(0), empty.previous(0)]).toEqual([0, 0, 0, 0, 0]);
  });

  test("plays short pauses as they were and cuts long ones", () => {
    const line = new Timeline([said("a", 0), said("b", 1_000), said("c", 3_600_000), said("d", 3_601_000)]);
    expect(line.scenes.map((scene) => scene.at)).toEqual([0, 1_000, 3_500, 4_500]);
    expect(line.length).toBe(5_500);
  });

  test("knows what the clock showed", () => {
    const line = new Timeline([said("a", 0), said("b", 3_600_000)]);
    expect(line.momentAt(0)).toBe(START);
    expect(line.momentAt(1_000)).toBe(START + 1_000);
    expect(line.momentAt(2_500)).toBe(START + 3_600_000);
    expect(line.momentAt(3_000)).toBe(START + 3_600_500);
  });

  test("lets an answer grow as it did", () => {
    const line = new Timeline([said("a", 0), ...written("b", 100, [[500, 10], [1_500, 60], [2_000, 100]])]);
    const reply = line.scenes[1]!;
    expect(reply.at).toBe(100);
    expect([100, 599, 600, 1_100, 1_600, 2_099].map((place) => line.written(reply, place))).toEqual([0, 0, 10, 35, 60, 99]);
    expect([2_100, 9_999].map((place) => line.written(reply, place))).toEqual([Infinity, Infinity]);
  });

  test("shows an answer whose pace is not known at once", () => {
    const line = new Timeline([said("b", 0, "tutor")]);
    expect(line.written(line.scenes[0]!, 0)).toBe(Infinity);
  });

  test("leads from event to event", () => {
    const line = new Timeline([said("a", 0), said("b", 1_000), said("c", 2_000)]);
    expect([0, 999, 1_000, 2_000].map((place) => line.next(place))).toEqual([1_000, 1_000, 2_000, line.length]);
    expect([3_000, 2_100, 1_500, 100].map((place) => line.previous(place))).toEqual([2_000, 1_000, 1_000, 0]);
  });

  test("counts what has begun", () => {
    const line = new Timeline([said("a", 0), said("b", 0), said("c", 500)]);
    expect([0, 499, 500].map((place) => line.begun(place))).toEqual([2, 2, 3]);
  });
});

describe("a player", () => {
  function aPlayer(length: number) {
    const places: number[] = [];
    const states: boolean[] = [];
    let frame: ((now: number) => void) | null = null;
    const player = new Player(length, { moved: (place) => places.push(place), played: (on) => states.push(on) }, (draw) => {
      frame = draw;
    });
    let now = 0;
    const pass = (ms: number): void => {
      now = now === 0 ? performance.now() + ms : now + ms;
      const draw = frame;
      frame = null;
      draw?.(now);
    };
    return { player, places, states, pass };
  }

  test("plays at its speed", () => {
    const { player, pass } = aPlayer(10_000);
    player.toggle();
    pass(100);
    const first = player.place;
    pass(100);
    player.speed = 8;
    pass(100);
    expect(player.place - first).toBeCloseTo(900, 3);
  });

  test("stops at the end and begins again from there", () => {
    const { player, states, pass } = aPlayer(150);
    player.toggle();
    for (let count = 0; count < 3; count += 1) pass(100);
    expect([player.place, player.playing]).toEqual([150, false]);
    player.toggle();
    expect([player.place, player.playing]).toEqual([0, true]);
    expect(states).toEqual([true, false, true]);
  });

  test("does not jump after the page was hidden", () => {
    const { player, pass } = aPlayer(100_000);
    player.toggle();
    pass(60_000);
    expect(player.place).toBeLessThanOrEqual(250);
  });

  test("pauses, and a frame that was asked for before moves nothing", () => {
    const { player, places, pass } = aPlayer(10_000);
    player.toggle();
    player.toggle();
    pass(100);
    expect([player.playing, places]).toEqual([false, []]);
  });

  test("never leaves the lesson", () => {
    const { player } = aPlayer(1_000);
    player.seek(-5);
    expect(player.place).toBe(0);
    player.seek(5_000);
    expect(player.place).toBe(1_000);
  });
});
