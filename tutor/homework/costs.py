"""What grading submissions would ask of the AI service, before it is asked. Pure; `review.py` shows it to teachers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tutor.homework.models import Assignment, Question, Submission
from tutor.homework.photos import AT_ONCE

_PICTURE_TOKENS = 1400
_READING_TOKENS = 900  # instructions, schema and the rest of an answer
_ANSWER_TOKENS = 150  # for each question that is read
_JUDGING_TOKENS = 1500  # instructions, schema, criteria and judgement
_LOOKS = 1.8  # most of what is judged is looked at again
_CHARS_PER_TOKEN = 1.5


@dataclass(frozen=True, slots=True)
class Estimate:
    """Calls, pictures and tokens of the AI service; `calculated` of the `questions` need none but for reading."""

    submissions: int
    questions: int
    calculated: int
    calls: int
    pictures: int
    tokens: int


def estimate(
    assignment: Assignment, submissions: Sequence[Submission], pages: Mapping[str, int] | None = None
) -> Estimate:
    """What grading the submissions takes with a service that sees. `pages` are those of files that have more than one.

    What calculation turns out not to decide is not in it.
    """
    judged = [question for question in assignment.questions if not _is_calculated(question)]
    pictures = calls = tokens = 0
    for submission in submissions:
        shown = sum((pages or {}).get(file_id, 1) for file_id in submission.file_ids)
        readings = -(-shown // AT_ONCE)
        looks = [question for question in judged if shown or submission.typed(question.id).strip()]
        words = sum(len(submission.typed(question.id)) for question in looks)
        pictures += shown
        calls += readings + round(_LOOKS * len(looks))
        tokens += shown * _PICTURE_TOKENS + readings * (_READING_TOKENS + _ANSWER_TOKENS * len(assignment.questions))
        tokens += round(_LOOKS * (len(looks) * _JUDGING_TOKENS + words / _CHARS_PER_TOKEN))
    return Estimate(
        submissions=len(submissions),
        questions=len(submissions) * len(assignment.questions),
        calculated=len(submissions) * (len(assignment.questions) - len(judged)),
        calls=calls,
        pictures=pictures,
        tokens=tokens,
    )


def _is_calculated(question: Question) -> bool:
    return question.kind != "text" and bool(question.key) and not question.criteria
