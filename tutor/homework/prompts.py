"""The tasks for the models that read and judge homework, from versioned templates. `photos.py` and `judging.py` ask.

What a child wrote is only in the data of a task; the instructions have what teachers wrote.
"""

from collections.abc import Sequence

import orjson
from jinja2 import Environment, PackageLoader, StrictUndefined

from tutor.ai.structured import Task
from tutor.homework.models import Criterion, Question, QuestionGrade, Submission

READING = "reading.v1"
JUDGING = "judging.v1"
FEEDBACK = "feedback.v1"
READING_TOKENS = 6000
JUDGING_TOKENS = 2000
_LANGUAGES = {"zh": "Chinese", "en": "English"}


class Prompts:
    """The templates, loaded once."""

    def __init__(self) -> None:
        self._templates = Environment(
            loader=PackageLoader("tutor.ai", "prompts"),
            autoescape=False,  # noqa: S701  # the output is text for a model, not HTML
            undefined=StrictUndefined,
            auto_reload=False,
            trim_blocks=True,
        )

    def reading(self, submission: Submission, questions: Sequence[Question], pictures: Sequence[bytes]) -> Task:
        """Reading pictures, for questions that were given or for those that are found. No key, rubric or points."""
        asked = [_json({"id": question.id, "text": question.text}) for question in questions]
        system = self._render(READING, submission, questions=asked, pictures=len(pictures))
        return Task(system, {}, READING_TOKENS, submission.language, tuple(pictures))

    def judging(
        self, submission: Submission, question: Question, answer: str, *, verdict: str, excerpt: bool, backwards: bool
    ) -> Task:
        """Judging an answer, or an `excerpt` of it; `verdict` is what calculation says of its end. The criteria may be
        listed `backwards`.
        """
        criteria = [_json(_criterion(one)) for one in question.rubric]
        system = self._render(
            JUDGING,
            submission,
            question=_json({"text": question.text, "key": question.key, "notes": question.notes}),
            criteria=criteria[::-1] if backwards else criteria,
            verdict=verdict,
            excerpt=excerpt,
        )
        return Task(system, {"answer": answer}, JUDGING_TOKENS, submission.language)

    def feedback(self, submission: Submission, graded: QuestionGrade) -> Task:
        """A word about an answer of a child's own work."""
        data = {"question": graded.question, "answer": graded.answer}
        return Task(self._render(FEEDBACK, submission), data, JUDGING_TOKENS, submission.language)

    def _render(self, name: str, submission: Submission, **facts: object) -> str:
        language = _LANGUAGES[submission.language]
        template = self._templates.get_template(f"{name}.j2")
        return template.render(facts, grade=submission.grade, subject=submission.subject, language=language)


def _criterion(criterion: Criterion) -> dict[str, object]:
    text = criterion.text or "all points if the answer is right as a whole, less only if some of it is right"
    levels = [{"points": level.points, "text": level.text} for level in criterion.levels]
    return {"id": criterion.id, "text": text, "points": criterion.points} | ({"levels": levels} if levels else {})


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
