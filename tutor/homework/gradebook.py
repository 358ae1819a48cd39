"""Submissions with all that became of them, read together. Used by everything that shows or counts points."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from tutor.homework.deciding import Standing, StandingQuestion, standing
from tutor.homework.grade_store import GradeStore
from tutor.homework.models import Assignment, Flag, Grade, Release, Ruling, Submission
from tutor.homework.submission_store import SubmissionStore


@dataclass(frozen=True, slots=True)
class Entry:
    """A submission with its grade for its newest rubric, how that stands, its release, and all rulings in order."""

    submission: Submission
    grade: Grade | None
    standing: Standing | None
    release: Release | None
    rulings: tuple[Ruling, ...]

    @property
    def settled(self) -> bool:
        """Whether its result may go back."""
        return self.standing is not None and self.standing.settled

    @property
    def open_questions(self) -> tuple[StandingQuestion, ...]:
        """The questions that somebody has to look at."""
        return tuple(one for one in self.standing.questions if not one.settled) if self.standing else ()

    @property
    def flags(self) -> tuple[Flag, ...]:
        """Why somebody has to look, each reason once."""
        return tuple(dict.fromkeys(flag for one in self.open_questions for flag in one.grade.flags))

    def question(self, question_id: str) -> StandingQuestion | None:
        """How one question stands."""
        found = self.standing.questions if self.standing else ()
        return next((one for one in found if one.grade.question_id == question_id), None)

    def points(self, assignment: Assignment | None) -> float | None:
        """All points, after what late work loses; None while some are not decided."""
        return self.standing.after(share_of(assignment, self.submission)) if self.standing else None

    def without(self, rulings: Collection[Ruling]) -> "Entry":
        """How it stood if these had not been said."""
        kept = [one for one in self.rulings if one not in rulings]
        return _entry(self.submission, self.grade, self.release, kept)

    def earned(self, assignment: Assignment | None) -> float | None:
        """The points that a result shows: none while somebody has to look at a question."""
        return self.points(assignment) if self.settled else None

    def waits_for_grading_again(self, assignment: Assignment) -> bool:
        """Whether it would be graded again when a teacher asks: it is not back, and failed or has an older rubric."""
        if self.release is not None:
            return False
        if self.submission.rubric_version < assignment.rubric_version:
            return True
        return self.submission.state == "failed" and not self.settled

    def answer(self, question_id: str) -> str:
        """What was answered: as it was read where it is graded, else as it was typed."""
        found = self.question(question_id)
        return found.grade.answer if found is not None else self.submission.typed(question_id)


class Gradebook:
    """Reads entries; for a whole assignment in four queries."""

    def __init__(self, submissions: SubmissionStore, grades: GradeStore) -> None:
        self._submissions = submissions
        self._grades = grades

    async def entry(self, submission: Submission) -> Entry:
        """One submission."""
        rulings = await self._grades.rulings(submission.id)
        grade = await self._grades.find(submission.grade_id)
        return _entry(submission, grade, await self._grades.release_of(submission.id), rulings)

    async def back(self, submissions: Sequence[Submission], releases: Mapping[str, Release]) -> dict[str, Entry]:
        """Those of the submissions whose result is back, by their ids; `releases` has theirs."""
        found = [one for one in submissions if one.id in releases and one.state != "withdrawn"]
        grades = await self._grades.find_many([one.grade_id for one in found]) if found else {}
        rulings = await asyncio.gather(*(self._grades.rulings(one.id) for one in found))
        return {
            one.id: _entry(one, grades.get(one.grade_id), releases[one.id], said)
            for one, said in zip(found, rulings, strict=True)
        }

    async def entries(self, assignment_id: str) -> list[Entry]:
        """The newest submission of each student, oldest first; withdrawn ones do not count."""
        newest = newest_of_each(await self._submissions.of_assignment(assignment_id))
        if not newest:
            return []
        grades = await self._grades.find_many([one.grade_id for one in newest])
        releases = await self._grades.releases([one.id for one in newest])
        rulings = await self._grades.rulings_of(assignment_id)
        return [_entry(one, grades.get(one.grade_id), releases.get(one.id), rulings.get(one.id, ())) for one in newest]


def newest_of_each(submissions: Sequence[Submission]) -> list[Submission]:
    """The newest submission of each student, oldest first; withdrawn ones do not count."""
    newest: dict[str, Submission] = {}
    for one in sorted(submissions, key=lambda one: one.version):
        if one.state != "withdrawn":
            newest[one.student_id] = one
    return sorted(newest.values(), key=lambda one: (one.submitted_at, one.id))


def share_of(assignment: Assignment | None, submission: Submission) -> float:
    """What part of its points a submission keeps, 0 to 1."""
    return assignment.late.share(submission.late_s) if assignment is not None else 1.0


def _entry(submission: Submission, grade: Grade | None, release: Release | None, rulings: Sequence[Ruling]) -> Entry:
    return Entry(submission, grade, standing(grade, rulings) if grade else None, release, tuple(rulings))
