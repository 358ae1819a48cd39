"""Turns what a teacher says into rulings that the rubric allows. Pure; used by `review.py` and `groups.py`.

A ruling's id is made of who says it, with which `client_id` and about what, so that saying it again adds nothing.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from tutor.core.caller import Caller
from tutor.core.errors import InvalidInput, NotFound
from tutor.homework.deciding import StandingAward, StandingQuestion
from tutor.homework.errors import NotGradedYet, NotSettled, PointsOutsideRubric
from tutor.homework.gradebook import Entry
from tutor.homework.models import Assignment, Grade, Question, Ruling, RulingKind
from tutor.homework.review_messages import Rule


@dataclass(frozen=True, slots=True)
class Pen:
    """Who rules, in answer to which command, and when; `batch_id` for many submissions at once."""

    caller: Caller
    client_id: str
    at: datetime
    batch_id: str | None = None

    def write(
        self,
        grade: Grade,
        kind: RulingKind,
        question_id: str | None = None,
        criterion_id: str | None = None,
        points: float | None = None,
        comment: str = "",
    ) -> Ruling:
        """A ruling about a grade."""
        about = (self.caller.id, self.client_id, grade.id, question_id or "", criterion_id or "")
        return Ruling(
            id=digest(*about),
            client_id=self.client_id,
            grade_id=grade.id,
            submission_id=grade.submission_id,
            assignment_id=grade.assignment_id,
            question_id=question_id,
            criterion_id=criterion_id,
            kind=kind,
            points=points,
            comment=comment,
            teacher_id=self.caller.id,
            teacher_name=self.caller.name,
            made_at=self.at,
            batch_id=self.batch_id,
        )


def digest(*parts: str) -> str:
    """An id that is the same for the same parts."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]


def rulings_for(command: Rule, entry: Entry, assignment: Assignment, pen: Pen) -> list[Ruling]:
    """What a command says about one submission.

    Raises:
        NotGradedYet: there is nothing to rule about.
        NotFound: there is no such question or criterion.
        InvalidInput: points are changed, and it is not said for what or to how many.
        PointsOutsideRubric: the criterion does not allow so many.
        NotSettled: nothing was proposed that could be accepted.

    """
    if entry.grade is None or entry.standing is None:
        raise NotGradedYet
    question = _question(entry, command.question_id) if command.question_id is not None else None
    if command.kind == "comment":
        return [pen.write(entry.grade, "comment", command.question_id, command.criterion_id, comment=command.comment)]
    if command.kind == "accept":
        return _accepted(command, entry, entry.grade, question, assignment, pen)
    if question is None or command.points is None:
        missing = "question_id" if question is None else "points"
        raise InvalidInput(fields=[{"field": missing, "problem": "missing"}])
    award = _award(question, command.criterion_id)
    given = allowed(assignment, question.grade.question_id, {award.award.criterion_id: command.points})
    return changes(entry.grade, question, given, command.comment, pen)


def changes(
    grade: Grade, question: StandingQuestion, points: Mapping[str, float], comment: str, pen: Pen
) -> list[Ruling]:
    """Points for criteria of a question that are allowed.

    Raises:
        NotFound: it was graded without one of the criteria.
        PointsOutsideRubric: it was graded by an older rubric, and for fewer points in all.

    """
    asked, most = question.grade.question_id, question.grade.max_points
    if not points.keys() <= {one.award.criterion_id for one in question.awards}:
        raise NotFound(what="criterion")
    after = round(sum(points.get(one.award.criterion_id, one.points or 0.0) for one in question.awards), 2)
    if after > most:
        raise PointsOutsideRubric(criterion=question.grade.question, points=after, limit=most)
    return [pen.write(grade, "change", asked, criterion, given, comment) for criterion, given in points.items()]


def proposals(grade: Grade, question: StandingQuestion, pen: Pen, comment: str = "") -> list[Ruling]:
    """Acceptance of what was proposed for a question, where nobody has ruled."""
    return [
        pen.write(grade, "accept", question.grade.question_id, one.award.criterion_id, one.award.points, comment)
        for one in question.awards
        if not one.ruled and one.award.points is not None
    ]


def allowed(assignment: Assignment, question_id: str, points: Mapping[str, float]) -> Mapping[str, float]:
    """The points, when the rubric allows them.

    Raises:
        NotFound: there is no such question or criterion.
        PointsOutsideRubric: a criterion does not allow so many.

    """
    rubric = {one.id: one for one in _asked(assignment, question_id).rubric}
    for criterion_id, given in points.items():
        if (criterion := rubric.get(criterion_id)) is None:
            raise NotFound(what="criterion")
        if not criterion.allows(given):
            name = criterion.text or criterion.id
            raise PointsOutsideRubric(criterion=name, points=given, limit=criterion.points)
    return points


def _asked(assignment: Assignment, question_id: str) -> Question:
    if (asked := assignment.question(question_id)) is None:
        raise NotFound(what="question")
    return asked


def _accepted(
    command: Rule, entry: Entry, grade: Grade, question: StandingQuestion | None, assignment: Assignment, pen: Pen
) -> list[Ruling]:
    """One criterion goes back to what was proposed; a question or all of the work keeps what was ruled already."""
    if question is not None and command.criterion_id is not None:
        one = _award(question, command.criterion_id)
        if one.award.points is None:
            raise NotSettled(questions=_numbers(assignment, [question]))
        about = (question.grade.question_id, one.award.criterion_id, one.award.points)
        return [pen.write(grade, "accept", *about, command.comment)]
    chosen = [question] if question is not None else list(entry.standing.questions if entry.standing else ())
    said = command.comment if question is not None else ""
    made = [ruling for one in chosen for ruling in proposals(grade, one, pen, said)]
    left = [one for one in chosen if not one.settled and not any(_is_about(ruling, one) for ruling in made)]
    if not made and left:
        raise NotSettled(questions=_numbers(assignment, left))
    if command.comment and (question is None or not made):
        made.append(pen.write(grade, "comment", command.question_id, comment=command.comment))
    return made


def _is_about(ruling: Ruling, question: StandingQuestion) -> bool:
    return ruling.question_id == question.grade.question_id


def _numbers(assignment: Assignment, questions: Iterable[StandingQuestion]) -> list[int]:
    ids = {one.grade.question_id for one in questions}
    return [number for number, one in enumerate(assignment.questions, start=1) if one.id in ids]


def open_numbers(assignment: Assignment, entry: Entry) -> list[int]:
    """The numbers of the questions that somebody has to look at before the result can go back."""
    return _numbers(assignment, entry.open_questions)


def _question(entry: Entry, question_id: str) -> StandingQuestion:
    if (found := entry.question(question_id)) is None:
        raise NotFound(what="question")
    return found


def _award(question: StandingQuestion, criterion_id: str | None) -> StandingAward:
    """The criterion of this id; the only one may be left unnamed.

    Raises:
        InvalidInput: there are several, and none is named.
        NotFound: there is no such criterion.

    """
    if criterion_id is None:
        if len(question.awards) != 1:
            raise InvalidInput(fields=[{"field": "criterion_id", "problem": "missing"}])
        return question.awards[0]
    found = next((one for one in question.awards if one.award.criterion_id == criterion_id), None)
    if found is None:
        raise NotFound(what="criterion")
    return found
