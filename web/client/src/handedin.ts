/** What was handed in for an assignment, the least certain first, and who has handed in nothing. Used by
 *  assignmentpage.ts. */
import { flagChip } from "./flags.ts";
import { KeyedList, type Shown } from "./keyedlist.ts";
import { percent, pointsText } from "./points.ts";
import type { QueueRow, ReviewQueue } from "./protocol.ts";
import { ago, lasting } from "./times.ts";
import { byId, fill, fromTemplate, inOneLine, make, part, words } from "./ui.ts";

type Placed = QueueRow & { readonly place: number };

export class HandedIn {
  readonly #rows: KeyedList<Placed>;

  constructor(assignmentId: string) {
    this.#rows = new KeyedList<Placed>(byId("queue"), {
      key: ({ student_id }) => student_id,
      compare: (one, other) => one.place - other.place,
      make: () => new Row(assignmentId),
    });
  }

  /** Shows the queue in the server's order. */
  show({ items, missing }: ReviewQueue): void {
    this.#rows.replace(items.map((row, place) => ({ ...row, place })));
    byId("queue-empty").hidden = items.length > 0;
    byId("missing-part").hidden = missing.length === 0;
    byId("missing-count").textContent = String(missing.length);
    byId("missing").textContent = inOneLine(missing);
    byId("count-in").textContent = `${items.length}/${items.length + missing.length}`;
    byId("count-review").textContent = String(items.filter(waits).length);
    byId("count-ready").textContent = String(items.filter(({ settled, released }) => settled && !released).length);
    byId("count-back").textContent = String(items.filter(({ released }) => released).length);
    byId("release-all").ariaDisabled = String(!items.some(({ settled, released }) => settled && !released));
    byId<HTMLAnchorElement>("review-first").hidden = items.length === 0;
    byId<HTMLAnchorElement>("review-first").href = part<HTMLAnchorElement>(byId("queue").firstElementChild ?? document, "a").href;
  }
}

/** Whether somebody has to look at it. */
function waits({ settled, released, state }: QueueRow): boolean {
  return !settled && !released && (state === "graded" || state === "needs_teacher" || state === "failed");
}

class Row implements Shown<Placed> {
  readonly element = fromTemplate<HTMLLIElement>("queue-row");
  readonly #assignmentId: string;

  constructor(assignmentId: string) {
    this.#assignmentId = assignmentId;
  }

  show(row: Placed): void {
    const { element } = this;
    part<HTMLAnchorElement>(element, "a").href = `/teacher/homework/${this.#assignmentId}/submissions/${row.submission_id}`;
    part(element, ".initial").textContent = [...row.student_name][0] ?? "";
    part(element, ".person-name").textContent = row.student_name;
    part(element, ".person-facts").textContent = factsOf(row);
    part(element, ".queue-points").textContent = row.points === null ? "–" : `${pointsText(row.points)}/${pointsText(row.max_points)}`;
    const state = part(element, ".state-chip");
    [state.dataset["state"], state.textContent] = stateOf(row);
    const doubt = part<HTMLElement>(element, ".doubt");
    doubt.hidden = !waits(row) || row.doubt === 0;
    part<HTMLElement>(doubt, "i").style.inlineSize = `${Math.round(row.doubt * 100)}%`;
    part(doubt, ".visually-hidden").textContent = fill(words.mark_doubt, { share: percent(row.doubt) });
    const flags = row.flags.map(flagChip);
    if (row.appeal) flags.unshift(make("span", { className: "flag appeal" }, words.mark_appeal));
    part(element, ".flags").replaceChildren(...flags);
  }
}

function factsOf({ submitted_at, late_s, version }: QueueRow): string {
  const since = Date.now() - Math.max(60, late_s) * 1000; // by a minute at least: less than one is "just now"
  const late = late_s > 0 ? fill(words.mark_late, { time: lasting(new Date(since).toISOString()) }) : "";
  return [ago(submitted_at), late, version > 1 ? fill(words.mark_version, { n: version }) : ""].filter(Boolean).join(" · ");
}

/** Its state for the looks of it, and in words. */
function stateOf(row: QueueRow): [string, string] {
  if (row.released) return ["released", words.mark_state_released];
  if (row.state === "pending" || row.state === "grading") return ["grading", words.mark_state_grading];
  if (row.state === "failed") return ["waits", words.mark_state_failed];
  if (row.settled) return ["ready", words.mark_state_ready];
  return ["waits", fill(words.mark_state_waits, { n: row.to_review })];
}
