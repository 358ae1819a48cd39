"""Grades work: by calculation where that decides, by a model where there is one, and otherwise it asks a teacher.

`worker.py` calls it. Points are only ever calculated or proposed by a model; without either there are none. It gives no
default score, and what a model proposes never counts before a teacher has ruled.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tutor.ai.checking.checker import AnswerChecker
from tutor.ai.checking.items import Item, Verdict
from tutor.ai.structured import Reader
from tutor.core.clock import Clock
from tutor.files.service import Files
from tutor.homework.doubts import doubt_of, outcome_of
from tutor.homework.judging import Case, Given, Judge, undecided
from tutor.homework.models import WHOLE, Assignment, Award, Evidence, Flag, Grade, Question, QuestionGrade, Submission
from tutor.homework.photos import Photos, Seen, Sight
from tutor.homework.ports import OwnGrading, Progress, Work
from tutor.homework.prompts import Prompts
from tutor.homework.suspicion import speaks_to_grader

READ_SURELY = 0.8
PHOTOS = "photos"  # the id of the one question that stands for photos of a child's own work that nobody can read


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A submission for an assignment, with what was read from its pictures if anything was."""

    submission: Submission
    assignment: Assignment
    sight: Sight | None


class Grader:
    """`ports.Grading`. Without a reader it decides what calculation can, and leaves the rest to teachers."""

    def __init__(
        self, checker: AnswerChecker, reader: Reader | None, own_work: OwnGrading, files: Files, clock: Clock
    ) -> None:
        prompts = Prompts()
        self._checker = checker
        self._judge = Judge(reader, prompts) if reader is not None else None
        self._photos = Photos(reader, files, prompts) if reader is not None and reader.sees else None
        self._own_work = own_work
        self._clock = clock

    async def grade(self, work: Work, progress: Progress) -> Grade:
        """See `ports.Grading.grade`.

        Raises:
            ModelError: the AI service does not answer just now; the same may be asked later.

        """
        submission = work.submission
        if work.assignment is None:
            questions, tokens = await self._grade_own(submission, progress)
        else:
            questions, tokens = await self._grade_given(submission, work.assignment, progress)
        return Grade(
            id=submission.grade_id,
            submission_id=submission.id,
            assignment_id=submission.assignment_id,
            student_id=submission.student_id,
            class_id=submission.class_id,
            rubric_version=submission.rubric_version,
            questions=questions,
            outcome=outcome_of(questions),
            doubt=doubt_of(questions),
            tokens=tokens,
            made_at=self._clock.now(),
        )

    async def _grade_given(
        self, submission: Submission, assignment: Assignment, progress: Progress
    ) -> tuple[tuple[QuestionGrade, ...], int]:
        """All questions of an assignment, each by itself: what is written for one cannot touch another."""
        sight = None
        if submission.file_ids and self._photos is not None:
            sight = await self._photos.read(submission, assignment.questions)
        sheet = _Sheet(submission, assignment, sight)
        graded: list[QuestionGrade] = []
        tokens = sight.tokens if sight is not None else 0
        for question in assignment.questions:
            given = await asyncio.to_thread(_given, sheet, question)  # a long answer is looked at for long
            one, used = await self._grade_question(Case(submission, question, given, None))
            graded.append(one)
            tokens += used
            await progress(len(graded), len(assignment.questions))
        return tuple(graded), tokens

    async def _grade_question(self, case: Case) -> tuple[QuestionGrade, int]:
        if case.given.missing:
            return undecided(case), 0
        question = case.question
        if not case.given.text.strip():
            return _empty(case), 0
        if question.kind != "text" and question.key:
            verdict = await self._checker.check(_item(question, case.given.text))
            case = replace(case, verdict=verdict)
            if verdict.outcome != "undecided" and not question.criteria:
                return _calculated(case, verdict), 0
        if self._judge is not None:
            return await self._judge.judge(case)
        can_be_calculated = question.kind != "text" and question.key and not question.criteria
        return undecided(case, ["undecided" if can_be_calculated else "no_service"]), 0

    async def _grade_own(self, submission: Submission, progress: Progress) -> tuple[tuple[QuestionGrade, ...], int]:
        """A child's own work: its questions are read from it, and it has no points that a model gave."""
        sight = None
        if submission.file_ids and self._photos is not None:
            sight = await self._photos.read(submission, ())
            read = [f"{one.question_id}. " + f"{one.question}\n{one.answer}".strip() for one in sight.seen]
            submission = replace(submission, text="\n\n".join(filter(None, [submission.text, *read])))
        graded: list[QuestionGrade] = []
        tokens = sight.tokens if sight is not None else 0
        found = await self._own_work.grade(submission, progress) if submission.text.strip() else ()
        flags = await asyncio.to_thread(_flags_of_own, submission, found, sight)
        for one in found:
            flagged = replace(one, flags=_merged(one.flags, flags))
            if flagged.by == "nobody" and self._judge is not None:
                flagged, used = await self._judge.feedback(submission, flagged)
                tokens += used
            graded.append(flagged)
        if submission.file_ids and (sight is None or sight.broken or not sight.seen):
            graded.append(_unread(sight))
        return tuple(graded), tokens


def _given(sheet: _Sheet, question: Question) -> Given:
    """What a submission has for a question. What was typed goes before what was read of photos; where criteria ask for
    the working, it may be in both.
    """
    submission, sight = sheet.submission, sheet.sight
    typed = submission.typed(question.id)
    if not typed.strip() and len(sheet.assignment.questions) == 1:
        typed = submission.text
    seen = sight.of(question.id) if sight is not None else None
    calculates = question.kind != "text" and not question.criteria
    if typed.strip() and (seen is None or calculates):
        return Given(typed, flags=_suspicions(typed, sight=None))
    if sight is not None and seen is not None:
        return _read(typed, seen, sight)
    if submission.file_ids or submission.text.strip():  # it may be there, where nobody could read it
        return Given("", flags=(_why_missing(submission, sight),), missing=True)
    return Given("")


def _why_missing(submission: Submission, sight: Sight | None) -> Flag:
    if not submission.file_ids:
        return "undecided"
    if sight is None:
        return "no_service"
    return "invalid" if sight.broken else "unreadable"


def _read(typed: str, seen: Seen, sight: Sight) -> Given:
    """What was read, which a person has to compare with the picture whatever it is."""
    text = f"{typed}\n{seen.answer}".strip()
    flags: list[Flag] = ["picture", *_suspicions(f"{seen.question}\n{text}", sight)]
    if seen.confidence < READ_SURELY:
        flags.append("unsure")
    if sight.broken:
        flags.append("invalid")
    missing = not text.strip("[?] \n")
    if missing:
        flags.append("unreadable")
    return Given(text, seen.question, seen.place, seen.confidence, tuple(flags), missing)


def _suspicions(text: str, sight: Sight | None) -> tuple[Flag, ...]:
    return ("suspicious",) if speaks_to_grader(text) or (sight is not None and sight.suspicious) else ()


def _item(question: Question, answer: str) -> Item:
    kind = "any" if question.kind == "text" else question.kind
    return Item(question.key, answer, question.text, kind, question.demand, question.tolerance, question.unit)


def _calculated(case: Case, verdict: Verdict) -> QuestionGrade:
    points = case.question.points if verdict.outcome == "right" else 0.0
    return replace(
        undecided(replace(case, verdict=verdict)),
        by="calculation",
        awards=(Award(WHOLE, points, Evidence(case.given.text, 0, case.given.place)),),
        confidence=case.given.confidence,
    )


def _empty(case: Case) -> QuestionGrade:
    """Nothing was handed in for it, which nobody has to judge; a rubric that has no zero is left to a teacher."""
    left = undecided(replace(case, verdict=Verdict("wrong", "empty")))
    if not all(criterion.allows(0.0) for criterion in case.question.rubric):
        return replace(left, flags=("undecided",))
    awards = tuple(Award(criterion.id, 0.0) for criterion in case.question.rubric)
    return replace(left, by="calculation", awards=awards, confidence=1.0)


def _flags_of_own(submission: Submission, graded: Sequence[QuestionGrade], sight: Sight | None) -> tuple[Flag, ...]:
    """What speaks against a child's own work; it is looked at as a whole, for all of its questions."""
    pictured: tuple[Flag, ...] = ("picture",) if sight is not None else ()
    found = [f"{one.question}\n{one.answer}" for one in graded]
    return (*pictured, *_suspicions("\n".join([submission.text, *found]), sight))


def _unread(sight: Sight | None) -> QuestionGrade:
    flag: Flag = "no_service" if sight is None else "invalid" if sight.broken else "unreadable"
    return QuestionGrade(PHOTOS, "", "", (Award(WHOLE, None),), 0.0, "nobody", (flag,))


def _merged(before: tuple[Flag, ...], more: tuple[Flag, ...]) -> tuple[Flag, ...]:
    return tuple(dict.fromkeys((*before, *more)))
