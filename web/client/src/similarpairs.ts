/** Answers that are nearly the same, as a hint to look and nothing more. Used by assignmentpage.ts. */
import { percent } from "./points.ts";
import type { Similar, SimilarPair } from "./protocol.ts";
import { byId, fill, make, words } from "./ui.ts";

export function drawSimilar(assignmentId: string, { pairs }: Similar): void {
  byId("similar-empty").hidden = pairs.length > 0;
  byId("similar").replaceChildren(...pairs.map((pair) => row(assignmentId, pair)));
}

function row(assignmentId: string, pair: SimilarPair): HTMLElement {
  const link = (id: string, name: string): HTMLElement =>
    make("a", { href: `/teacher/homework/${assignmentId}/submissions/${id}` }, name);
  const names = make("p", {}, link(pair.first_submission_id, pair.first_student), " – ", link(pair.second_submission_id, pair.second_student));
  const facts = fill(words.mark_alike, { n: pair.question_number, share: percent(pair.share) });
  return make("li", {}, names, make("small", {}, facts), make("q", { className: "similar-passage" }, pair.passage));
}
