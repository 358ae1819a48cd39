/** One message of the log as elements: what a person said, or what the tutor answered. Used by roomview.ts. */
import { levelName } from "./levels.ts";
import type { Unsent } from "./live/index.ts";
import type { MessageView } from "./protocol.ts";
import { AnswerStream } from "./stream.ts";
import { timeOf } from "./times.ts";
import { copy, fill, fromTemplate, held, make, part, sentenceFor, words } from "./ui.ts";

/** From here on the seconds are counted; before, the time of day says more. */
const LAST_SECONDS = 90;
const RUNNING: ReadonlySet<string> = new Set(["queued", "running"]);

/** What a reader may do with an answer; a teacher who looks in only reads and copies. */
export interface AnswerActions {
  retry(replyId: string): Promise<void>;
  /** Asks for what would have followed. */
  goOn(replyId: string): Promise<void>;
  rate(replyId: string, rating: "up" | "down" | null): void;
  /** Asks for one level of help more than `level` with the problem. */
  hint(level: number): Promise<void>;
  /** Calls a teacher. */
  raise(): void;
}

export interface UnsentActions {
  resend(clientId: string): void;
  discard(clientId: string): void;
}

/** Hooks for tests and for screen readers: which message this is, and in which state. */
function label(element: HTMLElement, message: MessageView): void {
  element.dataset["messageId"] = message.id;
  element.dataset["seq"] = String(message.seq);
  element.dataset["kind"] = message.author.kind;
  element.dataset["state"] = message.state;
  element.dataset["length"] = String([...message.text].length);
}

/** A message of a student or a teacher; `own` ones stand on the right. */
export function saidElement(message: MessageView, own: boolean): HTMLElement {
  const element = fromTemplate("said");
  label(element, message);
  element.toggleAttribute("data-own", own);
  const who = part(element, ".who");
  who.textContent = own ? words.you : (message.author.name ?? "");
  if (message.author.kind === "teacher" && !own) who.append(" ", make("span", { className: "mark" }, words.teacher_mark));
  part(element, ".bubble").textContent = message.text;
  return element;
}

/** An own message that is not stored yet. */
export function unsentElement({ clientId, text, state, dueAt }: Unsent, actions: UnsentActions): HTMLElement {
  const element = fromTemplate("said");
  element.dataset["clientId"] = clientId;
  element.dataset["state"] = state;
  element.toggleAttribute("data-own", true);
  part(element, ".who").textContent = words.you;
  part(element, ".bubble").textContent = text;
  const note = part(element, ".note");
  note.hidden = false;
  const why = make("span", {}, state === "failed" ? words.not_sent : words.sending);
  note.append(why);
  if (dueAt !== undefined) countDown(why, dueAt);
  if (state === "failed") note.append(" ", button(words.send_again, () => actions.resend(clientId)));
  if (state !== "sending") note.append(" ", button(words.throw_away, () => actions.discard(clientId)));
  return element;
}

/** Says when a message goes out by itself, for as long as it is shown. */
function countDown(note: HTMLElement, dueAt: number): void {
  const show = (): void => {
    const left = Math.max(1, Math.ceil((dueAt - Date.now()) / 1000));
    note.textContent = left <= LAST_SECONDS ? fill(words.sent_in, { n: left }) : fill(words.sent_at, { time: timeOf(dueAt) });
  };
  show();
  const timer = setInterval(() => (note.isConnected ? show() : clearInterval(timer)), 1000);
}

function button(text: string, run: () => void): HTMLButtonElement {
  const made = make("button", { type: "button", className: "link" }, text);
  made.addEventListener("click", run);
  return made;
}

/** The tutor's answer while it is queued, written, and done. */
export class Answer {
  readonly element = fromTemplate("answered");
  #stream: AnswerStream;
  readonly #isStudent: boolean;
  readonly #isStaff: boolean;
  #message: MessageView;
  #text = "";

  /** @param actions null for readers who may not act
   *  @param isStaff whether the reader sees what is hidden from students */
  constructor(message: MessageView, actions: AnswerActions | null, isStaff: boolean) {
    this.#message = message;
    this.#isStudent = actions !== null;
    this.#isStaff = isStaff;
    this.#stream = new AnswerStream(part(this.element, ".answer"));
    part(this.element, ".who-name").textContent = message.reply?.continues ? words.tutor_goes_on : words.tutor;
    this.element.toggleAttribute("data-continues", Boolean(message.reply?.continues));
    this.#wire(actions);
    this.show(message);
  }

  /** Shows the whole message: its text so far or its final one, its state and rating. */
  show(message: MessageView, place?: number): void {
    this.#message = message;
    const running = RUNNING.has(message.state);
    if (!running) this.#stream.set(message.text);
    else if (message.text.startsWith(this.#text)) this.#stream.push(message.text.slice(this.#text.length));
    else this.#restart(message.text);
    this.#text = message.text;
    label(this.element, message);
    this.#showState(running, place);
    if (this.#isStudent) this.#showHelp();
    this.#showRating(message.reply?.rating ?? null);
  }

  /** Appends the next characters of a running answer. */
  push(text: string): void {
    this.#text += text;
    this.#stream.push(text);
    this.element.dataset["length"] = String([...this.#text].length);
    this.element.dataset["state"] = "running";
    part(this.element, ".waiting").hidden = true;
  }

  /** Says why there is no more help than this with the problem. */
  noMoreHelp(reason: string): void {
    part(this.element, "[data-do=hint]").hidden = true;
    part(this.element, "[data-do=raise]").hidden = false;
    part(this.element, ".help-reason").textContent = reason;
  }

  /** Another server took the answer over and writes it anew. */
  #restart(text: string): void {
    this.#stream.end();
    this.#stream = new AnswerStream(part(this.element, ".answer"));
    this.#stream.push(text);
  }

  /** The two thumbs, which only the student has. */
  get #rates(): NodeListOf<HTMLElement> {
    return this.element.querySelectorAll("[data-do=up], [data-do=down]");
  }

  #showState(running: boolean, place?: number): void {
    const { state, reply } = this.#message;
    const isChecked = state === "checking";
    this.element.toggleAttribute("aria-busy", running);
    if (running) this.element.setAttribute("aria-busy", "true");
    this.element.toggleAttribute("data-hidden", reply?.hidden === true);
    part(this.element, ".only-staff").hidden = !this.#isStaff || !reply?.hidden;
    part(this.element, ".waiting").hidden = !(running || isChecked) || this.#text !== "";
    part(this.element, ".waiting-text").textContent = isChecked ? words.checking : waitingFor(state, place);
    part(this.element, ".actions").hidden = running || isChecked || (state === "rejected" && !this.#isStaff);
    part(this.element, "[data-do=copy]").hidden = this.#text === "";
    const goOn = this.element.querySelector<HTMLElement>("[data-do=continue]");
    if (goOn) goOn.hidden = !canGoOn(this.#message);
    for (const rate of this.#rates) rate.hidden = this.#text === "";
    const note = part(this.element, ".note");
    note.textContent = noteOf(this.#message, this.#isStaff);
    note.hidden = note.textContent === "";
  }

  /** How much help there was by now, and the way to more; only where it is about a problem. */
  #showHelp(): void {
    const { state, reply } = this.#message;
    const [name, next] = [levelName(this.#level), levelName(this.#level + 1)];
    const ladder = part(this.element, ".ladder");
    ladder.hidden = state !== "complete" || name === undefined;
    if (name === undefined) return;
    ladder.dataset["level"] = String(this.#level);
    part(ladder, ".help-level").textContent = fill(words.help_level, { name, n: this.#level });
    const hint = part(ladder, "[data-do=hint]");
    hint.hidden = next === undefined;
    if (next === undefined) return;
    hint.textContent = fill(words.help_next, { name: next });
    if (reply?.no_more) this.noMoreHelp(sentenceFor(reply.no_more));
  }

  get #level(): number {
    return this.#message.reply?.level ?? 0;
  }

  #showRating(rating: "up" | "down" | null): void {
    for (const rate of this.#rates) rate.setAttribute("aria-pressed", String(rating === rate.dataset["do"]));
  }

  #wire(actions: AnswerActions | null): void {
    const on = (name: string, run: (button: HTMLElement) => void) => {
      const button = part(this.element, `[data-do=${name}]`);
      button.addEventListener("click", () => run(button));
    };
    on("copy", (button) => void copy(this.#text, button));
    if (!actions) {
      for (const name of ["up", "down", "retry", "continue"]) part(this.element, `[data-do=${name}]`).remove();
      part(this.element, ".ladder").remove();
      return;
    }
    on("hint", (button) => void held(button, () => actions.hint(this.#level)));
    on("raise", () => actions.raise());
    on("retry", (button) => void held(button, () => actions.retry(this.#message.id)));
    on("continue", (button) => void held(button, () => actions.goOn(this.#message.id)));
    for (const kind of ["up", "down"] as const) {
      on(kind, () => actions.rate(this.#message.id, this.#message.reply?.rating === kind ? null : kind));
    }
  }
}

/** Whether an answer was cut before its end and shows something to go on from. */
function canGoOn({ state, text, reply }: MessageView): boolean {
  const wasCut = state === "interrupted" || state === "stopped" || (state === "complete" && reply?.finish_reason === "length");
  return wasCut && text !== "";
}

function waitingFor(state: MessageView["state"], place?: number): string {
  if (state === "running") return words.thinking;
  return place === undefined ? words.queued : fill(words.queued_at, { n: place });
}

/** What to say below an answer that did not reach its end, or that a teacher has checked. */
export function noteOf({ state, reply }: MessageView, isStaff: boolean): string {
  const [error, name] = [reply?.error, reply?.sent_by?.name];
  if (state === "stopped") return words.reply_stopped;
  if (state === "interrupted") return error ? sentenceFor(error) : words.reply_interrupted;
  if (state === "failed") return error ? sentenceFor(error) : words.reply_failed;
  if (state === "rejected") return !isStaff || !name ? words.reply_rejected : rejection(name, reply?.why ?? null);
  if (state !== "complete" || !name) return "";
  return fill(reply?.draft == null ? words.checked_by : words.edited_by, { name });
}

function rejection(name: string, why: string | null): string {
  return why === null ? fill(words.rejected_by, { name }) : fill(words.rejected_because, { name, why });
}
