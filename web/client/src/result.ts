/** What came back of one piece of homework: points, why, what the teacher said; until then, how far it is. */
import "./styles/base.css";
import "./styles/sign.css";
import "./styles/room.css";
import "./styles/tasks.css";
import "./styles/results.css";
import { AskTutor } from "./asktutor.ts";
import { titleOf } from "./classfacts.ts";
import { showFiles } from "./figures.ts";
import { FilePictures } from "./filepictures.ts";
import { ApiError } from "./live/fault.ts";
import { oneAtATime } from "./oneatatime.ts";
import { percent, pointsText } from "./points.ts";
import type { OneSubmission, Result, SubmissionView } from "./protocol.ts";
import { ResultCard } from "./resultcard.ts";
import { tellReturned } from "./returned.ts";
import { connect, enter } from "./session.ts";
import { dateTime } from "./times.ts";
import { byId, complain, fill, sentenceOf, toast, words, write } from "./ui.ts";
import { work } from "./versions.ts";
import { barOf, progressOf, stateText } from "./workstate.ts";
import { writeInto } from "./written.ts";

const session = await enter("student");
const { api, user } = session;
const connection = connect(session);
const id = /[0-9a-f]{24}$/.exec(location.pathname)?.[0] ?? "";
const pictures = new FilePictures(api);
const tutor = new AskTutor(connection);
const cards = new Map<string, ResultCard>();
const load = oneAtATime(read);
let submission: SubmissionView | null = null;

tellReturned(connection, (submissionId) => submissionId === id);
connection.on("homework.progressed", ({ submission_id, done, of }) => {
  if (submission_id === id && submission) showWaiting((submission = { ...submission, state: "grading", done, of }));
});
for (const name of ["homework.graded", "homework.released"] as const) {
  connection.on(name, ({ submission_id }) => submission_id === id && void load());
}
connection.onState((state) => {
  if (state !== "online") return;
  void load();
  for (const card of cards.values()) card.listenAgain();
});
await load();

async function read(): Promise<void> {
  try {
    submission = (await api.get<OneSubmission>(`submissions/${id}`)).submission;
    showHead(submission);
    const result = await resultOf();
    if (result) showResult(result, submission);
    else showWaiting(submission);
    byId("result-page").inert = false;
  } catch (error) {
    if (submission === null) write(byId("title"), sentenceOf(error));
    else complain(error);
  }
}

/** The result; null while it is not back. */
async function resultOf(): Promise<Result | null> {
  try {
    return await api.get<Result>(`submissions/${id}/result`);
  } catch (error) {
    if (error instanceof ApiError && (error.code === "not_released" || error.code === "not_graded_yet")) return null;
    throw error;
  }
}

function showHead(one: SubmissionView): void {
  const title = one.title || words.hw_own;
  document.title = document.title.replace(/^.*(?= · )/, () => title);
  write(byId("title"), title);
  const late = one.late_s > 0 ? ` · ${words.hw_late}` : "";
  const own = one.assignment_id === null;
  const at = dateTime(one.submitted_at);
  const handedIn = own ? [titleOf(one.subject), fill(words.grade, { n: one.grade }), at].join(" · ") : fill(words.hw_version_at, { n: one.version, time: at });
  write(byId("facts"), handedIn + late);
  const back = byId<HTMLAnchorElement>("to-task");
  back.hidden = own;
  if (!own) back.href = `/homework/${one.assignment_id}`;
}

function showWaiting(one: SubmissionView): void {
  byId("waiting").hidden = false;
  byId("result").hidden = true;
  const progress = progressOf(one);
  byId("waiting").dataset["state"] = progress.state;
  write(byId("waiting-text"), stateText(progress));
  const bar = barOf(progress);
  const shown = byId("waiting-bar").querySelector("progress");
  if (bar && shown) [shown.max, shown.value] = [bar.max, bar.value];
  else byId("waiting-bar").replaceChildren(...(bar ? [bar] : []));
  if (byId("waiting-work").childElementCount === 0) byId("waiting-work").append(work(one, [], pictures));
}

function showResult(result: Result, one: SubmissionView): void {
  if (!byId("waiting").hidden) toast(words.hw_released); // it came while somebody waited for it
  byId("waiting").hidden = true;
  byId("result").hidden = false;
  const { points, max_points, late_share, comment } = result;
  byId("score").toggleAttribute("data-none", points === null);
  write(byId("points"), points === null ? words.hw_no_points : pointsText(points));
  write(byId("most"), points === null ? "" : `/ ${pointsText(max_points)}`);
  write(byId("late-note"), points !== null && late_share < 1 ? fill(words.hw_late_share, { share: percent(late_share) }) : "");
  byId("comment-part").hidden = comment === "";
  writeInto(byId("comment"), comment);
  for (const question of result.questions) {
    let card = cards.get(question.question_id);
    if (!card) {
      const ask = () => tutor.about("homework", id, question.question_id, one.subject);
      const appeals = result.assignment_id !== null; // nobody but the tutor has seen work of one's own
      card = new ResultCard({ connection, pictures, userId: user.id, submissionId: id, ask, appeals });
      cards.set(question.question_id, card);
    }
    card.show(question, result.files);
  }
  byId("questions").replaceChildren(...result.questions.flatMap(({ question_id }) => cards.get(question_id)?.element ?? []));
  byId("files-part").hidden = result.files.length === 0;
  showFiles(byId("files"), result.files, pictures);
}
