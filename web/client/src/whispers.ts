/** The teacher's private words to the tutor: the ones in force, and a line for a new one. Used by staffroom.ts. */
import { keep, kept } from "./kept.ts";
import { KeyedList, type Shown } from "./keyedlist.ts";
import type { Staff } from "./live/staff.ts";
import type { WhisperView } from "./protocol.ts";
import { busy, byId, fill, held, make, words } from "./ui.ts";

export class Whispers {
  readonly #staff: () => Staff | undefined;
  readonly #form = byId<HTMLFormElement>("whisper-form");
  readonly #box = byId<HTMLInputElement>("whisper-box");
  readonly #open = byId("whisper-open");
  readonly #list = new KeyedList<WhisperView, Line>(byId("whisper-list"), {
    key: ({ id }) => id,
    compare: (one, other) => one.created_at.localeCompare(other.created_at) || one.id.localeCompare(other.id),
    make: () => new Line((whisper) => this.#end(whisper)),
  });
  /** Under which name the line is kept while it is written. */
  #name = "";

  /** @param staff of the room that is shown */
  constructor(staff: () => Staff | undefined) {
    this.#staff = staff;
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      void busy(this.#form, () => this.#add());
    });
    this.#box.addEventListener("input", () => keep(this.#name, this.#box.value));
    this.#open.addEventListener("click", () => this.#show(byId("whispers").hidden === true));
    byId("whispers").addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      this.#show(false);
      this.#open.focus();
    });
  }

  /** Those in force in the room that is shown. */
  show(whispers: readonly WhisperView[]): void {
    byId("whisper-count").hidden = whispers.length === 0;
    byId("whisper-count").textContent = String(whispers.length);
    this.#list.replace(whispers);
  }

  /** Another room is shown, with the line that was begun there. */
  turnTo(conversationId: string | null): void {
    this.#name = `whisper:${conversationId}`;
    this.#form.reset();
    this.#box.value = kept(this.#name);
    this.#show(false);
    this.show([]);
  }

  #show(open: boolean): void {
    byId("whispers").hidden = !open;
    this.#open.setAttribute("aria-expanded", String(open));
    if (open) this.#box.focus();
  }

  async #end({ id }: WhisperView): Promise<void> {
    if (await this.#staff()?.endWhisper(id)) this.#box.focus();
  }

  async #add(): Promise<void> {
    const text = this.#box.value.trim();
    if (!text) return;
    const name = this.#name;
    const lasts = new FormData(this.#form).get("lasts") === "lesson" ? "lesson" : "reply";
    if (!(await this.#staff()?.whisper(text, lasts)) || kept(name).trim() !== text) return;
    keep(name, "");
    if (name === this.#name) this.#box.value = "";
  }
}

/** One in force, with the button that ends it. */
class Line implements Shown<WhisperView> {
  readonly element = make("li");
  readonly #end: (whisper: WhisperView) => Promise<void>;

  constructor(end: (whisper: WhisperView) => Promise<void>) {
    this.#end = end;
  }

  show(whisper: WhisperView): void {
    if (this.element.hasChildNodes()) return; // it never changes
    const lasts = whisper.lasts === "reply" ? words.whisper_reply : words.whisper_lesson;
    const facts = [whisper.teacher.name, lasts].filter(Boolean).join(" · ");
    const end = make("button", { type: "button", className: "small" }, words.whisper_end);
    end.setAttribute("aria-label", fill(words.whisper_end_of, { text: whisper.text }));
    end.addEventListener("click", () => void held(end, () => this.#end(whisper)));
    this.element.append(make("span", { className: "whisper-said" }, whisper.text, make("small", {}, facts)), end);
  }
}
