/** A student's homework: what is to do, what is being graded (live), what came back. */
import "./styles/base.css";
import "./styles/sign.css";
import "./styles/tasks.css";
import { KeyedList } from "./keyedlist.ts";
import { oneAtATime } from "./oneatatime.ts";
import type { Submissions, SubmissionView, Tasks } from "./protocol.ts";
import { tellReturned } from "./returned.ts";
import { connect, enter } from "./session.ts";
import { TaskRow } from "./taskrow.ts";
import { byId, complain, write } from "./ui.ts";
import { type Pile, rowsOf, type WorkRow } from "./workrows.ts";

const PILES: readonly Pile[] = ["todo", "waiting", "back"];
const PAGE = 100;

const session = await enter("student");
const { api } = session;
const connection = connect(session);
let rows: readonly WorkRow[] = [];

const load = oneAtATime(read);
const lists = new Map(
  PILES.map((pile) => [
    pile,
    new KeyedList<WorkRow, TaskRow>(byId(pile), {
      key: ({ key }) => key,
      compare: (one, other) => rows.findIndex(({ key }) => key === one.key) - rows.findIndex(({ key }) => key === other.key),
      make: () => new TaskRow(),
    }),
  ]),
);

tellReturned(connection);
for (const name of ["assignment.changed", "homework.graded", "homework.released"] as const) connection.on(name, () => void load());
connection.on("homework.progressed", ({ submission_id, done, of }) => {
  const row = rows.find(({ submissionId }) => submissionId === submission_id);
  if (row) change({ ...row, state: "grading", done, of });
});
connection.onState((state) => state === "online" && void load());
await load();

async function read(): Promise<void> {
  try {
    const [tasks, submissions] = await Promise.all([api.get<Tasks>("homework"), allSubmissions()]);
    rows = rowsOf(tasks.items, submissions, Date.now());
    for (const pile of PILES) show(pile);
    byId("piles").inert = false;
  } catch (error) {
    complain(error);
  }
}

async function allSubmissions(): Promise<SubmissionView[]> {
  const found: SubmissionView[] = [];
  let next: string | null = null;
  do {
    const query: URLSearchParams = new URLSearchParams({ limit: String(PAGE), ...(next !== null && { cursor: next }) });
    const page: Submissions = await api.get<Submissions>(`submissions?${query}`);
    found.push(...page.items);
    ({ next } = page);
  } while (next !== null);
  return found;
}

function show(pile: Pile): void {
  const list = lists.get(pile);
  const own = rows.filter((row) => row.pile === pile);
  list?.replace(own);
  write(byId(`${pile}-count`), own.length > 0 ? String(own.length) : "");
  byId(`${pile}-part`).hidden = pile !== "todo" && own.length === 0;
  if (pile === "todo") byId("todo-empty").hidden = own.length > 0;
}

function change(row: WorkRow): void {
  rows = rows.map((one) => (one.key === row.key ? row : one));
  lists.get(row.pile)?.put(row);
}
