"""What the parts of homework ask of each other: who teaches whom, who is told, who reads pictures and judges.

`context.py` puts the parts together; tests of one part bring their own of the others.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from tutor.homework.models import Assignment, Grade, QuestionGrade, Submission

Progress = Callable[[int, int], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Work:
    """All that grading one submission needs; no name. Without an assignment the questions are read from the work."""

    submission: Submission
    assignment: Assignment | None


class Grading(Protocol):
    """Grades work. `grader.py` is it, `worker.py` calls it."""

    async def grade(self, work: Work, progress: Progress) -> Grade:
        """A grade for the work; `progress(done, of)` is awaited after each question.

        Whatever cannot be decided is left to a teacher in the grade.

        Raises:
            ModelError: the AI service does not answer just now; the same may be asked later.

        """
        ...


class OwnGrading(Protocol):
    """Grades a child's own work by calculation. `own_work.py` is it, `grader.py` calls it."""

    async def grade(self, submission: Submission, progress: Progress) -> tuple[QuestionGrade, ...]:
        """The questions that are found in the work's text; those that it cannot decide are by `nobody`."""
        ...
