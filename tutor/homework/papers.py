"""Finds a submission for a teacher of its assignment. Used by everything that teachers do with submissions."""

from dataclasses import dataclass

from tutor.core.caller import Caller
from tutor.core.errors import NotFound
from tutor.homework.assignments import Assignments
from tutor.homework.models import Assignment, Submission
from tutor.homework.submission_store import SubmissionStore


@dataclass(frozen=True, slots=True)
class Paper:
    """A submission and the assignment that it is for."""

    submission: Submission
    assignment: Assignment


class Papers:
    """The submissions that teachers may see; a student's work of their own is none of them, nor what was withdrawn."""

    def __init__(self, assignments: Assignments, submissions: SubmissionStore) -> None:
        self._assignments = assignments
        self._submissions = submissions

    async def for_teacher(self, caller: Caller, submission_id: str) -> Paper:
        """A submission for an assignment of the caller's.

        Raises:
            NotFound: there is none, or not for the caller.

        """
        found = await self._submissions.find(submission_id)
        if found is None or found.assignment_id is None or found.state == "withdrawn":
            raise NotFound(what="submission")
        try:
            assignment = await self._assignments.for_teacher(caller, found.assignment_id)
        except NotFound as error:
            raise NotFound(what="submission") from error
        return Paper(found, assignment)
