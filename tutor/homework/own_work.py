"""Checks work of a student's own, "check my homework", by calculation. Called by `grader.py`.

The built-in tutor works out the key to each problem, the checker compares. What either cannot do for certain is left
undecided: it is never counted as wrong.
"""

import asyncio
import re
from dataclasses import replace

from tutor.ai.checking.checker import AnswerChecker
from tutor.ai.checking.items import Item, Verdict
from tutor.ai.embedded import AnswerKeys
from tutor.ai.embedded.text import normalise
from tutor.core.caller import Language
from tutor.homework import cutting
from tutor.homework.models import WHOLE, Award, Evidence, QuestionGrade, Submission
from tutor.homework.ports import Progress
from tutor.homework.splitting import LONGEST, OwnProblem, problems_in

POINTS = 1.0
_DIVISION = re.compile(r"^\D{0,12}?(\d{1,9})\s*(?:÷|/|\\div)\s*(\d{1,9})\D{0,3}$")
_REMAINDER = re.compile(r"…|\.{3,}|⋯|余|\\cdots|\\ldots|\d\s*[rR]\s*\d")
# Two computations in one line, =12.5 8×7=54: the second may be another problem's.
_SEVERAL = re.compile(r"[=＝][^=＝\n]*[\d)）%][，,；;。.]?[ \u3000，,；;。]+[\d(（][^=＝\n]*[-+×÷*/·−][^=＝\n]*[=＝]")
# Wrong only by a rule that a teacher may or may not have set: nobody knows it of work without an assignment.
_MATTERS_OF_RULE = frozenset({
    "rounded", "percent", "missing_unit", "wrong_unit", "other_kind", "not_simplified", "not_solved", "not_worked_out",
    "other_form",
})  # fmt: skip


class OwnWork:
    """Grades typed work without an assignment, a point a problem."""

    def __init__(self, keys: AnswerKeys, checker: AnswerChecker) -> None:
        self._keys = keys
        self._checker = checker

    async def grade(self, submission: Submission, progress: Progress) -> tuple[QuestionGrade, ...]:
        """A grade for each problem in the work's text; `progress(done, of)` is awaited after each.

        A text in which no problem is found is one question that nobody has decided.
        """
        text = submission.text.strip()
        problems = await asyncio.to_thread(problems_in, text) or (OwnProblem(1, text, "", 0),)
        grades: list[QuestionGrade] = []
        for problem in problems:
            grades.append(await self._grade(problem, submission.language))
            await progress(len(grades), len(problems))
        return tuple(grades)

    async def _grade(self, problem: OwnProblem, language: Language) -> QuestionGrade:
        verdict = await self._verdict(problem, language)
        if problem.otherwise is not None:
            problem, verdict = await self._either(problem, problem.otherwise, verdict, language)
        is_open = verdict.outcome == "undecided"
        points = None if is_open else POINTS if verdict.outcome == "right" else 0.0
        evidence = Evidence(problem.answer, 0) if problem.answer else None
        return QuestionGrade(
            question_id=f"q{problem.number}",
            question=problem.question,
            answer=problem.answer,
            awards=(Award(WHOLE, points, evidence),),
            max_points=POINTS,
            by="nobody" if is_open else "calculation",
            flags=("undecided",) if is_open else (),
            reason=verdict.reason,
            expected_tex=verdict.expected_tex,
            answer_tex=verdict.answer_tex,
            wrong_line=verdict.wrong_line,
            confidence=0.0 if is_open else 1.0,
        )

    async def _either(
        self, one: OwnProblem, other: OwnProblem, verdict: Verdict, language: Language
    ) -> tuple[OwnProblem, Verdict]:
        """Of two readings of a problem: right when one of them is, wrong when both are."""
        second = await self._verdict(other, language)
        if verdict.outcome in {"right", second.outcome}:
            return one, verdict
        if second.outcome == "right":
            return other, second
        return one, Verdict("undecided", "ambiguous")

    async def _verdict(self, problem: OwnProblem, language: Language) -> Verdict:
        if len(problem.question) > LONGEST:
            return Verdict("undecided", "too_hard")
        expected = _with_remainder(problem) or await self._expected(problem.question, language)
        if not expected or not problem.answer:
            return Verdict("undecided", "empty" if expected else "key_unreadable")
        verdict = await self._checker.check(Item(expected, problem.answer, problem.question))
        if verdict.outcome != "wrong":
            return verdict
        is_mixed = _SEVERAL.search(problem.answer) or cutting.is_mixed(problem.question, problem.answer)
        if verdict.reason in _MATTERS_OF_RULE or is_mixed:
            return replace(verdict, outcome="undecided")
        return verdict

    async def _expected(self, question: str, language: Language) -> str:
        key = await self._keys.of(normalise(question), language)
        return key.expected if key is not None else ""


def _with_remainder(problem: OwnProblem) -> str:
    """The key to a division whose answer is written with a remainder."""
    match = _DIVISION.match(problem.question.strip())
    if match is None or not _REMAINDER.search(problem.answer) or not int(match[2]):
        return ""
    quotient, remainder = divmod(int(match[1]), int(match[2]))
    return f"{quotient} r {remainder}"
