"""Lets a model judge answers that calculation cannot decide, and checks what it says. Called by `grader.py`.

It proposes points for each criterion with words of the answer; whether these occur, whether the rubric has such points
and what they add up to is decided here. Nothing is mended: what does not hold is flagged, and a teacher rules.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tutor.ai.checking.items import Verdict
from tutor.ai.errors import AnswerInvalid
from tutor.ai.structured import Reader
from tutor.homework.evidence import find_quote
from tutor.homework.judgements import Feedback, Judgement, problems
from tutor.homework.models import Award, Criterion, Flag, Place, Question, QuestionGrade, Submission
from tutor.homework.prompts import Prompts

SURE = 0.85  # below this a judgement is made twice
UNSURE = 0.6  # below this a person looks in any case


@dataclass(frozen=True, slots=True)
class Given:
    """What a submission has for a question: its text, where and how surely it was read, and what speaks against it.

    `missing`: nobody knows what the answer is. `question` is the question as the pictures have it.
    """

    text: str
    question: str = ""
    place: Place | None = None
    confidence: float = 1.0
    flags: tuple[Flag, ...] = ()
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """An answer to be judged, with the verdict of calculation if there is one."""

    submission: Submission
    question: Question
    given: Given
    verdict: Verdict | None


class Judge:
    """Asks the model, a second time where a mistake would cost much: where it gives more than half of the points or
    none, is not sure, or the work speaks to whoever grades it.

    For points the second look is at nothing but the words that the first has quoted for them: whatever else in the work
    talked it into giving them is not there any more. Else it is at the whole answer, with the criteria turned around.
    """

    def __init__(self, reader: Reader, prompts: Prompts) -> None:
        self._reader = reader
        self._prompts = prompts

    async def judge(self, case: Case) -> tuple[QuestionGrade, int]:
        """The proposal for an answer, and the tokens that it took.

        Raises:
            ModelError: the service does not answer just now.

        """
        first, tokens = await self._ask(case, case.given.text)
        if first is None:
            return undecided(case, ["invalid"]), tokens
        grade = _proposal(case, first)
        if not _is_risky(grade, first):
            return grade, tokens
        second, more = await self._ask(case, _quoted(grade) or case.given.text, again=True)
        return _compared(grade, second, case.question), tokens + more

    async def feedback(self, submission: Submission, graded: QuestionGrade) -> tuple[QuestionGrade, int]:
        """A word about an answer of a child's own work that was not decided; it has no points.

        Raises:
            ModelError: the service does not answer just now.

        """
        try:
            answered = await self._reader.answer(self._prompts.feedback(submission, graded), Feedback)
        except AnswerInvalid as error:
            return replace(graded, flags=_flags(graded.flags, "invalid")), error.tokens
        said = answered.value
        left = [flag for flag in graded.flags if flag not in {"undecided", "no_service"}]
        if said.speaks_to_grader:
            left.append("suspicious")
        judged = replace(
            graded,
            by="model",
            flags=_flags(left),
            error=said.error,
            explanation=said.explanation,
            knowledge=said.knowledge,
            confidence=min(graded.confidence or 1.0, said.confidence),
        )
        return judged, answered.tokens

    async def _ask(self, case: Case, answer: str, *, again: bool = False) -> tuple[Judgement | None, int]:
        decided = case.verdict.outcome if case.verdict is not None else "undecided"
        task = self._prompts.judging(
            case.submission,
            case.question,
            answer,
            verdict="" if decided == "undecided" else decided,
            excerpt=answer != case.given.text,
            backwards=again,
        )
        try:
            answered = await self._reader.answer(task, Judgement, lambda said: problems(said, case.question))
        except AnswerInvalid as error:
            return None, error.tokens
        return answered.value, answered.tokens


def undecided(case: Case, flags: Sequence[Flag] = ()) -> QuestionGrade:
    """A question that is left to a teacher, with all that is known about it."""
    verdict = case.verdict or Verdict("undecided")
    return QuestionGrade(
        question_id=case.question.id,
        question=case.given.question or case.question.text,
        answer=case.given.text,
        awards=tuple(Award(criterion.id, None) for criterion in case.question.rubric),
        max_points=case.question.points,
        by="nobody",
        flags=_flags(case.given.flags, *flags),
        place=case.given.place,
        reason=verdict.reason,
        expected_tex=verdict.expected_tex,
        answer_tex=verdict.answer_tex,
        wrong_line=verdict.wrong_line,
        knowledge=case.question.knowledge,
    )


def _proposal(case: Case, said: Judgement) -> QuestionGrade:
    """What the model proposes, as far as it holds."""
    flags: list[Flag] = []
    awards = tuple(_award(criterion, said, case, flags) for criterion in case.question.rubric)
    if problems(said, case.question):
        flags.append("invalid")
    if said.speaks_to_grader:
        flags.append("suspicious")
    if said.confidence < UNSURE:
        flags.append("unsure")
    return replace(
        undecided(case, flags),
        by="model",
        awards=awards,
        error=said.error,
        explanation=said.explanation,
        knowledge=said.knowledge or case.question.knowledge,
        confidence=min(case.given.confidence, said.confidence),
    )


def _award(criterion: Criterion, said: Judgement, case: Case, flags: list[Flag]) -> Award:
    """The points for a criterion; none where there is not exactly one possible proposal."""
    proposed = [award for award in said.awards if award.criterion_id == criterion.id]
    if len(proposed) != 1 or not criterion.allows(proposed[0].points):
        return Award(criterion.id, None)
    (award,) = proposed
    evidence = find_quote(case.given.text, award.quote)
    if evidence is None and (award.points > 0 or award.quote.strip()):
        flags.append("unproved")
    elif evidence is not None and case.given.place is not None:
        evidence = replace(evidence, place=case.given.place)
    return Award(criterion.id, award.points, evidence)


def _is_risky(grade: QuestionGrade, said: Judgement) -> bool:
    if {"invalid", "unproved"} & set(grade.flags):
        return False  # a teacher looks at it in any case
    points = grade.points
    is_much = points is not None and (points <= 0 or points > grade.max_points / 2)
    return said.confidence < SURE or is_much or "suspicious" in grade.flags


def _quoted(grade: QuestionGrade) -> str:
    """The words that points were given for, a line each; nothing where there are none."""
    proofs = [award.evidence.quote for award in grade.awards if award.points and award.evidence is not None]
    return "\n".join(dict.fromkeys(proofs))


def _compared(grade: QuestionGrade, second: Judgement | None, question: Question) -> QuestionGrade:
    """The first proposal, flagged where a second look does not confirm it."""
    if second is None:
        return replace(grade, flags=_flags(grade.flags, "invalid"))
    again = {award.criterion_id: award.points for award in second.awards}
    differs = any(again.get(award.criterion_id) != award.points for award in grade.awards)
    flags: list[Flag] = ["disagreement"] if differs or problems(second, question) else []
    if second.speaks_to_grader:
        flags.append("suspicious")
    return replace(grade, flags=_flags(grade.flags, *flags), confidence=min(grade.confidence, second.confidence))


def _flags(before: Sequence[Flag], *more: Flag) -> tuple[Flag, ...]:
    return tuple(dict.fromkeys((*before, *more)))
