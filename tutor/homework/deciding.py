"""What counts: a grade together with what teachers ruled about it, and what late work keeps. Pure.

Read by everything that shows, releases or counts points.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tutor.homework.models import Assignment, Award, Grade, QuestionGrade, Ruling, total


@dataclass(frozen=True, slots=True)
class StandingAward:
    """The points of one criterion as they stand: the newest ruling's, or else what was proposed."""

    award: Award
    points: float | None
    ruled: bool


@dataclass(frozen=True, slots=True)
class StandingQuestion:
    """A question as it stands. `settled`: decided by calculation without a flag, or all of it ruled by a teacher."""

    grade: QuestionGrade
    awards: tuple[StandingAward, ...]
    comment: str

    @property
    def points(self) -> float | None:
        return total([award.points for award in self.awards])

    @property
    def is_ruled(self) -> bool:
        return bool(self.awards) and all(award.ruled for award in self.awards)

    @property
    def settled(self) -> bool:
        return self.is_ruled or (self.grade.by == "calculation" and not self.grade.flags and self.points is not None)


@dataclass(frozen=True, slots=True)
class Standing:
    """A whole grade as it stands."""

    questions: tuple[StandingQuestion, ...]
    comment: str

    @property
    def points(self) -> float | None:
        """The sum, before anything is taken off for being late; None while a question is not decided."""
        return total([question.points for question in self.questions])

    @property
    def max_points(self) -> float:
        return round(sum(question.grade.max_points for question in self.questions), 2)

    @property
    def settled(self) -> bool:
        """Whether it may go back to the student."""
        return bool(self.questions) and all(question.settled for question in self.questions)

    def after(self, share: float) -> float | None:
        """The sum that late work keeps; `share` is 0 to 1."""
        return None if self.points is None else round(self.points * share, 2)


def may_show_solutions(assignment: Assignment, now: datetime) -> bool:
    """Whether who has their result back may see the worked solutions now."""
    if assignment.solutions == "after_due":
        return assignment.due_at is None or assignment.due_at <= now
    return assignment.solutions == "after_release"


def standing(grade: Grade, rulings: Sequence[Ruling]) -> Standing:
    """How a grade stands after the rulings about it, oldest first. Those about an older rubric do not count."""
    own = [ruling for ruling in rulings if ruling.grade_id == grade.id]
    questions = tuple(_question(one, [r for r in own if r.question_id == one.question_id]) for one in grade.questions)
    return Standing(questions, _comment([ruling for ruling in own if ruling.question_id is None]))


def _question(grade: QuestionGrade, rulings: Sequence[Ruling]) -> StandingQuestion:
    newest = {one.criterion_id: one for one in rulings if one.points is not None}
    awards = tuple(
        StandingAward(award, ruling.points if ruling else award.points, ruled=ruling is not None)
        for award in grade.awards
        for ruling in (newest.get(award.criterion_id),)
    )
    return StandingQuestion(grade, awards, _comment(rulings))


def _comment(rulings: Sequence[Ruling]) -> str:
    """The newest comment; an empty one that was meant takes the older away."""
    said = [ruling.comment for ruling in rulings if ruling.comment or ruling.kind == "comment"]
    return said[-1] if said else ""
