/** One homework in the student's list. Used by tasks.ts. */
import { titleOf } from "./classfacts.ts";
import { pointsText } from "./points.ts";
import { ago } from "./times.ts";
import { fill, fromTemplate, make, part, words, write } from "./ui.ts";
import type { WorkRow } from "./workrows.ts";
import { barOf, dueText, stateText } from "./workstate.ts";

export class TaskRow {
  readonly element = fromTemplate("task");

  show(row: WorkRow): void {
    part<HTMLAnchorElement>(this.element, "a").href = row.href;
    this.element.dataset["state"] = row.state;
    write(part(this.element, ".task-title"), row.title || words.hw_own);
    const count = row.questions > 0 ? fill(words.hw_questions, { n: row.questions }) : "";
    const facts = [titleOf(row.subject), row.teacher, count];
    write(part(this.element, ".task-facts"), facts.filter(Boolean).join(" · "));
    const state = part(this.element, ".task-state");
    write(state, row.pile === "todo" ? dueOf(row) : stateOf(row));
    state.toggleAttribute("data-late", row.pile === "todo" && row.isLate);
    part(this.element, ".task-late").hidden = row.pile === "todo" || !row.isLate;
    this.#showBar(row);
    this.#showPoints(row);
  }

  #showBar(row: WorkRow): void {
    const place = part(this.element, ".task-bar");
    const bar = barOf(row);
    const shown = place.querySelector("progress");
    if (bar && shown) [shown.max, shown.value] = [bar.max, bar.value];
    else place.replaceChildren(...(bar ? [bar] : []));
  }

  #showPoints({ earned }: WorkRow): void {
    const place = part(this.element, ".task-points");
    if (earned === null || earned.points === null) place.replaceChildren();
    else place.replaceChildren(make("b", {}, pointsText(earned.points)), ` / ${pointsText(earned.max_points)}`);
  }
}

function dueOf({ due, isLate, isOpen, lateShare, state }: WorkRow): string {
  if (!isOpen) return words.hw_closed;
  const text = dueText(due, isLate, lateShare) || words.hw_any_time;
  return state === "withdrawn" ? `${words.hw_withdrawn} · ${text}` : text;
}

function stateOf(row: WorkRow): string {
  return row.pile === "back" ? ago(row.submittedAt) : stateText(row);
}
