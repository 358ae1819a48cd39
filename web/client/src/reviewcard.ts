/** One question of a submission on the teacher's desk: the answer beside its key, criteria with proposed points, a
 *  comment, an appeal. Used by rubricpane.ts. */
import { AwardRow } from "./awardrow.ts";
import { flagChip } from "./flags.ts";
import { renderInto } from "./markdown.ts";
import { percent, pointsText } from "./points.ts";
import type { QuestionReview } from "./protocol.ts";
import type { Wish } from "./rulings.ts";
import { data, fill, fromTemplate, make, part, words } from "./ui.ts";
import { writeInto } from "./written.ts";

export interface CardNews {
  rule(wish: Wish): void;
  /** The teacher looks at this question, and at one of its criteria. */
  look(questionId: string, criterionId: string | null): void;
}

const BADGES: Readonly<Record<QuestionReview["by"], string>> = {
  calculation: words.mark_by_calculation,
  model: words.mark_by_model,
  nobody: words.mark_by_nobody,
};

export class ReviewCard {
  readonly element = fromTemplate<HTMLLIElement>("review-card");
  readonly rows: readonly AwardRow[];
  readonly question: QuestionReview;
  readonly #news: CardNews;

  constructor(question: QuestionReview, typed: boolean, news: CardNews) {
    this.question = question;
    this.#news = news;
    const { question_id } = question;
    this.element.dataset["question"] = question_id;
    this.rows = question.awards.map(
      (award) =>
        new AwardRow(award, {
          give: (points) => news.rule({ kind: "change", question_id, criterion_id: award.criterion_id, points }),
          look: () => news.look(question_id, award.criterion_id),
        }),
    );
    this.#head();
    this.#facts(typed);
    part(this.element, ".awards").replaceChildren(...this.rows.map(({ element }) => element));
    const accept = part(this.element, "[data-do=accept]");
    accept.hidden = !this.canAccept;
    accept.addEventListener("click", () => this.accept());
    this.#comment();
    this.element.addEventListener("click", () => news.look(question_id, null));
  }

  /** Whether every criterion has a proposal. */
  get canAccept(): boolean {
    return this.question.awards.length > 0 && this.question.awards.every(({ proposed }) => proposed !== null);
  }

  accept(): void {
    if (this.canAccept) this.#news.rule({ kind: "accept", question_id: this.question.question_id });
  }

  /** Goes into the comment. */
  write(): void {
    const box = this.#box;
    part<HTMLDetailsElement>(this.element, ".comment-part").open = true;
    box.focus();
    box.setSelectionRange(box.value.length, box.value.length);
  }

  /** What is written as a comment and not sent yet; null when there is nothing new. */
  get unsent(): string | null {
    const text = this.#box.value.trim();
    return text === this.question.comment ? null : text;
  }

  /** Puts back what was being written before the card was drawn anew. */
  restore(text: string, focused: boolean): void {
    this.#box.value = text;
    part<HTMLDetailsElement>(this.element, ".comment-part").open = true;
    if (focused) this.write();
  }

  get #box(): HTMLTextAreaElement {
    return part<HTMLTextAreaElement>(this.element, "[name=comment]");
  }

  #head(): void {
    const { number, points, max_points, settled, by, flags, confidence, question } = this.question;
    part(this.element, ".card-title").textContent = fill(words.assign_question, { n: number });
    part(this.element, ".card-points").textContent = `${pointsText(points)}/${pointsText(max_points)}`;
    this.element.dataset["settled"] = String(settled);
    const sure = by === "model" ? ` ${percent(confidence)}` : "";
    const badge = make("span", { className: "by" }, BADGES[by] + sure);
    badge.dataset["by"] = by;
    const names = flags.map(flagChip);
    part(this.element, ".card-marks").replaceChildren(badge, ...names, ...(settled ? [make("span", { className: "settled" }, words.mark_settled)] : []));
    writeInto(part(this.element, ".card-question"), question);
  }

  /** What is known of the answer; each line only where there is something. */
  #facts(typed: boolean): void {
    const { key, notes, answer, reason, error, explanation, expected_tex, answer_tex, wrong_line, knowledge } = this.question;
    const tex = (text: string): string => (text ? `$${text}$` : "");
    const lines: [string, string][] = [
      [words.mark_read_as, typed ? "" : answer],
      [words.mark_compared, answer_tex && expected_tex ? `${tex(answer_tex)}　↔　${tex(expected_tex)}` : ""],
      [words.mark_wrong_line, wrong_line === null ? "" : String(wrong_line)],
      [words.mark_key, key],
      [words.mark_notes, notes],
      [words.mark_error, data.reasons[reason] ?? ""],
      [words.mark_error, error],
      [words.mark_knowledge, knowledge.join("、")],
    ];
    const shown = lines.filter(([, text]) => text).flatMap(([name, text]) => fact(name, (place) => writeInto(place, text)));
    if (explanation) shown.push(...fact(words.mark_explanation, (place) => renderInto(place, explanation)));
    part(this.element, ".card-facts").replaceChildren(...shown);
  }

  #comment(): void {
    const { comment, question_id } = this.question;
    const box = this.#box;
    box.value = comment;
    part<HTMLDetailsElement>(this.element, ".comment-part").open = comment !== "";
    const send = (): void => {
      const text = this.unsent;
      if (text !== null) this.#news.rule({ kind: "comment", question_id, comment: text });
    };
    part(this.element, "[data-do=comment]").addEventListener("click", send);
    box.addEventListener("keydown", (event) => {
      if (event.key === "Escape") part(this.element, ".card-title").focus();
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        send();
        part(this.element, ".card-title").focus();
      }
    });
  }
}

/** A line of what is known. */
function fact(name: string, show: (place: HTMLElement) => void): HTMLElement[] {
  const said = make("dd");
  show(said);
  return [make("dt", {}, name), said];
}
