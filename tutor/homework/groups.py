"""Ruling about many at once: look-alike answers, and all unflagged proposals of a question. Called by the routes."""

from collections.abc import Sequence

import structlog

from tutor.core.caller import Caller
from tutor.core.clock import Clock
from tutor.core.errors import Conflict, NotFound
from tutor.homework.alike import groups_of, plain
from tutor.homework.deciding import StandingQuestion
from tutor.homework.errors import NotGradedYet
from tutor.homework.grade_store import GradeStore
from tutor.homework.gradebook import Entry
from tutor.homework.models import Assignment, Grade, Question, Ruling
from tutor.homework.papers import Papers
from tutor.homework.review_messages import (
    AcceptProposals,
    AnswerGroup,
    AnswerGroups,
    QuestionGroups,
    Ruled,
    RuleGroup,
)
from tutor.homework.ruling import Pen, allowed, changes, digest, proposals
from tutor.homework.telling import Telling

log = structlog.get_logger(__name__)


class Groups:
    """Answers to an assignment, for its teachers."""

    def __init__(self, papers: Papers, grades: GradeStore, telling: Telling, clock: Clock) -> None:
        self._papers = papers
        self._grades = grades
        self._telling = telling
        self._clock = clock

    async def groups(self, caller: Caller, assignment_id: str) -> AnswerGroups:
        """The look-alike answers to each question, of those that are graded.

        Raises:
            NotFound: no such assignment, or not the caller's.

        """
        stack = await self._papers.stack(caller, assignment_id)
        asked = enumerate(stack.assignment.questions, start=1)
        found = [_groups(number, question, stack.entries) for number, question in asked]
        return AnswerGroups(questions=found)

    async def rule(self, caller: Caller, assignment_id: str, command: RuleGroup) -> Ruled:
        """Give the same points to many answers, all of them or none.

        Raises:
            NotFound: no such assignment, submission, question or criterion, or not the caller's.
            Conflict: the same `client_id` came with something else.
            NotGradedYet: one of the submissions is not.
            PointsOutsideRubric: a criterion does not allow so many.

        """
        stack = await self._papers.stack(caller, assignment_id)
        points = {one.criterion_id: one.points for one in command.points}
        allowed(stack.assignment, command.question_id, points)
        wished = set(command.submission_ids)
        chosen = {one.submission.id: one for one in stack.entries if one.submission.id in wished}
        if chosen.keys() != wished:
            raise NotFound(what="submission")
        pen = self._pen(caller, command.client_id)
        graded = {one.submission.id: _graded(one, command.question_id) for one in chosen.values()}
        made = {
            name: changes(grade, question, points, command.comment, pen) for name, (grade, question) in graded.items()
        }
        before = await self._grades.said(caller.id, command.client_id)
        wanted = {one.id: one for rulings in made.values() for one in rulings}
        if any(not _same(one, wanted.get(one.id)) for one in before):
            raise Conflict(what="ruling")
        await self._write(stack.assignment, [(chosen[name], rulings) for name, rulings in made.items()])
        return Ruled(ruled=len(made))

    async def accept(self, caller: Caller, assignment_id: str, command: AcceptProposals) -> Ruled:
        """Accept what a model proposed for a question wherever nothing speaks against it: no flag, no picture.

        Raises:
            NotFound: no such assignment or question, or not the caller's.

        """
        stack = await self._papers.stack(caller, assignment_id)
        if stack.assignment.question(command.question_id) is None:
            raise NotFound(what="question")
        pen = self._pen(caller, command.client_id)
        made = [
            (entry, rulings) for entry in stack.entries if (rulings := _unquestioned(entry, command.question_id, pen))
        ]
        await self._write(stack.assignment, made)
        return Ruled(ruled=len(made))

    def _pen(self, caller: Caller, client_id: str) -> Pen:
        return Pen(caller, client_id, self._clock.now(), batch_id=digest(caller.id, client_id))

    async def _write(self, assignment: Assignment, made: Sequence[tuple[Entry, Sequence[Ruling]]]) -> None:
        await self._grades.rule([ruling for _, rulings in made for ruling in rulings])
        log.info("ruled_at_once", assignment=assignment.id, submissions=len(made))
        released = await self._grades.releases([entry.submission.id for entry, _ in made])
        for entry, _ in made:
            await self._telling.ruled(entry.submission, released=entry.submission.id in released)


def _groups(number: int, question: Question, entries: Sequence[Entry]) -> QuestionGroups:
    by_id = {one.submission.id: one for one in entries if one.question(question.id) is not None}
    answers = {name: one.answer(question.id) for name, one in by_id.items()}
    return QuestionGroups(
        question_id=question.id,
        number=number,
        question=question.text,
        groups=[_group(question.id, [by_id[name] for name in names]) for names in groups_of(answers)],
    )


def _group(question_id: str, alike: Sequence[Entry]) -> AnswerGroup:
    standing = [found for one in alike if (found := one.question(question_id)) is not None]
    first = alike[0].answer(question_id)
    return AnswerGroup(
        key=digest(question_id, plain(first)),
        alike=first,
        submission_ids=[one.submission.id for one in alike],
        students=[one.submission.student_name for one in alike],
        points=[one.points for one in standing],
        settled=sum(one.settled for one in standing),
    )


def _graded(entry: Entry, question_id: str) -> tuple[Grade, StandingQuestion]:
    if entry.grade is None:
        raise NotGradedYet
    if (found := entry.question(question_id)) is None:
        raise NotFound(what="question")
    return entry.grade, found


def _unquestioned(entry: Entry, question_id: str, pen: Pen) -> list[Ruling]:
    """Acceptance of a question that a model judged by typed words alone, without a flag."""
    found = entry.question(question_id)
    if entry.grade is None or found is None or found.settled or found.points is None:
        return []
    read_from_picture = found.grade.place is not None
    if found.grade.by != "model" or found.grade.flags or read_from_picture:
        return []
    return proposals(entry.grade, found, pen)


def _same(before: Ruling, wanted: Ruling | None) -> bool:
    """Whether a ruling that is there says what is said now."""
    return wanted is not None and (before.points, before.comment) == (wanted.points, wanted.comment)
