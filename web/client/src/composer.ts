/** The box in which a person writes: Enter sends, drafts are kept for each room, and long texts are counted. */
import { keep, kept } from "./kept.ts";
import { byId, fill, sentenceFor, toast, words } from "./ui.ts";

const MOST = 4000;
const COUNT_FROM = 3600;

export interface ComposerActions {
  /** Takes the text and says whether it was taken; a text that was not stays in the box. */
  send(text: string): boolean | Promise<boolean>;
  stop(): void;
  /** A key was pressed; nothing is left of what was typed. */
  typing(on: boolean): void;
  /** Whether the writer has to wait for a running answer, as a student does. */
  waits: boolean;
}

export class Composer {
  readonly #form = byId<HTMLFormElement>("composer");
  readonly #box = byId<HTMLTextAreaElement>("box");
  readonly #stop = byId<HTMLButtonElement>("stop");
  readonly #actions: ComposerActions;
  #room = "new";
  /** What stood in the box before something was dictated into it; null while nothing is. */
  #before: string | null = null;

  constructor(actions: ComposerActions) {
    this.#actions = actions;
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#submit();
    });
    this.#box.addEventListener("keydown", (event) => {
      // An Enter that only ends a word of a Chinese input method is no wish to send.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#form.requestSubmit();
    });
    this.#box.addEventListener("input", () => {
      this.#changed();
      actions.typing(this.#box.value !== "");
    });
    this.#stop.addEventListener("click", () => actions.stop());
    this.#form.inert = false; // before, the browser itself would have sent it
  }

  /** Changes to the draft of another room (`new` before there is one). */
  showRoom(room: string): void {
    this.#room = room;
    this.#before = null;
    this.#box.readOnly = false;
    this.#box.value = kept(room);
    this.#changed();
  }

  /** Puts a text into the box for the reader to finish. */
  suggest(text: string): void {
    this.#box.value = text;
    this.#changed();
    this.focus();
  }

  /** Says for whom the next message is. */
  address(text: string): void {
    this.#box.placeholder = text;
    byId("box-label").textContent = text;
  }

  /** Puts a text that still grows (`open`) behind what is in the box; then it is the writer's to change and send. */
  dictate(text: string, open: boolean): void {
    this.#before ??= this.#box.value.trimEnd();
    this.#box.readOnly = open;
    this.#box.value = [this.#before, text].filter(Boolean).join("\n");
    this.#box.scrollTop = this.#box.scrollHeight;
    this.#changed();
    if (open) return;
    this.#before = null;
    this.focus();
  }

  /** While an answer is written it can be stopped; for a student that button stands where the send button was. */
  showRunning(running: boolean): void {
    const hadFocus = document.activeElement === this.#stop;
    this.#stop.hidden = !running;
    byId("send").hidden = running && this.#actions.waits;
    if (hadFocus && !running) this.focus();
  }

  focus(): void {
    this.#box.focus();
  }

  async #submit(): Promise<void> {
    const text = this.#box.value.trim();
    if (!text || [...text].length > MOST || this.#form.ariaBusy === "true" || this.#box.readOnly) return;
    if (this.#actions.waits && !this.#stop.hidden) {
      toast(sentenceFor("reply_running"));
      return;
    }
    this.#form.ariaBusy = "true";
    const room = this.#room;
    try {
      if (!(await this.#actions.send(text))) return;
      keep(room, "");
      if (this.#box.value.trim() === text) this.#box.value = "";
      this.#changed();
    } finally {
      this.#form.ariaBusy = null;
    }
  }

  #changed(): void {
    const text = this.#box.value;
    keep(this.#room, text);
    const length = [...text.trim()].length;
    const count = byId("box-count");
    count.hidden = length < COUNT_FROM;
    count.toggleAttribute("data-over", length > MOST);
    count.textContent = fill(length > MOST ? words.too_long : words.characters_left, { n: Math.abs(MOST - length) });
    byId("send").setAttribute("aria-disabled", String(length === 0 || length > MOST));
    this.#fit();
  }

  /** Lets the box grow with its text where the browser does not by itself. */
  #fit(): void {
    if (CSS.supports("field-sizing", "content")) return;
    this.#box.style.height = "auto";
    this.#box.style.height = `${this.#box.scrollHeight + 2}px`;
  }
}
