import { beforeEach, describe, expect, test, vi } from "vitest";
import { byPicture, cropAround, WHOLE, within } from "../src/crop.ts";
import { linesOf } from "../src/evidence.ts";
import type { Store } from "../src/live/index.ts";
import { ApiError } from "../src/live/fault.ts";
import { hasMath, pieces, texOf } from "../src/mathtext.ts";
import { oneAtATime } from "../src/oneatatime.ts";
import { Once } from "../src/once.ts";
import type { SubmissionView, TaskView } from "../src/protocol.ts";
import { type DraftState, newest, type Work, WorkDraft } from "../src/workdraft.ts";
import { rowsOf } from "../src/workrows.ts";

const NOW = "2026-11-23T08:00:00Z";

class Memory implements Store {
  readonly items = new Map<string, string>();
  isFull = false;

  getItem(key: string): string | null {
    return this.items.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    if (this.isFull) throw new DOMException("full", "QuotaExceededError");
    this.items.set(key, value);
  }

  removeItem(key: string): void {
    this.items.delete(key);
  }
}

describe("formulas in what people type", () => {
  test.each([
    ["x^2", "x^{2}"],
    ["x^(n+1)", "x^{n+1}"],
    ["1/2 + 1/3 = 5/6", "\\frac{1}{2} + \\frac{1}{3} = \\frac{5}{6}"],
    ["1/2x", "1/2x"],
    ["(a+b)/2", "\\frac{a+b}{2}"],
    ["(a+b)/(c-d)", "\\frac{a+b}{c-d}"],
    ["√2 + sqrt(x+1)", "\\sqrt{2} + \\sqrt{x+1}"],
    ["x<=3", "x\\le 3"],
    ["3*4", "3\\times 4"],
    ["（x＋1）＝2", "(x+1)=2"],
    ["50%", "50\\%"],
  ])("%s is set as %s", (plain, tex) => expect(texOf(plain)).toBe(tex));

  test("words around a formula stay words", () => {
    expect(pieces("解：2x+3=7, 所以 x=2。", true)).toEqual([
      { kind: "text", text: "解：" },
      { kind: "math", text: "2x+3=7" },
      { kind: "text", text: ", 所以 " },
      { kind: "math", text: "x=2" },
      { kind: "text", text: "。" },
    ]);
  });

  test.each(["我不知道", "The answer is three.", "12", "A", "3 个苹果", "", "a)"])("%s has none", (text) => {
    expect(hasMath(text)).toBe(false);
  });

  test.each(["1. ", "(2) ", "（3）", "4、"])("the number %s of a question is no factor", (number) => {
    expect(pieces(`${number}2x=4`, true)).toEqual([{ kind: "text", text: number }, { kind: "math", text: "2x=4" }]);
  });

  test("a decimal at the beginning is no number of a question", () => {
    expect(pieces("1.5x=3", true)).toEqual([{ kind: "math", text: "1.5x=3" }]);
  });

  test("signs of TeX are taken at their word", () => {
    expect(pieces("有 $\\frac12$ 和 \\(x\\)", false)).toEqual([
      { kind: "text", text: "有 " },
      { kind: "math", text: "\\frac12" },
      { kind: "text", text: " 和 " },
      { kind: "math", text: "x" },
    ]);
  });

  test("nothing that was typed is lost", () => {
    for (const text of ["解 2x+3=7 得 x = 2 .", "So x^2=4, and x=2 or x=-2!", "价格 3/4 元 (约 0.75)", " x = 1 "]) {
      const words = pieces(text, true).filter(({ kind }) => kind === "text").map((piece) => piece.text);
      let from = 0;
      for (const word of words) {
        const at = text.indexOf(word, from);
        expect(at).toBeGreaterThanOrEqual(from);
        from = at + word.length;
      }
    }
  });
});

describe("the lines of an answer", () => {
  const told = (answer: string, quotes: { quote: string; start: number | null }[], wrong: number | null) =>
    linesOf(answer, quotes, wrong).map(({ stretches, wrong: isWrong }) =>
      (isWrong ? "!" : "") + stretches.map(({ text, marked }) => (marked ? `[${text}]` : text)).join(""));

  test("a quote is marked where it stands, not where its words stand first", () => {
    expect(told("x=2\nx=2", [{ quote: "x=2", start: 4 }], null)).toEqual(["x=2", "[x=2]"]);
  });

  test("a quote that stands elsewhere is found, and one that stands nowhere marks nothing", () => {
    expect(told("a b c", [{ quote: "b", start: 0 }, { quote: "z", start: 1 }], null)).toEqual(["a [b] c"]);
  });

  test("quotes may overlap and go over lines", () => {
    expect(told("ab\ncd", [{ quote: "b\nc", start: null }, { quote: "ab", start: 0 }], null)).toEqual(["[ab]", "[c]d"]);
  });

  test("characters outside of the basic plane count once", () => {
    expect(told("😀x=2", [{ quote: "x=2", start: 1 }], null)).toEqual(["😀[x=2]"]);
  });

  test("a formula is marked whole, and a sign of money is none", () => {
    expect(told("😀因为 $2^{10}=1024$，大", [{ quote: "1024", start: null }], null)).toEqual(["😀因为 [$2^{10}=1024$]，大"]);
    expect(told("$5\n$6", [{ quote: "5", start: null }], null)).toEqual(["$[5]", "$6"]);
  });

  test("empty lines are shown but not counted", () => {
    expect(told("2x=4\n\nx=3", [], 2)).toEqual(["2x=4", "", "!x=3"]);
  });
});

describe("the part of a page that is shown", () => {
  test("is all of it without a place", () => expect(cropAround([])).toEqual(WHOLE));

  test("holds every place, and stays on the page", () => {
    const part = cropAround([{ left: 0.1, top: 0.01, width: 0.2, height: 0.05 }, { left: 0.5, top: 0.5, width: 0.2, height: 0.1 }]);
    expect(part.top).toBe(0);
    expect(part.top + part.height).toBeGreaterThan(0.6);
    expect(part.top + part.height).toBeLessThanOrEqual(1);
  });

  test("is large enough to know where one is", () => {
    expect(cropAround([{ left: 0, top: 0.5, width: 1, height: 0.01 }]).height).toBeGreaterThanOrEqual(0.3);
  });

  test("has its boxes where the page has them", () => {
    const box = { left: 0.25, top: 0.5, width: 0.5, height: 0.25 };
    expect(within(box, { left: 0, top: 0.25, width: 1, height: 0.5 })).toEqual({ left: 0.25, top: 0.5, width: 0.5, height: 0.5 });
  });

  test("places are put together by page", () => {
    const place = { file_id: "f", page: 1, left: 0, top: 0, width: 1, height: 1 };
    expect([...byPicture([place, { ...place, page: 2 }, { ...place, top: 0.5 }]).entries()].map(([key, all]) => [key, all.length]))
      .toEqual([["f:1", 2], ["f:2", 1]]);
  });
});

describe("what is sent once", () => {
  test("keeps its name for the same body, over a reload, until it is answered", () => {
    const store = new Memory();
    let made = 0;
    const once = () => new Once(store, "k", () => `id-${(made += 1)}`);
    const first = once();
    expect(first.idFor("a")).toBe("id-1");
    expect(once().idFor("a")).toBe("id-1");
    expect(once().idFor("b")).toBe("id-2");
    first.done();
    expect(once().idFor("b")).toBe("id-3");
  });
});

describe("work that is done once at a time", () => {
  test("is done once more for all who asked meanwhile", async () => {
    const gates: (() => void)[] = [];
    const run = oneAtATime(() => new Promise((done) => gates.push(done)));
    const first = run();
    for (let asked = 0; asked < 3; asked += 1) void run();
    expect(gates).toHaveLength(1);
    gates[0]!();
    await first;
    expect(gates).toHaveLength(2);
    gates[1]!();
    await Promise.resolve();
    expect(gates).toHaveLength(2);
  });
});

describe("a draft of work", () => {
  let store: Memory;
  let saved: Work[];
  let answers: (ApiError | null)[];
  let told: DraftState[];
  let draft: WorkDraft;
  let meanwhile: () => void;
  const a: Work = { answers: [{ question_id: "q1", text: "x=2" }], text: "", files: [] };
  const b: Work = { ...a, text: "more" };

  beforeEach(() => {
    vi.useFakeTimers();
    [store, saved, answers, told] = [new Memory(), [], [], []];
    meanwhile = () => {};
    draft = make();
  });

  const make = () => new WorkDraft({
    store,
    key: "work",
    save: async (work) => {
      saved.push(work);
      meanwhile();
      meanwhile = () => {};
      const error = answers.shift();
      if (error) throw error;
    },
    told: (state) => told.push(state),
  });

  test("is kept here at once and on the server after a pause", async () => {
    draft.change(a);
    expect(make().left?.work).toEqual(a);
    expect(saved).toEqual([]);
    await vi.advanceTimersByTimeAsync(1_500);
    expect(saved).toEqual([a]);
    expect(make().left).toBeNull();
    expect(told).toEqual(["waiting", "saved"]);
  });

  test("is saved once for many keys", async () => {
    draft.change(a);
    await vi.advanceTimersByTimeAsync(500);
    draft.change(b);
    await vi.advanceTimersByTimeAsync(1_500);
    expect(saved).toEqual([b]);
  });

  test("goes out again when the network is back", async () => {
    answers = [new ApiError("offline"), new ApiError("store_unavailable", 503, "", { retry_after_s: 1 })];
    draft.change(a);
    await vi.advanceTimersByTimeAsync(1_500);
    expect(told.at(-1)).toBe("offline");
    expect(make().left?.work).toEqual(a);
    await vi.advanceTimersByTimeAsync(6_000);
    expect(saved).toHaveLength(3);
    expect(told.at(-1)).toBe("saved");
  });

  test("that the server refuses stays here and is not sent again by itself", async () => {
    answers = [new ApiError("hand_in_closed", 409)];
    draft.change(a);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(saved).toHaveLength(1);
    expect(told.at(-1)).toBe("refused");
    expect(make().left?.work).toEqual(a);
  });

  test("that is changed while it is saved is saved again", async () => {
    meanwhile = () => draft.change(b);
    draft.change(a);
    await draft.flush();
    expect(make().left?.work).toEqual(b);
    await vi.advanceTimersByTimeAsync(1_500);
    expect(saved).toEqual([a, b]);
    expect(make().left).toBeNull();
  });

  test("does not come after what was handed in", async () => {
    draft.change(a);
    await draft.holding(async () => {
      await vi.advanceTimersByTimeAsync(10_000);
      draft.drop();
    });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(saved).toEqual([]);
  });

  test("goes on when handing in failed", async () => {
    draft.change(a);
    await expect(draft.holding(() => Promise.reject(new ApiError("offline")))).rejects.toThrow();
    await vi.advanceTimersByTimeAsync(1_500);
    expect(saved).toEqual([a]);
  });

  test("is sent even when nothing can be kept here", async () => {
    store.isFull = true;
    draft.change(a);
    await vi.advanceTimersByTimeAsync(1_500);
    expect(saved).toEqual([a]);
  });

  test("begins with the newer of both", () => {
    const kept = { work: b, savedAt: NOW };
    expect(newest(null, null)).toBeNull();
    expect(newest(null, kept)).toBe(b);
    expect(newest({ work: a, at: Date.parse(NOW) + 1 }, kept)).toBe(a);
    expect(newest({ work: a, at: Date.parse(NOW) - 1 }, kept)).toBe(b);
    expect(newest({ work: a, at: 0 }, null)).toBe(a);
  });
});

describe("the piles of homework", () => {
  const task = (id: string, changes: Partial<TaskView> = {}): TaskView => ({
    id, title: id, text: "", subject: "math", grade: 7, teacher_name: "王老师", questions: [], files: [], points: 10, due_at: null,
    closed: false, resubmit: "until_due", state: "todo", submission_id: null, may_hand_in: true, may_withdraw: false, late_share: 1,
    earned: null, ...changes,
  });
  const submission = (id: string, changes: Partial<SubmissionView> = {}): SubmissionView => ({
    id, assignment_id: null, title: id, subject: "math", grade: 7, version: 1, answers: [], text: "", files: [], submitted_at: NOW,
    late_s: 0, state: "pending", released: false, done: 0, of: 2, earned: null, ...changes,
  });
  const told = (tasks: TaskView[], submissions: SubmissionView[]) =>
    rowsOf(tasks, submissions, Date.parse(NOW)).map(({ pile, key, href }) => `${pile} ${key} ${href}`);

  test("what is to do comes first, in the server's order, then the newest", () => {
    const tasks = [task("b"), task("a"), task("c", { state: "grading", submission_id: "s1" }), task("d", { state: "released", submission_id: "s2" })];
    const submissions = [
      submission("own", { submitted_at: "2026-11-23T09:00:00Z" }),
      submission("s1", { assignment_id: "c" }),
      submission("s2", { assignment_id: "d", submitted_at: "2026-11-22T09:00:00Z", released: true }),
    ];
    expect(told(tasks, submissions)).toEqual([
      "todo b /homework/b", "todo a /homework/a", "waiting own /homework/results/own", "waiting c /homework/c",
      "back d /homework/results/s2",
    ]);
  });

  test("what was taken back is to do again, and own work that was taken back is gone", () => {
    expect(told([task("a", { state: "withdrawn", submission_id: "s" })], [submission("o", { state: "withdrawn" })])).toEqual(["todo a /homework/a"]);
  });

  test("late is what came late, or would come late now", () => {
    const late = task("a", { due_at: "2026-11-23T07:00:00Z" });
    const came = task("b", { state: "graded", submission_id: "s", due_at: "2026-11-23T07:00:00Z" });
    const rows = rowsOf([late, came], [submission("s", { assignment_id: "b", late_s: 60 })], Date.parse(NOW));
    expect(rows.map(({ isLate }) => isLate)).toEqual([true, true]);
    expect(rowsOf([came], [submission("s", { assignment_id: "b" })], Date.parse(NOW))[0]?.isLate).toBe(false);
  });
});
