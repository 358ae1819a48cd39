"""The lists of assignments for teachers: how many students have each, handed in, wait, and have it back."""

import asyncio
from collections.abc import Sequence

from tutor.homework.assignment_messages import AssignmentRow
from tutor.homework.audience import Audience
from tutor.homework.grade_store import GradeStore
from tutor.homework.models import Assignment, Submission
from tutor.homework.submission_store import SubmissionStore

WAITING = {"graded", "needs_teacher", "failed"}


class Rows:
    """Counts what became of assignments."""

    def __init__(self, audience: Audience, submissions: SubmissionStore, grades: GradeStore) -> None:
        self._audience = audience
        self._submissions = submissions
        self._grades = grades

    async def of(self, assignments: Sequence[Assignment]) -> list[AssignmentRow]:
        """A row for each, in their order."""
        return list(await asyncio.gather(*(self._row(one) for one in assignments)))

    async def _row(self, assignment: Assignment) -> AssignmentRow:
        student_ids = set(await self._audience.student_ids(assignment))
        handed_in = await self._submissions.of_assignment(assignment.id) if assignment.is_given else []
        newest = newest_of(handed_in)
        counted = [newest[one] for one in student_ids & newest.keys()]
        released = await self._grades.releases([one.id for one in counted]) if counted else {}
        waiting = [one for one in counted if one.id not in released and one.state in WAITING]
        return AssignmentRow(
            id=assignment.id,
            title=assignment.title,
            subject=assignment.subject,
            class_names=await self._audience.class_names(assignment),
            state=assignment.state,
            due_at=assignment.due_at,
            opens_at=assignment.opens_at,
            points=assignment.points,
            students=len(student_ids),
            handed_in=len(counted),
            to_review=len(waiting),
            released=len(released),
        )


def newest_of(submissions: Sequence[Submission]) -> dict[str, Submission]:
    """The hand-in that counts of each student: the newest that was not withdrawn."""
    taken = [one for one in submissions if one.state != "withdrawn"]
    return {one.student_id: one for one in sorted(taken, key=lambda one: one.version)}
