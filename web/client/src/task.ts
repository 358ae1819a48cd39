/** One homework of a student: its questions with the answers, photos, handing in, and what became of it. */
import "./styles/base.css";
import "./styles/sign.css";
import "./styles/tasks.css";
import { AskTutor } from "./asktutor.ts";
import { titleOf } from "./classfacts.ts";
import { confirmed } from "./confirm.ts";
import { showFiles } from "./figures.ts";
import { FilePictures } from "./filepictures.ts";
import { oneAtATime } from "./oneatatime.ts";
import { pointsText } from "./points.ts";
import type { OneSubmission, OneTask, SubmissionView } from "./protocol.ts";
import { tellReturned } from "./returned.ts";
import { connect, enter } from "./session.ts";
import { dateTime } from "./times.ts";
import { byId, complain, fill, held, sentenceOf, toast, words, write } from "./ui.ts";
import { showVersions } from "./versions.ts";
import { nameHandIn, WorkForm } from "./workform.ts";
import { barOf, dueText, progressOf, stateText } from "./workstate.ts";
import { writeInto } from "./written.ts";

const session = await enter("student");
const { api, user } = session;
const connection = connect(session);
const id = /[0-9a-f]{24}$/.exec(location.pathname)?.[0] ?? "";
const pictures = new FilePictures(api);
const tutor = new AskTutor(connection);
const again = byId<HTMLButtonElement>("again");
const withdraw = byId<HTMLButtonElement>("withdraw");
const load = oneAtATime(read);
let shown: OneTask | null = null;
let isWriting = false;

const form = new WorkForm({
  api,
  userId: user.id,
  about: id,
  more: () => ({ assignment_id: id }),
  handedIn: () => {
    isWriting = false;
    toast(words.hw_handed_in);
    void load().then(lookAtState);
  },
  ask: (question) => tutor.about("assignment", id, question.id, shown?.task.subject ?? "other"),
});

tellReturned(connection);
connection.on("assignment.changed", ({ assignment_id }) => assignment_id === id && void load());
connection.on("homework.progressed", ({ submission_id, done, of }) => {
  if (!shown || newestOf(shown)?.id !== submission_id) return;
  const changed = { state: "grading" as const, done, of };
  shown = { ...shown, submissions: shown.submissions.map((one) => (one.id === submission_id ? { ...one, ...changed } : one)) };
  showState(shown);
});
for (const name of ["homework.graded", "homework.released"] as const) {
  connection.on(name, ({ assignment_id }) => assignment_id === id && void load());
}
connection.onState((state) => state === "online" && void load());
again.addEventListener("click", () => {
  isWriting = true;
  if (shown) showForm(shown);
  byId("work").querySelector("textarea")?.focus();
});
withdraw.addEventListener("click", () => void held(withdraw, takeBack));
await load();

async function read(): Promise<void> {
  try {
    const first = shown === null;
    shown = await api.get<OneTask>(`homework/${id}`);
    const { task, draft, submissions } = shown;
    const newest = newestOf(shown);
    showTask(shown);
    // What somebody is writing is not written over.
    if (first || !isWriting) {
      const hasDraft = form.fill(task.questions, draft, newest ?? null);
      isWriting = task.may_hand_in && (hasDraft || newest === undefined || newest.state === "withdrawn");
    }
    showState(shown);
    showForm(shown);
    const others = submissions.filter((one) => one !== newest);
    showVersions(byId("versions"), others, task.questions, pictures);
    byId("versions-part").hidden = others.length === 0;
    byId("task-page").inert = false;
  } catch (error) {
    if (shown === null) write(byId("title"), sentenceOf(error));
    else complain(error);
  }
}

function showTask({ task }: OneTask): void {
  document.title = document.title.replace(/^.*(?= · )/, () => task.title);
  write(byId("title"), task.title);
  const facts = [titleOf(task.subject), fill(words.grade, { n: task.grade }), task.teacher_name, fill(words.hw_points_of, { n: pointsText(task.points) })];
  write(byId("facts"), facts.join(" · "));
  const isLate = task.due_at !== null && Date.parse(task.due_at) < Date.now();
  const due = task.may_hand_in || task.submission_id !== null ? dueText(task.due_at, isLate, task.may_hand_in ? task.late_share : 1) : words.hw_closed;
  write(byId("due-text"), due);
  byId("due").hidden = due === "";
  byId("due").toggleAttribute("data-late", isLate && task.submission_id === null);
  byId("about").hidden = task.text === "";
  writeInto(byId("about"), task.text);
  showFiles(byId("attachments"), task.files, pictures);
}

/** The version that counts: one that was taken back does so only when there is no other. */
function newestOf({ task, submissions }: OneTask): SubmissionView | undefined {
  return submissions.find((one) => one.id === task.submission_id) ?? submissions[0];
}

/** What became of the version that counts. */
function showState(one: OneTask): void {
  const { task } = one;
  const newest = newestOf(one);
  byId("state").hidden = newest === undefined;
  if (newest === undefined) return;
  const progress = progressOf(newest);
  byId("state").dataset["state"] = progress.state;
  write(byId("state-text"), stateText(progress));
  const late = newest.late_s > 0 ? ` · ${words.hw_late}` : "";
  write(byId("state-facts"), fill(words.hw_version_at, { n: newest.version, time: dateTime(newest.submitted_at) }) + late);
  const bar = barOf(progress);
  byId("state-bar").replaceChildren(...(bar ? [bar] : []));
  byId<HTMLAnchorElement>("to-result").href = `/homework/results/${newest.id}`;
  byId("to-result").hidden = !newest.released;
  withdraw.hidden = !task.may_withdraw;
}

function showForm({ task, submissions }: OneTask): void {
  const isFirst = submissions.length === 0;
  again.hidden = isWriting || !task.may_hand_in;
  nameHandIn(isFirst ? words.hw_hand_in : words.hw_hand_in_again);
  form.lock(!isWriting);
}

async function takeBack(): Promise<void> {
  const newest = shown && newestOf(shown);
  if (!newest || !(await confirmed(words.hw_withdraw, words.hw_withdraw_sure, words.hw_withdraw))) return;
  try {
    await api.post<OneSubmission>(`submissions/${newest.id}/withdraw`, {});
    toast(words.hw_withdrawn);
  } catch (error) {
    complain(error);
  }
  await load();
  lookAtState();
}

/** The buttons that led here are gone. */
function lookAtState(): void {
  byId("state-text").focus();
  scrollTo({ top: 0 });
}

