"""Finds the work that a teacher may see: for an assignment she looks after, of the students whom she teaches.

Used by everything that teachers do with submissions.
"""

from dataclasses import dataclass

from tutor.core.caller import Caller
from tutor.core.errors import NotFound
from tutor.homework.assignments import Assignments
from tutor.homework.gradebook import Entry, Gradebook
from tutor.homework.models import Assignment, Submission
from tutor.homework.submission_store import SubmissionStore


@dataclass(frozen=True, slots=True)
class Paper:
    """A submission and the assignment that it is for."""

    submission: Submission
    assignment: Assignment


@dataclass(frozen=True, slots=True)
class Stack:
    """An assignment, the students who have it, by id and name, and the newest submission of each who handed in."""

    assignment: Assignment
    students: dict[str, str]
    entries: list[Entry]

    @property
    def missing(self) -> list[str]:
        """The names of those who have handed in nothing."""
        there = {one.submission.student_id for one in self.entries}
        return sorted(name for student_id, name in self.students.items() if student_id not in there)


class Papers:
    """The submissions that teachers may see; a student's work of their own is none of them, nor what was withdrawn."""

    def __init__(self, assignments: Assignments, submissions: SubmissionStore, gradebook: Gradebook) -> None:
        self._assignments = assignments
        self._submissions = submissions
        self._gradebook = gradebook

    async def stack(self, caller: Caller, assignment_id: str) -> Stack:
        """All newest submissions for an assignment that the caller may see, oldest first.

        Raises:
            NotFound: no such assignment, or the caller does not look after it.

        """
        assignment = await self._assignments.for_teacher(caller, assignment_id)
        return await self.stack_of(caller, assignment)

    async def stack_of(self, caller: Caller, assignment: Assignment) -> Stack:
        """The same for an assignment that the caller looks after."""
        students = await self._assignments.students_for(caller, assignment)
        entries = await self._gradebook.entries(assignment.id)
        return Stack(assignment, students, [one for one in entries if one.submission.student_id in students])

    async def may_read_files(self, caller: Caller, used_by: str) -> bool:
        """Whether the caller may see the files of a submission that is not their own; asked by `files/access.py`."""
        try:
            await self.for_teacher(caller, used_by)
        except NotFound:
            return False
        return True

    async def for_teacher(self, caller: Caller, submission_id: str) -> Paper:
        """A submission that the caller may see.

        Raises:
            NotFound: there is none, or it is not the caller's to see.

        """
        found = await self._submissions.find(submission_id)
        if found is None or found.assignment_id is None or found.state == "withdrawn":
            raise NotFound(what="submission")
        try:
            assignment = await self._assignments.for_teacher(caller, found.assignment_id)
        except NotFound as error:
            raise NotFound(what="submission") from error
        if found.student_id not in await self._assignments.students_for(caller, assignment):
            raise NotFound(what="submission")
        return Paper(found, assignment)
