/** What becomes of work that was handed in, in words and as a bar that fills while it is graded. Used by the pages of
 *  homework. */
import { percent } from "./points.ts";
import type { SubmissionView, TaskView } from "./protocol.ts";
import { dateTime } from "./times.ts";
import { fill, make, words } from "./ui.ts";

type State = TaskView["state"];

export interface Progress {
  readonly state: State;
  readonly done: number;
  readonly of: number;
  /** Whether no teacher is there to look at it. */
  readonly isOwn: boolean;
}

/** "3 of 8": where it stands. Work of one's own goes back by itself, a moment after it was graded. */
export function stateText({ state, done, of, isOwn }: Progress): string {
  const texts: Record<State, string> = {
    todo: words.hw_todo,
    pending: words.hw_pending,
    grading: of > 0 ? fill(words.hw_grading_of, { done, n: of }) : words.hw_grading,
    graded: isOwn ? words.hw_grading : words.hw_with_teacher,
    needs_teacher: isOwn ? words.hw_grading : words.hw_for_teacher,
    failed: isOwn ? words.hw_own_failed : words.hw_for_teacher,
    withdrawn: words.hw_withdrawn,
    released: words.hw_released,
  };
  return texts[state];
}

/** A bar while it is graded; null at other times. */
export function barOf({ state, done, of }: Progress): HTMLProgressElement | null {
  if (state !== "pending" && state !== "grading") return null;
  const bar = make("progress", { className: "work-bar", max: Math.max(1, of), ariaLabel: words.hw_progress });
  bar.value = done;
  return bar;
}

/** Where a submission stands; one whose result is back is `released`. */
export function progressOf({ assignment_id, state, released, done, of }: SubmissionView): Progress {
  return { state: released ? "released" : state, done, of, isOwn: assignment_id === null };
}

/** By when it is due, how late it is, and what that costs; "" when it may come at any time. */
export function dueText(due: string | null, isLate: boolean, lateShare: number): string {
  if (due === null) return "";
  if (!isLate) return fill(words.hw_due, { time: dateTime(due) });
  const text = fill(words.hw_overdue, { time: dateTime(due) });
  return lateShare < 1 ? `${text} ${fill(words.hw_keeps, { share: percent(lateShare) })}` : text;
}
