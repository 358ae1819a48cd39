/** Everything that teachers ruled about a submission, as it was said. Used by reviewpage.ts. */
import { pointsText } from "./points.ts";
import type { HistoryLine } from "./protocol.ts";
import { dateTime } from "./times.ts";
import { byId, fill, make, words } from "./ui.ts";

export function drawHistory(lines: readonly HistoryLine[]): void {
  byId("history-part").hidden = lines.length === 0;
  byId("history").replaceChildren(...lines.map(row));
}

function row(line: HistoryLine): HTMLElement {
  const about = [line.question_number === null ? words.mark_whole : fill(words.assign_question, { n: line.question_number }), line.criterion];
  const head = make("small", {}, [dateTime(line.at), line.teacher_name, line.in_group ? words.mark_in_group : ""].filter(Boolean).join(" · "));
  return make("li", {}, head, make("p", {}, [...about.filter(Boolean), sentence(line)].join(" · ")));
}

function sentence({ kind, before, points, comment }: HistoryLine): string {
  const said = comment ? fill(words.mark_said, { text: comment }) : "";
  if (kind === "comment") return said || words.mark_comment_gone;
  const word = kind === "accept" ? words.mark_accepted : words.mark_changed;
  return [fill(word, { before: pointsText(before), points: pointsText(points) }), said].filter(Boolean).join(" · ");
}
