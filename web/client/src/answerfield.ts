/** One question of homework with the place for its answer; formulas are shown as they will be read. Used by
 *  workform.ts. */
import { hasMath } from "./mathtext.ts";
import { pointsText } from "./points.ts";
import type { AskedQuestion } from "./protocol.ts";
import { fill, fromTemplate, part, words } from "./ui.ts";
import { writeInto } from "./written.ts";

const ROWS: Partial<Record<AskedQuestion["kind"], number>> = { choice: 1, judge: 1, text: 6 };
const PREVIEW_MS = 150;

/** Shows the formulas of what is typed below the box, while there are any. */
export function preview(box: HTMLTextAreaElement, place: HTMLElement): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const show = (): void => {
    place.hidden = !hasMath(box.value);
    if (!place.hidden) writeInto(part(place, ".preview-text"), box.value, true);
  };
  box.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(show, PREVIEW_MS);
  });
  return show;
}

export class AnswerField {
  readonly element = fromTemplate("question");
  readonly id: string;
  readonly number: number;
  readonly #box = part<HTMLTextAreaElement>(this.element, ".answer-box");
  readonly #show = preview(this.#box, part(this.element, ".preview"));

  /** @param ask leads to the tutor; null where there is no assignment to ask about */
  constructor(question: AskedQuestion, changed: () => void, ask: (() => Promise<void>) | null) {
    this.id = question.id;
    this.number = question.number;
    part(this.element, ".question-number").textContent = fill(words.hw_question, { n: question.number });
    part(this.element, ".question-points").textContent = fill(words.hw_points_of, { n: pointsText(question.points) });
    writeInto(part(this.element, ".question-text"), question.text);
    this.#box.id = `answer-${question.id}`;
    this.#box.rows = ROWS[question.kind] ?? 3;
    const label = part<HTMLLabelElement>(this.element, "label");
    label.htmlFor = this.#box.id;
    label.textContent = fill(words.hw_answer_to, { n: question.number });
    this.#box.addEventListener("input", changed);
    const button = part<HTMLButtonElement>(this.element, "[data-do=ask]");
    button.hidden = ask === null;
    if (ask) button.addEventListener("click", () => void ask());
  }

  get value(): string {
    return this.#box.value.trim();
  }

  set value(text: string) {
    this.#box.value = text;
    this.#show();
  }

  /** What was handed in is only read. */
  set isLocked(locked: boolean) {
    this.#box.readOnly = locked;
    this.#box.hidden = locked && !this.#box.value;
  }

  focus(): void {
    this.#box.focus();
  }
}
