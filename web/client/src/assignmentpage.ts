/** The page of one assignment for its teacher: what came in, live; how it went; answers that are alike; results. */
import "./styles/base.css";
import "./styles/sign.css";
import "./styles/teacher.css";
import "./styles/desks.css";
import "./styles/room.css";
import "./styles/homework.css";
import { factsOf } from "./classfacts.ts";
import { confirmed } from "./confirm.ts";
import { clientId } from "./ids.ts";
import { Lookalikes } from "./lookalikes.ts";
import { pointsText } from "./points.ts";
import type { AssignmentView, OneAssignment, ReviewQueue, Similar, Statistics } from "./protocol.ts";
import { HandedIn } from "./handedin.ts";
import { askCost, exportTable, releaseAll } from "./batches.ts";
import { drawStatistics } from "./statscharts.ts";
import { drawSimilar } from "./similarpairs.ts";
import { connect, enter, toSignIn } from "./session.ts";
import { dateTime } from "./times.ts";
import { byId, complain, fill, held, inOneLine, sentenceOf, words } from "./ui.ts";

/** News come in crowds: one reading answers them all. */
const TOGETHER_MS = 400;
const STATES: Readonly<Record<AssignmentView["state"], string>> = {
  draft: words.assign_state_draft,
  scheduled: words.assign_state_scheduled,
  published: words.assign_state_published,
  closed: words.assign_state_closed,
};

const session = await enter("teacher");
const { api } = session;
const id = /[0-9a-f]{24}/.exec(location.pathname)?.[0] ?? "";
const path = (rest = ""): string => `assignments/${id}${rest}`;
const handedIn = new HandedIn(id);
const lookalikes = new Lookalikes(api, id, () => readAll().catch(complain));
let queue: ReviewQueue = { items: [], missing: [] };
let timer: ReturnType<typeof setTimeout> | undefined;

api.onSignedOut(toSignIn);
const connection = connect(session);
connection.onState((state) => state === "online" && void follow().catch(complain));
for (const name of ["submission.changed", "appeal.added", "appeal.settled"] as const) connection.on(name, soon);
on("release-all", async () => {
  if (await releaseAll(api, id, queue.items)) await readAll();
});
on("regrade", async () => {
  if (await askCost(api, id)) await readQueue();
});
on("csv", () => exportTable(api, id, "csv", byId("assignment-name").textContent ?? ""));
on("xlsx", () => exportTable(api, id, "xlsx", byId("assignment-name").textContent ?? ""));
on("close", async () => {
  if (!(await confirmed(words.assign_close, words.assign_close_sure, words.assign_close))) return;
  show((await api.post<OneAssignment>(path("/close"), {})).assignment);
});
on("copy", async () => {
  const made = await api.post<OneAssignment>(path("/copy"), { client_id: clientId() });
  location.assign(`/teacher/homework/${made.assignment.id}/edit`);
});
byId("groups-part").addEventListener("toggle", () => byId<HTMLDetailsElement>("groups-part").open && void lookalikes.load().catch(complain));
byId("similar-part").addEventListener("toggle", () => byId<HTMLDetailsElement>("similar-part").open && void similar().catch(complain));
try {
  const { assignment } = await api.get<OneAssignment>(path());
  show(assignment);
  lookalikes.about(assignment.questions);
  await readAll();
  byId("overview").inert = false;
} catch (error) {
  byId("assignment-facts").textContent = sentenceOf(error);
  complain(error);
}

async function follow(): Promise<void> {
  await connection.call("homework.watch", { assignment_id: id });
  await readQueue();
}

function soon(): void {
  clearTimeout(timer);
  timer = setTimeout(() => void readAll().catch(complain), TOGETHER_MS);
}

async function readAll(): Promise<void> {
  await readQueue();
  drawStatistics(await api.get<Statistics>(path("/statistics")));
  if (byId<HTMLDetailsElement>("groups-part").open) await lookalikes.load();
}

async function readQueue(): Promise<void> {
  queue = await api.get<ReviewQueue>(path("/queue"));
  handedIn.show(queue);
}

async function similar(): Promise<void> {
  drawSimilar(id, await api.get<Similar>(path("/similar")));
}

function show(view: AssignmentView): void {
  byId("assignment-name").textContent = view.title;
  document.title = view.title;
  byId("assignment-state").textContent = STATES[view.state];
  byId("assignment-state").dataset["state"] = view.state;
  const due = view.due_at ? fill(words.assign_due, { time: dateTime(view.due_at) }) : words.assign_no_due;
  const people = view.student_ids.length > 0 ? fill(words.assign_singles, { n: view.student_ids.length }) : "";
  const opens = view.state === "scheduled" && view.opens_at ? fill(words.assign_opens, { time: dateTime(view.opens_at) }) : "";
  const facts = [inOneLine(view.class_names), people, factsOf(view), opens, due, fill(words.assign_points, { points: pointsText(view.points) })];
  byId("assignment-facts").textContent = facts.filter(Boolean).join(" · ");
  byId<HTMLAnchorElement>("edit").href = `/teacher/homework/${id}/edit`;
  byId("close").hidden = view.state !== "published";
}

function on(button: string, act: () => Promise<void>): void {
  byId(button).addEventListener("click", () => void held(byId(button), () => act().catch(complain)));
}
