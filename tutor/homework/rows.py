"""The lists of assignments for teachers: how many students have each, handed in, wait, and have it back."""

import asyncio
from collections.abc import Collection, Sequence

from tutor.homework.assignment_messages import AssignmentRow
from tutor.homework.audience import Audience
from tutor.homework.grade_store import GradeStore
from tutor.homework.gradebook import newest_of_each
from tutor.homework.models import Assignment
from tutor.homework.submission_store import SubmissionStore

WAITING = {"graded", "needs_teacher", "failed"}


class Rows:
    """Counts what became of assignments."""

    def __init__(self, audience: Audience, submissions: SubmissionStore, grades: GradeStore) -> None:
        self._audience = audience
        self._submissions = submissions
        self._grades = grades

    async def of(self, teacher_id: str, assignments: Sequence[Assignment]) -> list[AssignmentRow]:
        """A row for each, in their order; of those students whom she teaches, as in the queue of each."""
        having = await asyncio.gather(*(self._audience.student_ids(one) for one in assignments))
        taught = set(await self._audience.taught_by(teacher_id, {one for each in having for one in each}))
        rows = (self._row(one, taught.intersection(each)) for one, each in zip(assignments, having, strict=True))
        return list(await asyncio.gather(*rows))

    async def _row(self, assignment: Assignment, student_ids: Collection[str]) -> AssignmentRow:
        handed_in = await self._submissions.of_assignment(assignment.id) if assignment.is_given else []
        counted = [one for one in newest_of_each(handed_in) if one.student_id in student_ids]
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
