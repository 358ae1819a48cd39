/** How an assignment went, in charts: results by tenths of the points, questions from hard to easy, how often teachers
 *  kept what was proposed. Every chart says in words what it shows. Used by assignmentpage.ts. */
import { percent, pointsText } from "./points.ts";
import type { CriterionAgreement, QuestionStatistics, Statistics } from "./protocol.ts";
import { byId, fill, make, words } from "./ui.ts";
import { writeInto } from "./written.ts";

const KINDS = ["full", "part", "none", "undecided"] as const;

export function drawStatistics(stats: Statistics): void {
  byId("stats-part").hidden = stats.handed_in === 0;
  byId("stats-facts").replaceChildren(...factsOf(stats).map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value))));
  drawBins(stats);
  const hardest = [...stats.questions].sort((a, b) => (a.mean_share ?? 2) - (b.mean_share ?? 2));
  byId("question-bars").replaceChildren(...hardest.map(questionBar));
  byId("agreement-part").hidden = stats.agreement.every(({ ruled }) => ruled === 0);
  byId("agreement-bars").replaceChildren(...stats.agreement.filter(({ ruled }) => ruled > 0).map(agreementBar));
}

function factsOf({ mean, median, best, worst, max_points, late, released, handed_in }: Statistics): [string, string][] {
  const of = (points: number | null): string => (points === null ? "–" : `${pointsText(points)}/${pointsText(max_points)}`);
  return [
    [words.mark_mean, of(mean)],
    [words.mark_median, of(median)],
    [words.mark_best, of(best)],
    [words.mark_worst, of(worst)],
    [words.mark_late_count, String(late)],
    [words.mark_back_count, `${released}/${handed_in}`],
  ];
}

/** One column for each tenth; the last is that of all points. */
function drawBins({ bins, max_points }: Statistics): void {
  const most = Math.max(1, ...bins);
  const columns = bins.map((count, index) => {
    const range = rangeOf(index, bins.length, max_points);
    const column = make("li", { className: "bin" });
    const bar = make("i", { className: "bin-bar" });
    bar.style.blockSize = `${Math.round((count / most) * 100)}%`;
    column.append(
      make("span", { className: "visually-hidden" }, fill(words.mark_bin, { range, n: count })),
      make("span", { className: "bin-count", ariaHidden: "true" }, count ? String(count) : ""),
      make("span", { className: "bin-space", ariaHidden: "true" }, bar),
      make("span", { className: "bin-name", ariaHidden: "true" }, range),
    );
    return column;
  });
  byId("bins").replaceChildren(...columns);
}

/** "3–4": the points of a column. */
function rangeOf(index: number, bins: number, most: number): string {
  if (bins > 10 && index === bins - 1) return pointsText(most);
  const steps = bins > 10 ? bins - 1 : bins;
  return `${pointsText((index * most) / steps)}–${pointsText(((index + 1) * most) / steps)}`;
}

function questionBar(question: QuestionStatistics): HTMLElement {
  const all = Math.max(1, KINDS.reduce((sum, kind) => sum + question[kind], 0));
  const bar = make("span", { className: "stack", ariaHidden: "true" });
  for (const kind of KINDS) {
    const piece = make("i");
    piece.dataset["kind"] = kind;
    piece.style.inlineSize = `${(question[kind] / all) * 100}%`;
    bar.append(piece);
  }
  const share = question.mean_share === null ? "–" : percent(question.mean_share);
  const counts = fill(words.mark_question_counts, { full: question.full, part: question.part, none: question.none, undecided: question.undecided });
  const common = question.commonest.length > 0 ? make("small", {}, fill(words.mark_commonest, { answers: question.commonest.join("；") })) : "";
  const asked = make("span", { className: "bar-text" });
  writeInto(asked, question.question);
  const head = make("div", { className: "bar-head" }, make("b", {}, fill(words.assign_question, { n: question.number })), asked, make("b", { className: "bar-share" }, share));
  return make("li", {}, head, bar, make("small", { className: "bar-facts" }, counts), common);
}

function agreementBar({ question_number, criterion, ruled, kept, off }: CriterionAgreement): HTMLElement {
  const bar = make("span", { className: "stack", ariaHidden: "true" });
  const piece = make("i");
  piece.dataset["kind"] = "full";
  piece.style.inlineSize = `${(kept / ruled) * 100}%`;
  bar.append(piece);
  const name = [fill(words.assign_question, { n: question_number }), criterion].filter(Boolean).join(" · ");
  const facts = fill(words.mark_agreement, { kept, ruled, off: pointsText(off) });
  const head = make("p", { className: "bar-head" }, make("span", { className: "bar-text" }, name), make("b", { className: "bar-share" }, percent(kept / ruled)));
  return make("li", {}, head, bar, make("small", { className: "bar-facts" }, facts));
}
