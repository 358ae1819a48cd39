/** Shows a Markdown answer while it arrives. Blocks that can no longer change are written once and never touched again;
 *  only the last, open block is parsed again, at most once a frame. Used by the view of a room. */
import morphdom from "morphdom";
import { finalBlocks } from "./blocks.ts";
import { elements, markdown } from "./markdown.ts";
import { typeset } from "./typeset.ts";

/** After a rendering that took t ms the next one waits this many times t, so that a slow phone stays usable. */
const REST = 4;

export class AnswerStream {
  readonly root: HTMLElement;
  readonly #tail = document.createElement("div");
  #text = "";
  /** How many characters are in final blocks. */
  #written = 0;
  #ended = false;
  #frame = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #restUntil = 0;

  constructor(root: HTMLElement) {
    this.root = root;
    this.#tail.className = "tail";
    root.replaceChildren(this.#tail);
  }

  get text(): string {
    return this.#text;
  }

  /** Appends; drawn at the next frame. */
  push(text: string): void {
    if (this.#ended) return this.set(this.#text + text);
    this.#text += text;
    this.#plan();
  }

  /** No more text will come. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    cancelAnimationFrame(this.#frame);
    const rest = elements(markdown.render(this.#text.slice(this.#written), {}));
    typeset(rest);
    this.#tail.replaceWith(rest);
    this.#written = this.#text.length;
  }

  /** Shows a whole, final text. What is written already stays when the text begins with it. */
  set(text: string): void {
    if (this.#ended && text === this.#text) return;
    if (this.#ended || !text.startsWith(this.#text.slice(0, this.#written))) {
      this.root.replaceChildren(this.#tail);
      this.#written = 0;
    }
    this.#ended = false;
    this.#text = text;
    this.end();
  }

  #plan(): void {
    if (this.#frame || this.#timer !== undefined) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.#frame = requestAnimationFrame(() => this.#draw());
      },
      Math.max(0, this.#restUntil - performance.now()),
    );
  }

  #draw(): void {
    this.#frame = 0;
    const start = performance.now();
    this.#writeFinalBlocks();
    this.#drawTail();
    const now = performance.now();
    this.#restUntil = now + REST * (now - start);
  }

  #writeFinalBlocks(): void {
    const blocks = finalBlocks(markdown, this.#text.slice(this.#written));
    if (!blocks) return;
    const written = elements(blocks.html);
    typeset(written);
    this.#tail.before(written);
    this.#tail.replaceChildren();
    this.#written += blocks.length;
  }

  #drawTail(): void {
    const next = this.#tail.cloneNode(false) as HTMLElement;
    next.append(elements(markdown.render(this.#text.slice(this.#written), { open: true })));
    morphdom(this.#tail, next, { onBeforeElUpdated: (from, to) => !from.isEqualNode(to) && !isSameFormula(from, to) });
    typeset(this.#tail);
  }
}

/** `from` is set already, `to` still holds the formula's text. */
function isSameFormula(from: HTMLElement, to: HTMLElement): boolean {
  const { tex, display } = from.dataset;
  return tex !== undefined && tex === to.textContent && display === to.dataset["display"];
}
