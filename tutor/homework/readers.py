"""Who sees the files of a submission besides its student. Asked by `files/access.py`."""

from tutor.classes.service import Classes
from tutor.core.caller import Caller
from tutor.core.errors import NotFound
from tutor.homework.assignments import Assignments
from tutor.homework.submission_store import SubmissionStore


class SubmissionReaders:
    """Teachers who look after the assignment and teach the student. Work of a student's own is nobody else's."""

    def __init__(self, submissions: SubmissionStore, assignments: Assignments, classes: Classes) -> None:
        self._submissions = submissions
        self._assignments = assignments
        self._classes = classes

    async def may_read(self, caller: Caller, used_by: str) -> bool:
        """Whether the caller may see the files of this submission."""
        submission = await self._submissions.find(used_by) if caller.role == "teacher" else None
        if submission is None or submission.assignment_id is None:
            return False
        try:
            await self._assignments.for_teacher(caller, submission.assignment_id)
        except NotFound:
            return False
        return await self._classes.teaches(caller.id, submission.student_id)
