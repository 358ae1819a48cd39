import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Autosave, type SaveState } from "../src/autosave.ts";
import { ApiError } from "../src/live/fault.ts";
import { fromField, toField } from "../src/moments.ts";
import { allows, pointsText } from "../src/points.ts";
import { type Quote, stretches } from "../src/quotes.ts";
import { deedOf } from "../src/reviewkeys.ts";
import { Trail } from "../src/trail.ts";

const pressed = (key: string, changes = {}) => ({ key, altKey: false, ctrlKey: false, metaKey: false, isComposing: false, ...changes });
const quote = (text: string, start: number | null = null, key = "q1:a"): Quote => ({ quote: text, start, key });

describe("quotes", () => {
  const marked = (text: string, ...quotes: Quote[]) => stretches(text, quotes).filter(({ keys }) => keys.length > 0);

  test("a quote is marked where it says it is", () => {
    expect(stretches("x=2, x=2", [quote("x=2", 5)])).toEqual([{ text: "x=2, ", keys: [] }, { text: "x=2", keys: ["q1:a"] }]);
  });

  test("a place counts characters, not UTF-16 units", () => {
    expect(marked("😀所以 x=2", quote("x=2", 4))).toEqual([{ text: "x=2", keys: ["q1:a"] }]);
  });

  test("a quote whose place is wrong is looked for", () => {
    expect(marked("so x=2", quote("x=2", 0))).toEqual([{ text: "x=2", keys: ["q1:a"] }]);
  });

  test("overlapping quotes share their common part", () => {
    const keys = stretches("abcd", [quote("abc", 0, "one"), quote("bcd", 1, "two")]).map((one) => one.keys);
    expect(keys).toEqual([["one"], ["one", "two"], ["two"]]);
  });

  test.each(["y=3", ""])("what does not occur marks nothing: %j", (text) => {
    expect(marked("x=2", quote(text))).toEqual([]);
  });

  test("nothing of the text is lost", () => {
    const text = "解：2x=4，\n所以 x=2。";
    expect(stretches(text, [quote("2x=4"), quote("x=2", 11)]).map((one) => one.text).join("")).toBe(text);
  });
});

describe("points", () => {
  test.each([[0, true], [2.5, true], [5, true], [5.5, false], [-1, false], [0.3, false]])("of 5 points, %d may be given: %s", (points, may) => {
    expect(allows({ levels: [], max_points: 5 }, points)).toBe(may);
  });

  test("with levels only their points are given", () => {
    expect([0, 1, 2, 4].map((points) => allows({ levels: [4, 2, 0], max_points: 4 }, points))).toEqual([true, false, true, true]);
  });

  test("nobody's decision is a dash, not a nought", () => {
    expect([null, 0, 2.5, 10 / 3].map(pointsText)).toEqual(["–", "0", "2.5", "3.33"]);
  });
});

describe("moments", () => {
  test("a moment survives its field", () => {
    const moment = "2026-11-30T10:00:00.000Z";
    expect(fromField(toField(moment))).toBe(moment);
  });

  test.each(["", "nonsense"])("%j is no moment", (value) => expect(fromField(value)).toBeNull());
});

describe("keys", () => {
  test("digits are points, letters are deeds", () => {
    expect([deedOf(pressed("7"), false), deedOf(pressed("j"), false), deedOf(pressed("A"), false)]).toEqual([7, "next_question", "accept_all"]);
  });

  test("nobody rules while writing, or with a key of the browser", () => {
    const events = [[pressed("a"), true], [pressed("r", { ctrlKey: true }), false], [pressed("a", { isComposing: true }), false], [pressed("x"), false]] as const;
    expect(events.map(([event, writing]) => deedOf(event, writing))).toEqual([null, null, null, null]);
  });
});

describe("the way through the queue", () => {
  const trail = (): Trail => {
    const made = new Trail();
    made.arrive("a", { previous: null, next: "b" });
    return made;
  };

  test("what was returned goes to the end of the queue, and the next stays the next", () => {
    const way = trail();
    way.arrive("a", { previous: "c", next: null });
    expect([way.previous, way.step(1)]).toEqual([null, "b"]);
  });

  test("back is where one came from, and forth again too", () => {
    const way = trail();
    way.step(1);
    way.arrive("b", { previous: null, next: "c" });
    expect(way.step(-1)).toBe("a");
    way.arrive("a", { previous: "c", next: null });
    expect([way.step(1), way.previous]).toEqual(["b", "a"]);
  });

  test("at the end there is nothing", () => {
    const way = trail();
    expect([way.step(-1), way.next]).toEqual([null, "b"]);
  });
});

describe("saving by itself", () => {
  let states: SaveState[];
  let answers: (ApiError | null)[];
  let saves: number;
  let autosave: Autosave;

  beforeEach(() => {
    vi.useFakeTimers();
    [states, answers, saves] = [[], [], 0];
    autosave = new Autosave({
      save: async () => {
        saves += 1;
        await new Promise((done) => setTimeout(done, 100));
        const answer = answers.shift();
        if (answer) throw answer;
      },
      told: (state) => states.push(state),
    });
  });
  afterEach(() => void vi.useRealTimers());

  test("many changes are one save, a moment after the last", async () => {
    for (let n = 0; n < 5; n += 1) {
      autosave.changed();
      await vi.advanceTimersByTimeAsync(1000);
    }
    expect(saves).toBe(0);
    await vi.advanceTimersByTimeAsync(2000);
    expect([saves, states.at(-1), autosave.isDirty]).toEqual([1, "saved", false]);
  });

  test("what is written while it saves is saved too", async () => {
    autosave.changed();
    const first = autosave.now();
    autosave.changed();
    await vi.advanceTimersByTimeAsync(5000);
    expect([await first, saves, states.at(-1)]).toEqual([false, 2, "saved"]);
  });

  test("a lost connection is tried again by itself", async () => {
    answers = [new ApiError("offline"), null];
    autosave.changed();
    await vi.advanceTimersByTimeAsync(1700);
    expect(states.at(-1)).toBe("failed");
    await vi.advanceTimersByTimeAsync(6000);
    expect([saves, states.at(-1)]).toEqual([2, "saved"]);
  });

  test("a refusal waits for the next change", async () => {
    answers = [new ApiError("invalid_input", 422)];
    autosave.changed();
    await vi.advanceTimersByTimeAsync(60_000);
    expect([saves, states.at(-1), autosave.isDirty]).toEqual([1, "failed", true]);
  });

  test("two who wait for it at once save once", async () => {
    autosave.changed();
    const both = Promise.all([autosave.now(), autosave.now()]);
    await vi.advanceTimersByTimeAsync(500);
    expect([await both, saves]).toEqual([[true, true], 1]);
  });
});
