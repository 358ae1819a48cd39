import { describe, expect, test } from "vitest";
import { ReplyParts } from "../src/live/reply.ts";

const PARTS = ["设 ", "$x=1$", "，", "then ", "🙂", "done."];
const WHOLE = PARTS.join("");

function* permutations<T>(items: readonly T[]): Generator<T[]> {
  if (items.length < 2) yield [...items];
  for (const [at, item] of items.entries()) {
    if (items.length < 2) return;
    for (const rest of permutations(items.filter((_, other) => other !== at))) yield [item, ...rest];
  }
}

const NUMBERS = PARTS.map((_, number) => number);
const ORDERS = [...permutations(NUMBERS)];

function fed(order: readonly number[], reply = new ReplyParts()): ReplyParts {
  for (const number of order) reply.feed(number, PARTS[number]!);
  return reply;
}

describe("the parts of a reply", () => {
  test("give the text in any order, and every character once", () => {
    expect(ORDERS).toHaveLength(720);
    for (const order of ORDERS) {
      const reply = new ReplyParts();
      const appended = order.map((number) => reply.feed(number, PARTS[number]!)).join("");
      expect([reply.text, appended, reply.next, reply.missingFrom()]).toEqual([WHOLE, WHOLE, 6, null]);
    }
  });

  test("may all come twice", () => {
    for (const order of ORDERS) {
      const reply = fed([...order, ...[...order].reverse()]);
      expect([reply.text, reply.next, reply.missingFrom()]).toEqual([WHOLE, 6, null]);
    }
  });

  test("show no text behind a hole, and name the hole", () => {
    for (const lost of NUMBERS) {
      for (const order of ORDERS.filter((_, at) => at % 7 === 0)) {
        const reply = fed(order.filter((number) => number !== lost));
        expect(reply.text).toBe(PARTS.slice(0, lost).join(""));
        expect(reply.missingFrom()).toBe(lost === 5 ? null : lost);
        reply.feed(lost, PARTS[lost]!);
        expect([reply.text, reply.missingFrom()]).toEqual([WHOLE, null]);
      }
    }
  });

  test("join a snapshot taken anywhere", () => {
    for (const next of [...NUMBERS, 6]) {
      for (const order of ORDERS.filter((_, at) => at % 5 === 0)) {
        for (const when of [0, 2, 4, 6]) {
          const reply = fed(order.slice(0, when));
          reply.snapshot(PARTS.slice(0, next).join(""), next);
          fed(order.slice(when), reply);
          expect([reply.text, reply.next, reply.missingFrom()]).toEqual([WHOLE, 6, null]);
        }
      }
    }
  });

  test("are not taken back by an older snapshot", () => {
    const reply = fed([0, 1, 2]);
    reply.snapshot("设 ", 1);
    expect([reply.text, reply.next]).toEqual(["设 $x=1$，", 3]);
  });

  test("start again from the beginning without a repeat, after a reconnect", () => {
    for (const known of NUMBERS) {
      const reply = fed(NUMBERS.slice(0, known));
      expect(fed(NUMBERS, reply).text).toBe(WHOLE);
    }
  });

  test("may be empty", () => {
    const reply = new ReplyParts();
    expect([reply.feed(0, ""), reply.feed(1, "a"), reply.next]).toEqual(["", "a", 2]);
  });
});
