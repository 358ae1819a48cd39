/** A student's homework in three piles: to do, handed in, returned. Without a DOM. Used by tasks.ts. */
import type { Earned, SubmissionView, TaskView } from "./protocol.ts";

export type Pile = "todo" | "waiting" | "back";

export interface WorkRow {
  readonly key: string;
  readonly pile: Pile;
  readonly href: string;
  readonly title: string;
  readonly subject: string;
  /** Who gave it; "" for work of the student's own. */
  readonly teacher: string;
  readonly isOwn: boolean;
  readonly questions: number;
  readonly state: TaskView["state"];
  readonly due: string | null;
  /** Whether it was late when it was handed in, or would be now. */
  readonly isLate: boolean;
  /** Whether the server would still take it. */
  readonly isOpen: boolean;
  /** What part of its points it keeps when it is handed in now. */
  readonly lateShare: number;
  readonly submissionId: string | null;
  readonly submittedAt: string;
  readonly done: number;
  readonly of: number;
  /** The points of a result that is back. */
  readonly earned: Earned | null;
}

/** What is to do stands in the order of the tasks, everything else with the newest first. */
export function rowsOf(tasks: readonly TaskView[], submissions: readonly SubmissionView[], now: number): WorkRow[] {
  const known = new Map(submissions.map((one) => [one.id, one]));
  const given = tasks.map((task) => ofTask(task, known.get(task.submission_id ?? ""), now));
  const own = submissions.filter((one) => one.assignment_id === null && one.state !== "withdrawn").map(ofOwn);
  const rest = [...given.filter(({ pile }) => pile !== "todo"), ...own];
  return [...given.filter(({ pile }) => pile === "todo"), ...rest.sort((one, other) => compare(other, one))];
}

function compare(one: WorkRow, other: WorkRow): number {
  return one.submittedAt.localeCompare(other.submittedAt);
}

function pileOf(state: TaskView["state"]): Pile {
  if (state === "todo" || state === "withdrawn") return "todo";
  return state === "released" ? "back" : "waiting";
}

function ofTask(task: TaskView, newest: SubmissionView | undefined, now: number): WorkRow {
  const pile = pileOf(task.state);
  const isOver = task.due_at !== null && Date.parse(task.due_at) < now;
  return {
    key: task.id,
    pile,
    href: pile === "back" ? `/homework/results/${task.submission_id}` : `/homework/${task.id}`,
    title: task.title,
    subject: task.subject,
    teacher: task.teacher_name,
    isOwn: false,
    questions: task.questions.length,
    state: task.state,
    due: task.due_at,
    isLate: pile === "todo" ? isOver : (newest?.late_s ?? 0) > 0,
    isOpen: task.may_hand_in,
    lateShare: task.late_share,
    submissionId: task.submission_id,
    submittedAt: newest?.submitted_at ?? "",
    done: newest?.done ?? 0,
    of: newest?.of ?? 0,
    earned: task.earned,
  };
}

function ofOwn(one: SubmissionView): WorkRow {
  return {
    key: one.id,
    pile: one.released ? "back" : "waiting",
    href: `/homework/results/${one.id}`,
    title: one.title,
    subject: one.subject,
    teacher: "",
    isOwn: true,
    questions: one.of,
    state: one.released ? "released" : one.state,
    due: null,
    isLate: false,
    isOpen: false,
    lateShare: 1,
    submissionId: one.id,
    submittedAt: one.submitted_at,
    done: one.done,
    of: one.of,
    earned: one.earned,
  };
}
