"""The stores of homework that its parts share, as `context.py` hands them down."""

from dataclasses import dataclass

from tutor.homework.assignment_store import AssignmentStore
from tutor.homework.grade_store import GradeStore
from tutor.homework.job_store import JobStore
from tutor.homework.models import Assignment, Submission
from tutor.homework.submission_store import SubmissionStore


@dataclass(frozen=True, slots=True)
class Stores:
    """What is given, handed in, to be graded, and graded."""

    assignments: AssignmentStore
    submissions: SubmissionStore
    jobs: JobStore
    grades: GradeStore

    async def prepare(self) -> None:
        """Create the indexes."""
        for store in (self.assignments, self.submissions, self.jobs, self.grades):
            await store.prepare()

    async def assignment_of(self, submission: Submission) -> Assignment | None:
        """What work was handed in for; None when it is a student's own."""
        return await self.assignments.find(submission.assignment_id) if submission.assignment_id else None
