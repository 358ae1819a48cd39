/** The page of one submission on the teacher's desk: the work at the left, criteria and points at the right, and the
 *  whole of it by keyboard. */
import "./styles/base.css";
import "./styles/sign.css";
import "./styles/teacher.css";
import "./styles/desks.css";
import "./styles/room.css";
import "./styles/homework.css";
import "./styles/review.css";
import { AppealThread } from "./appealthread.ts";
import { FilePictures } from "./filepictures.ts";
import { ApiError } from "./live/fault.ts";
import { percent, pointsText } from "./points.ts";
import type { Review } from "./protocol.ts";
import { drawHistory } from "./reviewhistory.ts";
import { deedOf, type Deed, isWriting } from "./reviewkeys.ts";
import { RubricPane } from "./rubricpane.ts";
import { Rulings, type Wish } from "./rulings.ts";
import { connect, enter, toSignIn } from "./session.ts";
import { dateTime } from "./times.ts";
import { Trail } from "./trail.ts";
import { byId, complain, fill, held, openDialog, toast, words, write } from "./ui.ts";
import { WorkPane } from "./workpane.ts";

const session = await enter("teacher");
const { api, user } = session;
const pictures = new FilePictures(api);
const ids = (): string[] => location.pathname.match(/[0-9a-f]{24}/g) ?? [];
const assignmentId = ids()[0] ?? "";
const work = new WorkPane(pictures);
const trail = new Trail();
const threads = new Map<string, AppealThread>();
const rulings = new Rulings(api, ids()[1] ?? "", show);
const rubric = new RubricPane({ rule, look: (question, criterion, scroll) => work.point(question, criterion, scroll), appeal: threadOf });
/** For whose whole work the comment in the box is. */
let commentOf = "";

const DEEDS: Readonly<Record<Deed, () => void>> = {
  next_question: () => rubric.move(1),
  previous_question: () => rubric.move(-1),
  next_criterion: () => rubric.moveCriterion(1),
  previous_criterion: () => rubric.moveCriterion(-1),
  accept: () => rubric.accept(),
  accept_all: () => rule({ kind: "accept" }),
  comment: () => rubric.comment(),
  points: () => rubric.points(),
  next: () => void turn(1),
  previous: () => void turn(-1),
  release: () => void release(),
  bigger: () => work.zoom(1),
  smaller: () => work.zoom(-1),
  help: () => openDialog("keys"),
};

api.onSignedOut(toSignIn);
const connection = connect(session);
connection.onState((state) => state === "online" && void follow());
connection.on("submission.changed", ({ submission_id }) => {
  if (submission_id === rulings.id) rulings.load().catch(complain);
});
connection.on("appeal.added", (news) => {
  if (news.submission_id !== rulings.id) return;
  const known = threads.get(news.question_id);
  if (known?.concerns(news)) known.add(news.message);
  else rulings.load().catch(complain);
});
connection.on("appeal.settled", (news) => {
  if (news.submission_id === rulings.id) threads.get(news.question_id)?.settled();
});
addEventListener("keydown", (event) => {
  const deed = deedOf(event, isWriting(event.target) || document.querySelector("dialog[open]") !== null);
  if (deed === null) return;
  event.preventDefault();
  if (typeof deed === "number") rubric.give(deed);
  else DEEDS[deed]();
});
addEventListener("popstate", () => void arrive(ids()[1] ?? ""));
for (const name of ["next", "previous", "help", "accept_all"] as const) byId(name).addEventListener("click", () => DEEDS[name]());
byId("release").addEventListener("click", () => void held(byId("release"), release));
byId("send-comment").addEventListener("click", commentWhole);
byId<HTMLAnchorElement>("home").href = `/teacher/homework/${assignmentId}`;
await arrive(rulings.id);

async function follow(): Promise<void> {
  try {
    await connection.call("homework.watch", { assignment_id: assignmentId });
    if (rulings.now) await rulings.load();
  } catch (error) {
    complain(error);
  }
}

/** Goes to a neighbour in the queue; comments that are written and not sent are sent first. */
async function turn(by: 1 | -1): Promise<void> {
  const id = trail.step(by);
  if (id === null) return toast(words.mark_queue_end);
  for (const wish of rubric.unsent) rule(wish);
  history.pushState(null, "", `/teacher/homework/${assignmentId}/submissions/${id}`);
  await arrive(id);
}

async function arrive(id: string): Promise<void> {
  for (const thread of threads.values()) thread.close();
  threads.clear();
  try {
    await rulings.turn(id);
    byId("review").inert = false;
    scrollTo(0, 0);
    byId("student").focus({ preventScroll: true });
  } catch (error) {
    complain(error);
  }
}

function show(review: Review): void {
  const { student_name, points, max_points, released_at, questions } = review;
  trail.arrive(review.submission_id, review);
  byId("student").textContent = student_name;
  document.title = `${student_name} · ${review.assignment_title}`;
  byId("submission-facts").textContent = factsOf(review);
  byId("points").textContent = `${pointsText(points)}/${pointsText(max_points)}`;
  work.show(review);
  rubric.show(review);
  drawHistory(review.history);
  const open = questions.filter(({ settled }) => !settled).map(({ number }) => number);
  write(byId("review-state"), stateOf(review, open));
  byId("release").ariaDisabled = String(open.length > 0 || questions.length === 0 || released_at !== null);
  byId("previous").ariaDisabled = String(trail.previous === null);
  byId("next").ariaDisabled = String(trail.next === null);
  const box = byId<HTMLTextAreaElement>("whole-comment");
  if (commentOf !== review.submission_id || box.value.trim() === "") box.value = review.comment;
  commentOf = review.submission_id;
}

function factsOf({ assignment_title, submitted_at, late_share, late_s, version }: Review): string {
  const late = late_s > 0 ? fill(words.mark_late_share, { share: percent(late_share) }) : "";
  return [assignment_title, dateTime(submitted_at), version > 1 ? fill(words.mark_version, { n: version }) : "", late].filter(Boolean).join(" · ");
}

function stateOf({ released_at, state, questions }: Review, open: readonly number[]): string {
  if (released_at) return fill(words.mark_released_at, { time: dateTime(released_at) });
  if (questions.length === 0) return state === "failed" ? words.mark_state_failed : words.mark_state_grading;
  return open.length > 0 ? fill(words.mark_open_questions, { n: open.join(", ") }) : words.mark_state_ready;
}

function rule(wish: Wish): void {
  rulings.rule(wish).catch(complain);
}

function commentWhole(): void {
  const comment = byId<HTMLTextAreaElement>("whole-comment").value.trim();
  if (comment !== rulings.now?.comment) rule({ kind: "comment", comment });
}

async function release(): Promise<void> {
  if (rulings.now?.released_at) return;
  try {
    await rulings.release();
    toast(words.mark_released_one);
  } catch (error) {
    complain(error);
    const numbers = error instanceof ApiError && error.code === "not_settled" ? error.details["questions"] : null;
    if (Array.isArray(numbers)) rubric.goTo(Number(numbers[0]));
  }
}

function threadOf(questionId: string): AppealThread | null {
  const question = rulings.now?.questions.find(({ question_id }) => question_id === questionId);
  if (!question || (question.appeal ?? "none") === "none") return null;
  const thread = threads.get(questionId) ?? new AppealThread(connection, rulings.id, questionId, user.id);
  threads.set(questionId, thread);
  return thread;
}
