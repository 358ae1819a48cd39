/** The page of a teacher's assignments: all of them or those of a class, and her templates. */
import "./styles/base.css";
import "./styles/sign.css";
import "./styles/teacher.css";
import "./styles/desks.css";
import "./styles/homework.css";
import { clientId } from "./ids.ts";
import { pointsText } from "./points.ts";
import type { AssignmentList, AssignmentRow, Classes, OneAssignment } from "./protocol.ts";
import { enter, toSignIn } from "./session.ts";
import { dateTime } from "./times.ts";
import { byId, complain, fill, fromTemplate, held, inOneLine, make, part, words } from "./ui.ts";

const PAGE = 30;
const STATES: Readonly<Record<AssignmentRow["state"], string>> = {
  draft: words.assign_state_draft,
  scheduled: words.assign_state_scheduled,
  published: words.assign_state_published,
  closed: words.assign_state_closed,
};

const wanted = new URLSearchParams(location.search).get("class_id") ?? "";
byId<HTMLAnchorElement>("new").href = newAddress(false, wanted); // it may be clicked before the list is there

const { api } = await enter("teacher");
const list = byId("assignments");
const classChoice = byId<HTMLSelectElement>("class-choice");
const more = byId<HTMLButtonElement>("more");
let next: string | null = null;
/** Counts the questions to the server, so that a late answer to an old one is dropped. */
let asked = 0;

api.onSignedOut(toSignIn);
more.addEventListener("click", () => void held(more, () => load().catch(complain)));
classChoice.addEventListener("change", again);
for (const radio of document.querySelectorAll("[name=kind]")) radio.addEventListener("change", again);
try {
  const { items } = await api.get<Classes>("classes");
  classChoice.append(...items.map(({ id, name }) => new Option(name, id)));
  classChoice.value = wanted;
  if (classChoice.selectedIndex < 0) classChoice.value = "";
  await load();
} catch (error) {
  complain(error);
}

function again(): void {
  next = null;
  load().catch(complain);
}

function isTemplates(): boolean {
  return part<HTMLInputElement>(document, "[name=kind]:checked").value === "templates";
}

async function load(): Promise<void> {
  const templates = isTemplates();
  const classId = templates ? "" : classChoice.value;
  const number = ++asked;
  const cursor = next;
  const query = new URLSearchParams({ limit: String(PAGE), ...(templates && { templates: "true" }), ...(classId && { class_id: classId }), ...(cursor !== null && { cursor }) });
  const page = await api.get<AssignmentList>(`assignments?${query}`);
  if (number !== asked) return;
  if (cursor === null) list.replaceChildren();
  list.append(...page.items.map((row) => (templates ? template(row) : item(row))));
  next = page.next;
  more.hidden = next === null;
  byId("class-filter").hidden = templates;
  byId("assignments-empty").hidden = templates || list.childElementCount > 0;
  byId("templates-empty").hidden = !templates || list.childElementCount > 0;
  byId<HTMLAnchorElement>("new").href = newAddress(templates, classId);
  byId("new-text").textContent = templates ? words.assign_new_template : words.assign_new;
}

function newAddress(templates: boolean, classId: string): string {
  const query = new URLSearchParams({ ...(templates && { template: "1" }), ...(classId && { class_id: classId }) });
  return `/teacher/homework/new${query.size > 0 ? `?${query}` : ""}`;
}

function item(row: AssignmentRow): HTMLElement {
  const element = fromTemplate("assignment-row");
  const isGiven = row.state === "published" || row.state === "closed";
  const link = part<HTMLAnchorElement>(element, "a");
  link.href = `/teacher/homework/${row.id}${isGiven ? "" : "/edit"}`;
  part(element, ".assignment-title").textContent = row.title;
  const state = part(element, ".state-chip");
  state.textContent = STATES[row.state];
  state.dataset["state"] = row.state;
  part(element, ".assignment-facts").textContent = factsOf(row);
  const counts = part(element, ".assignment-counts");
  counts.hidden = !isGiven;
  if (isGiven) counts.replaceChildren(...countsOf(row));
  return element;
}

function factsOf({ class_names, due_at, opens_at, points, state }: AssignmentRow): string {
  const opens = state === "scheduled" && opens_at ? fill(words.assign_opens, { time: dateTime(opens_at) }) : "";
  const due = due_at ? fill(words.assign_due, { time: dateTime(due_at) }) : words.assign_no_due;
  return [inOneLine(class_names), opens, due, fill(words.assign_points, { points: pointsText(points) })].filter(Boolean).join(" · ");
}

function countsOf({ students, handed_in, to_review, released }: AssignmentRow): HTMLElement[] {
  const bar = make("progress", { max: Math.max(1, students), value: handed_in });
  bar.ariaHidden = "true";
  const said = make("span", {}, fill(words.assign_handed_in, { n: handed_in, of: students }));
  const open = make("span", { className: to_review > 0 ? "to-review" : "" }, fill(words.assign_to_review, { n: to_review }));
  return [bar, said, open, make("span", {}, fill(words.assign_released, { n: released }))];
}

/** A template is opened to be changed, or used: then it is copied. */
function template(row: AssignmentRow): HTMLElement {
  const element = item({ ...row, state: "draft" });
  part(element, ".state-chip").hidden = true;
  part(element, ".assignment-facts").textContent = fill(words.assign_points, { points: pointsText(row.points) });
  const use = make("button", { type: "button", className: "small" }, words.assign_use);
  use.ariaLabel = fill(words.assign_use_of, { title: row.title });
  use.addEventListener("click", () =>
    void held(use, async () => {
      try {
        const made = await api.post<OneAssignment>(`assignments/${row.id}/copy`, { client_id: clientId() });
        location.assign(`/teacher/homework/${made.assignment.id}/edit`);
      } catch (error) {
        complain(error);
      }
    }),
  );
  element.append(use);
  return element;
}
