"""How sure a whole grade is, and what becomes of it. Pure; `grader.py` asks, and teachers look first where doubt is."""

from collections.abc import Mapping, Sequence
from typing import Literal

from tutor.homework.models import Flag, QuestionGrade

_WEIGHTS: Mapping[Flag, float] = {
    "suspicious": 0.95,
    "disagreement": 0.9,
    "unproved": 0.85,
    "invalid": 0.8,
    "unsure": 0.75,
    "undecided": 0.7,
    "unreadable": 0.7,
    "no_service": 0.6,
    "picture": 0.4,
}
_MODELS = 0.3  # what a model alone has decided, be it ever so sure
_EACH_MORE = 0.01


def outcome_of(questions: Sequence[QuestionGrade]) -> Literal["graded", "needs_teacher", "failed"]:
    """`failed` is work of which nothing could be graded, because the service gave no valid answer to any question."""
    if questions and all(one.by == "nobody" and "invalid" in one.flags for one in questions):
        return "failed"
    return "graded" if questions and not any(map(_is_open, questions)) else "needs_teacher"


def doubt_of(questions: Sequence[QuestionGrade]) -> float:
    """0 is certain, 1 in great doubt: the most doubtful question, and a little for each further one."""
    doubts = sorted((_doubt(one) for one in questions), reverse=True)
    if not doubts:
        return 1.0
    further = sum(1 for doubt in doubts[1:] if doubt > 0)
    return round(min(1.0, doubts[0] + _EACH_MORE * further), 3)


def _is_open(question: QuestionGrade) -> bool:
    return bool(question.flags) or question.by == "nobody"


def _doubt(question: QuestionGrade) -> float:
    flagged = max((_WEIGHTS[flag] for flag in question.flags), default=0.0)
    if question.by == "calculation":
        return flagged
    return max(flagged, _MODELS + _MODELS * (1 - question.confidence))
