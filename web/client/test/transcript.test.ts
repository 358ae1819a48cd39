import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { MessageView, Opened } from "../src/protocol.ts";
import { type Change, Transcript } from "../src/live/transcript.ts";
import { message, reply } from "./fakes.ts";
import { type Happening, Truth } from "./truth.ts";

const SERVER = ["note", "ask", "check", "goOn", "start", "write", "write", "write", "die", "finish", "decide", "top"] as const;
const NETWORK = ["arrive", "arrive", "arrive", "lose", "double", "overtake", "question", "answer", "trim"] as const;
const RUNS = 600;

/** A client on a bad line: its transcript, and the log that is drawn from the transcript's changes alone. */
class Client {
  readonly transcript = new Transcript();
  readonly drawn = new Map<string, string>();
  #answer: Opened | null = null;
  #isDrawn = false;
  readonly truth: Truth;

  constructor(staff: boolean) {
    this.truth = new Truth(staff);
  }

  arrive(happening = this.truth.sent.shift()): void {
    if (happening && this.#isDrawn) this.#draw(this.#hear(happening));
  }

  lose(): void {
    this.truth.sent.shift();
  }

  double(): void {
    const [first] = this.truth.sent;
    if (first) this.truth.sent.push(structuredClone(first));
  }

  overtake(): void {
    const [first] = this.truth.sent.splice(0, 1);
    if (first) this.truth.sent.splice(1, 0, first);
  }

  /** The answer is made now and arrives later, or never when the next question is asked before. */
  question(): void {
    this.#answer = this.truth.answer(this.transcript.question());
  }

  answer(): void {
    if (!this.#answer) return;
    this.#draw(this.transcript.opened(this.#answer));
    this.#answer = null;
    this.#isDrawn = true;
  }

  trim(): void {
    this.truth.trimmed = !this.truth.trimmed;
  }

  /** The line holds from now on, and a heartbeat comes. */
  settle(): number {
    this.truth.sent.length = 0;
    this.truth.top();
    while (this.truth.sent.length > 0) this.arrive();
    let asked = 0;
    for (; this.transcript.behind && asked < 20; asked += 1) {
      this.question();
      this.answer();
    }
    return asked;
  }

  #hear({ name, event }: Happening): Change[] {
    switch (name) {
      case "message.added":
        return this.transcript.added(event.message);
      case "message.changed":
        return this.transcript.changed(event.message);
      case "draft.ready":
        return this.transcript.added(event.message);
      case "reply.queued":
        return this.transcript.queued(event);
      case "reply.started":
        return this.transcript.started(event.reply_id);
      case "reply.delta":
        return this.transcript.delta(event);
      case "reply.finished":
        return this.transcript.finished(event);
      case "conversation.top":
        this.transcript.topped(event);
        return [];
    }
  }

  #draw(changes: readonly Change[]): void {
    for (const change of changes) {
      if (change.kind === "delta") this.drawn.set(change.replyId, this.drawn.get(change.replyId)! + change.text);
      else this.drawn.set(change.message.id, change.message.text);
    }
  }
}

function play(steps: readonly (typeof SERVER | typeof NETWORK)[number][], staff: boolean): Client {
  const client = new Client(staff);
  for (const step of steps) {
    if (step in client) client[step as (typeof NETWORK)[number]]();
    else client.truth[step as (typeof SERVER)[number]]();
    check(client);
  }
  return client;
}

/** A heartbeat does not tell a reply that waits from one that is thought about; its first part does. */
function settled(view: MessageView): MessageView {
  if (view.reply?.ready_at && view.state !== "checking") {
    const { ready_at: _, ...facts } = view.reply; // told to teachers apart, and of no use once it was decided
    return { ...view, reply: facts };
  }
  return view.state === "running" && view.text === "" ? { ...view, state: "queued" } : view;
}

/** What holds at any moment: no gap, no repeat, and no text that the tutor did not write. */
function check({ transcript, truth, drawn }: Client): void {
  const shown = transcript.messages;
  const truths = truth.shown();
  const isSound = shown.every(({ id, seq, text }, at) => {
    const follows = seq === (shown[0]?.seq ?? 0) + at;
    return follows && truths[seq - 1]!.text.startsWith(text) && drawn.get(id) === text;
  });
  if (!isSound) expect(shown).toEqual(truths);
}

describe("a transcript", () => {
  test.each([false, true])("ends equal to the server's after any loss, doubling and turning around (teacher: %s)", (staff) => {
    const step = fc.constantFrom(...SERVER, ...NETWORK, ...NETWORK);
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120, size: "max" }), (steps) => {
        const client = play(["question", "answer", ...steps], staff);
        const asked = client.settle();
        check(client);
        const { transcript, truth } = client;
        expect(asked).toBeLessThan(20);
        const { messages } = transcript;
        expect(messages.map(settled)).toEqual(truth.shown().slice(truth.messages.length - messages.length).map(settled));
        expect(messages.length).toBeGreaterThanOrEqual(Math.min(1, truth.messages.length));
      }),
      { numRuns: RUNS },
    );
  });

  test.each([false, true])("asks for each of several replies whose ends were lost, far apart (teacher: %s)", (staff) => {
    const talk = Array.from({ length: 9 }, () => ["note", "arrive"] as const).flat();
    const [answered, checked] = [["ask", "arrive", "arrive"], ["check", "arrive", "arrive"]] as const;
    const client = play(["question", "answer", ...answered, "finish", "lose", ...talk, ...checked, "finish", "lose"], staff);
    client.settle();
    expect(client.transcript.messages).toEqual(client.truth.shown());
  });

  test.each([false, true])("asks nothing when nothing was lost (teacher: %s)", (staff) => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...SERVER), { maxLength: 60, size: "max" }), (steps) => {
        const client = play(["question", "answer", ...steps.flatMap((step) => [step, "arrive", "arrive"] as const)], staff);
        expect(client.transcript.behind).toBe(false);
        expect(client.settle()).toBe(0);
        expect(client.transcript.messages).toEqual(client.truth.shown());
      }),
      { numRuns: RUNS / 3 },
    );
  });
});

describe("a heartbeat", () => {
  const top = (seq: number, running: { id: string; part: number } | null = null) => ({ conversation_id: "c1", seq, reply: running, checking: [] });

  function opened(truth: Truth): Transcript {
    const transcript = new Transcript();
    transcript.opened(truth.answer(transcript.question()));
    return transcript;
  }

  function answering(): Transcript {
    const truth = new Truth();
    truth.ask();
    truth.start();
    return opened(truth);
  }

  test("with nothing new raises no doubt", () => {
    const transcript = answering();
    transcript.topped(top(2, { id: "m2", part: 0 }));
    expect(transcript.behind).toBe(false);
  });

  test("names a message that never came", () => {
    const transcript = answering();
    transcript.topped(top(3));
    expect(transcript.behind).toBe(true);
  });

  test("names parts that never came, and is content once they are here", () => {
    const transcript = answering();
    transcript.topped(top(2, { id: "m2", part: 1 }));
    expect(transcript.behind).toBe(true);
    transcript.delta({ conversation_id: "c1", reply_id: "m2", part: 0, text: "a" });
    expect(transcript.behind).toBe(false);
  });

  test("tells that a reply has ended whose end never came", () => {
    const transcript = answering();
    transcript.topped(top(2));
    expect(transcript.behind).toBe(true);
    expect(transcript.question()).toEqual({ after_seq: 1, reply: { id: "m2", part: 0 } });
  });

  test("from before a reply says nothing about it", () => {
    const transcript = answering();
    transcript.topped(top(1));
    expect(transcript.behind).toBe(false);
  });
});

describe("a reply that is written anew", () => {
  const asked = { conversation: { last_seq: 2 } } as Opened;
  const openedWith = (state: "queued" | "running"): Opened =>
    ({ ...asked, messages: [message(1), reply(2, { state })], present: [], reply: { id: "m2", state, parts: [], next_part: 0 } }) as Opened;

  test("waits again when it showed nothing", () => {
    const transcript = new Transcript();
    transcript.opened(openedWith("running"));
    const changes = transcript.queued({ conversation_id: "c1", reply_id: "m2", position: 1 });
    expect(changes).toMatchObject([{ kind: "replaced", message: { state: "queued" } }]);
    transcript.started("m2");
    transcript.delta({ conversation_id: "c1", reply_id: "m2", part: 0, text: "a" });
    expect(transcript.running).toMatchObject({ state: "running", text: "a" });
  });

  test("is never taken back when a child has read of it", () => {
    const transcript = new Transcript();
    transcript.opened(openedWith("running"));
    transcript.delta({ conversation_id: "c1", reply_id: "m2", part: 0, text: "a" });
    expect(transcript.queued({ conversation_id: "c1", reply_id: "m2", position: 1 })).toEqual([]);
    transcript.opened(openedWith("queued"));
    expect(transcript.running).toMatchObject({ state: "running", text: "a" });
  });

  test("is not thrown back by an old announcement", () => {
    const transcript = new Transcript();
    transcript.opened(openedWith("running"));
    expect(transcript.added(reply(2))).toEqual([]);
    expect(transcript.running?.state).toBe("running");
  });
});
