/** One question of a result: the answer as it was read, the points with their evidence, why, and what to do about it.
 *  Used by result.ts. */
import { AppealThread } from "./appeal.ts";
import { byPicture } from "./crop.ts";
import { linesOf } from "./evidence.ts";
import { figure } from "./figures.ts";
import type { FilePictures } from "./filepictures.ts";
import { renderInto } from "./markdown.ts";
import { pointsText } from "./points.ts";
import type { FileView, PlaceView, QuestionResult } from "./protocol.ts";
import type { Connection } from "./socket.ts";
import { data, fill, fromTemplate, held, icon, make, part, words, write } from "./ui.ts";
import { formulaOf, inline, writeInto } from "./written.ts";

export interface CardOptions {
  readonly connection: Connection;
  readonly pictures: FilePictures;
  readonly userId: string;
  readonly submissionId: string;
  /** Whether there is a teacher to ask about the points. */
  readonly appeals: boolean;
  /** Leads to the tutor with the question. */
  ask(): Promise<void>;
}

/** The drawing of each badge. */
const BADGES = { calculation: "check", teacher: "person", model: "mark", nobody: "help" } as const;

export class ResultCard {
  readonly element = fromTemplate("question-result");
  readonly #options: CardOptions;
  #thread: AppealThread | null = null;

  constructor(options: CardOptions) {
    this.#options = options;
    const ask = part<HTMLButtonElement>(this.element, "[data-do=ask]");
    ask.addEventListener("click", () => void held(ask, () => options.ask()));
    part(this.element, "[data-do=appeal]").hidden = !options.appeals;
  }

  show(question: QuestionResult, files: readonly FileView[]): void {
    const { element } = this;
    element.dataset["questionId"] = question.question_id;
    element.dataset["mark"] = markOf(question);
    write(part(element, ".question-number"), fill(words.hw_question, { n: question.number }));
    this.#showPoints(question);
    this.#showBadge(question.checked_by);
    writeInto(part(element, ".question-text"), question.question);
    this.#showAnswer(question);
    this.#showFigures(question, files);
    this.#showAwards(question);
    this.#showWhy(question);
    if (this.#options.appeals) this.#showAppeal(question);
  }

  /** The connection is a new one. */
  listenAgain(): void {
    this.#thread?.listenAgain();
  }

  #showPoints({ points, max_points }: QuestionResult): void {
    const place = part(this.element, ".question-points");
    if (points === null) place.replaceChildren(words.hw_no_points);
    else place.replaceChildren(make("b", {}, pointsText(points)), ` / ${pointsText(max_points)}`);
  }

  #showBadge(checkedBy: QuestionResult["checked_by"]): void {
    const names = { calculation: words.hw_by_calculation, teacher: words.hw_by_teacher, model: words.hw_by_model, nobody: words.hw_by_nobody };
    const badge = part(this.element, ".checked-by");
    badge.dataset["by"] = checkedBy;
    badge.replaceChildren(icon(BADGES[checkedBy]), make("span", {}, names[checkedBy]));
  }

  /** What was read, line by line: what points rest on is marked, and the line that went wrong. */
  #showAnswer(question: QuestionResult): void {
    const { answer, answer_tex, awards, wrong_line } = question;
    const quotes = awards.flatMap(({ evidence }) => evidence ?? []);
    const lines = linesOf(answer, quotes, hasAll(question) ? null : wrong_line).map(({ stretches, wrong }) => {
      const line = make("p", { className: "line" }, ...stretches.map(({ text, marked }) => (marked ? make("mark", {}, inline(text)) : inline(text))));
      if (wrong) line.append(make("span", { className: "wrong-note" }, icon("flag"), make("span", {}, words.hw_wrong_line)));
      line.toggleAttribute("data-wrong", wrong);
      return line;
    });
    part(this.element, ".answer-text").replaceChildren(...(answer ? lines : [make("p", { className: "muted" }, words.hw_no_answer)]));
    part(this.element, ".read-as").hidden = answer_tex === "";
    part(this.element, ".read-as-tex").replaceChildren(...(answer_tex ? [formulaOf(answer_tex)] : []));
  }

  #showFigures({ place, awards }: QuestionResult, files: readonly FileView[]): void {
    const exact = awards.flatMap(({ evidence }) => evidence?.place ?? []);
    const places: PlaceView[] = exact.length > 0 ? exact : place ? [place] : [];
    const figures = [...byPicture(places)].flatMap(([key, boxes]) => {
      const [first] = boxes;
      const file = files.find(({ id }) => first !== undefined && key.startsWith(`${id}:`));
      return file && first ? [figure({ file, number: first.page }, boxes, this.#options.pictures)] : [];
    });
    part(this.element, ".figures").replaceChildren(...figures);
  }

  /** A question with no criteria of its own has said everything with its points. */
  #showAwards({ awards }: QuestionResult): void {
    const list = part(this.element, ".awards");
    const told = awards.filter(({ criterion }) => criterion !== "");
    list.hidden = told.length === 0;
    list.replaceChildren(
      ...told.map(({ criterion, points, max_points, evidence }) => {
        const item = make("li", { className: "award" }, make("span", { className: "award-text" }, criterion));
        item.append(make("span", { className: "award-points" }, make("b", {}, pointsText(points)), ` / ${pointsText(max_points)}`));
        if (evidence?.quote) item.append(make("q", { className: "award-quote" }, inline(evidence.quote, true)));
        return item;
      }),
    );
  }

  /** A teacher may have given all points for what was first found wrong: then nothing is. */
  #showWhy(question: QuestionResult): void {
    const { reason, error, explanation, comment, solution, knowledge } = question;
    const sentence = hasAll(question) ? "" : [data.reasons[reason] ?? "", error].filter(Boolean).join(" ");
    const why = part(this.element, ".why-text");
    why.hidden = sentence === "";
    write(why, sentence);
    this.#fold(".explanation", explanation, (place) => renderInto(place, explanation));
    this.#fold(".teacher-comment", comment, (place) => writeInto(place, comment));
    this.#fold(".solution", solution, (place) => writeInto(place, solution, true));
    const list = part(this.element, ".knowledge");
    list.hidden = knowledge.length === 0;
    list.replaceChildren(...knowledge.map((name) => make("li", {}, name)));
  }

  #fold(selector: string, text: string, show: (place: HTMLElement) => void): void {
    const frame = part(this.element, selector);
    frame.hidden = text === "";
    if (text) show(part(frame, ".fold-body"));
  }

  #showAppeal(question: QuestionResult): void {
    const { connection, submissionId, userId } = this.#options;
    this.#thread ??= new AppealThread(this.element, connection, { submissionId, userId, questionId: question.question_id });
    this.#thread.show(question.appeal);
  }
}

/** How the question went, for its colour. */
function markOf(question: QuestionResult): string {
  if (question.points === null) return "open";
  return hasAll(question) ? "full" : question.points > 0 ? "part" : "none";
}

function hasAll({ points, max_points }: QuestionResult): boolean {
  return points !== null && points >= max_points;
}
