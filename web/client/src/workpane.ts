/** The left half of a review: what the student handed in, with the evidence of every point marked. Used by
 *  reviewpage.ts. */
import type { FilePictures } from "./filepictures.ts";
import { type Box, pagesOf } from "./pagepictures.ts";
import type { QuestionReview, Review } from "./protocol.ts";
import { type Quote, stretches } from "./quotes.ts";
import { byId, fill, make, words } from "./ui.ts";
import { writeInto } from "./written.ts";

const FORMULA = /\$|\\\(|\\\[/;
const SIZES = [0.5, 0.75, 1, 1.5, 2, 3];

/** The name of a criterion's evidence in the page. */
export function evidenceKey(questionId: string, criterionId: string): string {
  return `${questionId}:${criterionId}`;
}

export class WorkPane {
  readonly #pictures: FilePictures;
  readonly #place = byId("work");
  /** What stands there: drawn anew only when it is something else, so that nobody loses their place. */
  #shown = "";
  #size = SIZES.indexOf(1);

  constructor(pictures: FilePictures) {
    this.#pictures = pictures;
    byId("bigger").addEventListener("click", () => this.zoom(1));
    byId("smaller").addEventListener("click", () => this.zoom(-1));
  }

  show(review: Review): void {
    const { submission_id, answers, text, files, questions } = review;
    const quotes = questions.flatMap(quotesOf);
    const shown = JSON.stringify([submission_id, answers, text, files, quotes]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const typed = answers.filter((one) => one.text.trim());
    const parts = typed.map(({ question_id, text: answer }) => {
      const question = questions.find((one) => one.question_id === question_id);
      return typedPart(question_id, question ? fill(words.assign_question, { n: question.number }) : "", answer, question ? quotesOf(question) : []);
    });
    if (text.trim()) parts.push(typedPart("", words.mark_whole_text, text, quotes));
    byId("zoom").hidden = files.length === 0;
    this.#place.replaceChildren(...parts, ...pagesOf(files, questions.flatMap(boxesOf), this.#pictures));
    if (this.#place.childElementCount === 0) this.#place.append(make("p", { className: "empty" }, words.mark_no_answer));
    this.zoom(0);
  }

  /** Marks what belongs to a question, and the evidence of one of its criteria more; brings it to sight. */
  point(questionId: string, criterionId: string | null, scroll: boolean): void {
    const key = criterionId === null ? "" : evidenceKey(questionId, criterionId);
    for (const part of this.#place.querySelectorAll<HTMLElement>("[data-question]")) {
      part.classList.toggle("current", part.dataset["question"] === questionId);
    }
    for (const place of this.#place.querySelectorAll<HTMLElement>("[data-key]")) {
      place.classList.toggle("current", place.dataset["key"]!.split(" ").includes(key));
      place.classList.toggle("near", place.dataset["key"]!.split(" ").some((one) => one.split(":")[0] === questionId));
    }
    const there = this.#place.querySelector("[data-key].current") ?? this.#place.querySelector("[data-question].current, [data-key].near");
    if (scroll) there?.scrollIntoView({ block: "nearest" });
  }

  /** Shows pictures larger (1) or smaller (-1). */
  zoom(by: number): void {
    this.#size = Math.min(SIZES.length - 1, Math.max(0, this.#size + by));
    const size = SIZES[this.#size] ?? 1;
    for (const sheet of this.#place.querySelectorAll<HTMLElement>(".sheet")) sheet.style.inlineSize = `${size * 100}%`;
    byId("zoom-size").textContent = `${size * 100}%`;
    byId("bigger").ariaDisabled = String(this.#size === SIZES.length - 1);
    byId("smaller").ariaDisabled = String(this.#size === 0);
  }
}

function typedPart(questionId: string, title: string, text: string, quotes: readonly Quote[]): HTMLElement {
  const answer = make("p", { className: "answer-text" });
  for (const { text: piece, keys } of stretches(text, quotes)) {
    if (keys.length === 0) answer.append(piece);
    else {
      const mark = make("mark", {}, piece);
      mark.dataset["key"] = keys.join(" ");
      answer.append(mark);
    }
  }
  const part = make("article", { className: "typed" }, make("h3", {}, title), answer);
  part.dataset["question"] = questionId;
  if (FORMULA.test(text)) {
    const drawn = make("div", { className: "preview-text" });
    writeInto(drawn, text);
    part.append(make("div", { className: "preview" }, make("small", {}, words.mark_drawn), drawn));
  }
  return part;
}

function quotesOf({ question_id, awards }: QuestionReview): Quote[] {
  return awards.flatMap(({ criterion_id, evidence }) =>
    evidence?.quote && !evidence.place ? [{ quote: evidence.quote, start: evidence.start, key: evidenceKey(question_id, criterion_id) }] : [],
  );
}

function boxesOf({ question_id, number, place, awards }: QuestionReview): Box[] {
  const name = fill(words.assign_question, { n: number });
  const own = place ? [{ key: question_id, place, name }] : [];
  const evidence = awards.flatMap(({ criterion_id, criterion, evidence: found }) =>
    found?.place ? [{ key: evidenceKey(question_id, criterion_id), place: found.place, name: criterion || name }] : [],
  );
  return [...own, ...evidence];
}
