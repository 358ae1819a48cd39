"""Whether work is taken now, and whether it can be taken back: what an assignment says about time and repetition. Pure.

Asked by `handing_in.py` before it does either, and by `student_desk.py` for what a page offers.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from tutor.homework.models import Assignment, Submission

ClosedReason = Literal["closed", "late", "graded", "once", "released"]
StaysReason = Literal["closed", "due", "released", "withdrawn"]


@dataclass(frozen=True, slots=True)
class History:
    """A student's hand-ins for an assignment, oldest first, and the ids of those whose results are back."""

    submissions: Sequence[Submission] = ()
    released: Collection[str] = ()

    @property
    def counted(self) -> list[Submission]:
        """Those that were not taken back."""
        return [one for one in self.submissions if one.state != "withdrawn"]

    @property
    def newest(self) -> Submission | None:
        """The one that counts, or else the last that was taken back."""
        return next(reversed(self.counted or list(self.submissions)), None)

    @property
    def next_version(self) -> int:
        return max((one.version for one in self.submissions), default=0) + 1


def lateness(assignment: Assignment, now: datetime) -> timedelta:
    """How long ago it was due; nothing while it is not."""
    return max(timedelta(), now - assignment.due_at) if assignment.due_at is not None else timedelta()


def seconds(late: timedelta) -> int:
    """Begun seconds."""
    return -(late // timedelta(seconds=-1))


def refusal(assignment: Assignment, history: History, now: datetime) -> ClosedReason | None:
    """Why work is not taken (any more); None when it is. First work may be late, other work than before may not, and
    nothing is taken once a result is back.
    """
    late = lateness(assignment, now)
    if assignment.state != "published":
        return "closed"
    if not assignment.late.takes(late):
        return "late"
    if not history.counted:
        return None
    if any(one.id in history.released for one in history.counted):
        return "released"
    if assignment.resubmit == "never":
        return "once"
    return "late" if assignment.resubmit == "until_due" and late else None


def what_keeps(
    assignment: Assignment | None, submission: Submission, now: datetime, *, released: bool
) -> StaysReason | None:
    """Why work cannot be taken back; None when it can: what could not be handed in again stays. Work of one's own is
    never due.
    """
    if submission.state == "withdrawn":
        return "withdrawn"
    if released:
        return "released"
    if assignment is None:
        return None
    if assignment.state != "published":
        return "closed"
    return "due" if lateness(assignment, now) else None
