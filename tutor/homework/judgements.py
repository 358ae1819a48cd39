"""The data that a model answers with when it reads or judges homework, and what is wrong with it. Pure.

Asked for by `photos.py` and `judging.py`. The limits stand here and not in the JSON schema: not every service knows
all words of such schemas.
"""

import math
from typing import Annotated, TypeVar

from pydantic import AfterValidator

from tutor.core.messages import Message
from tutor.homework.models import Question

LONGEST = 4000
MOST = 60

_Item = TypeVar("_Item")


def _is_share(value: float) -> float:
    if not 0 <= value <= 1:
        raise ValueError("must be from 0 to 1")
    return value


def _is_number(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError("must be a number")
    return value


def _is_short(text: str) -> str:
    if len(text) > LONGEST:
        raise ValueError(f"must have at most {LONGEST} characters")
    return text


def _are_few(items: tuple[_Item, ...]) -> tuple[_Item, ...]:
    if len(items) > MOST:
        raise ValueError(f"must be at most {MOST}")
    return items


Share = Annotated[float, AfterValidator(_is_share)]
Words = Annotated[str, AfterValidator(_is_short)]


class Box(Message):
    """A part of a picture (the first is 1), in shares of its width and height from the upper left corner."""

    picture: int
    left: Share
    top: Share
    width: Share
    height: Share


class ReadAnswer(Message):
    """One question as the pictures have it: its id, its own words, and the child's answer, letter by letter."""

    question_id: Words
    question: Words
    answer: Words
    box: Box | None
    confidence: Share


class Reading(Message):
    """What was read from pictures; `other` is all writing that belongs to no answer."""

    answers: Annotated[tuple[ReadAnswer, ...], AfterValidator(_are_few)]
    other: Words
    speaks_to_grader: bool


class AwardedPoints(Message):
    """The points for one criterion, and the words of the answer that they are given or not given for."""

    criterion_id: Words
    points: Annotated[float, AfterValidator(_is_number)]
    quote: Words


class Judgement(Message):
    """How an answer was judged: `error` names the mistake in a few words, `explanation` is for the child."""

    awards: Annotated[tuple[AwardedPoints, ...], AfterValidator(_are_few)]
    error: Words
    explanation: Words
    knowledge: Annotated[tuple[Words, ...], AfterValidator(_are_few)]
    confidence: Share
    speaks_to_grader: bool


class Feedback(Message):
    """What a child is told about work of their own, which has no points."""

    error: Words
    explanation: Words
    knowledge: Annotated[tuple[Words, ...], AfterValidator(_are_few)]
    confidence: Share
    speaks_to_grader: bool


def problems(judgement: Judgement, question: Question) -> list[str]:
    """What the rubric has against a judgement, for the model to read."""
    wanted = {criterion.id: criterion for criterion in question.rubric}
    given = [award.criterion_id for award in judgement.awards]
    found = [f"awards: no criterion {name!r}" for name in given if name not in wanted]
    found += [
        f"awards: criterion {name!r} is there {given.count(name)} times" for name in wanted if given.count(name) != 1
    ]
    found += [
        f"awards: {award.points:g} points are not possible for criterion {award.criterion_id!r}"
        for award in judgement.awards
        if award.criterion_id in wanted and not wanted[award.criterion_id].allows(award.points)
    ]
    return found
