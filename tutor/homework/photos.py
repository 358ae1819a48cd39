"""Reads the photos of a hand-in with a model that sees. Called by `grader.py`.

The model that reads knows the questions, but no key, no rubric and no points. It may still be talked into writing down
something better than what stands there; so whatever was read from a picture waits for a person to compare it.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from tutor.ai.errors import AnswerInvalid
from tutor.ai.structured import Reader
from tutor.files.service import Files
from tutor.homework.judgements import Box, ReadAnswer, Reading
from tutor.homework.models import Place, Question, Submission
from tutor.homework.prompts import Prompts
from tutor.homework.suspicion import speaks_to_grader

AT_ONCE = 4  # pictures in one question to the model


@dataclass(frozen=True, slots=True)
class Seen:
    """What the pictures have for one question; `place` is that of its first part."""

    question_id: str
    question: str
    answer: str
    place: Place | None
    confidence: float


@dataclass(frozen=True, slots=True)
class Sight:
    """All that was read; `broken` says that for some pictures the service gave no valid answer, `suspicious` that
    something in them speaks to whoever reads.
    """

    seen: tuple[Seen, ...]
    suspicious: bool
    broken: bool
    tokens: int

    def of(self, question_id: str) -> Seen | None:
        """What was read for a question."""
        return next((one for one in self.seen if one.question_id == question_id), None)


@dataclass(frozen=True, slots=True)
class _Picture:
    file_id: str
    page: int
    body: bytes


class Photos:
    """Reads pictures, a few at a time."""

    def __init__(self, reader: Reader, files: Files, prompts: Prompts) -> None:
        self._reader = reader
        self._files = files
        self._prompts = prompts

    async def read(self, submission: Submission, questions: Sequence[Question]) -> Sight:
        """What the pictures of a submission have for the questions, or without questions all that they have.

        Raises:
            ModelError: the service does not answer just now.

        """
        seen: dict[str, Seen] = {}
        suspicious = broken = False
        tokens = 0
        async for pictures in self._batches(submission):
            task = self._prompts.reading(submission, questions, [picture.body for picture in pictures])
            try:
                answered = await self._reader.answer(task, Reading)
            except AnswerInvalid as error:
                broken, tokens = True, tokens + error.tokens
                continue
            reading, tokens = answered.value, tokens + answered.tokens
            suspicious |= await asyncio.to_thread(_is_suspicious, reading)
            for read in reading.answers:
                _add(seen, read, pictures)
        return Sight(tuple(seen.values()), suspicious, broken, tokens)

    async def _batches(self, submission: Submission) -> AsyncIterator[list[_Picture]]:
        views = await self._files.views(submission.file_ids)
        batch: list[_Picture] = []
        for file_id in (one for one in submission.file_ids if one in views):
            for page in range(1, len(views[file_id].pages) + 1):
                body = await self._files.picture(file_id, page)
                batch += [] if body is None else [_Picture(file_id, page, body)]
                if len(batch) == AT_ONCE:
                    yield batch
                    batch = []
        if batch:
            yield batch


def _add(seen: dict[str, Seen], read: ReadAnswer, pictures: Sequence[_Picture]) -> None:
    """Keep what was read; an answer may go on in a later picture."""
    new = Seen(read.question_id, read.question, read.answer, _place(read.box, pictures), read.confidence)
    before = seen.get(new.question_id)
    if before is not None:
        new = Seen(
            new.question_id,
            before.question or new.question,
            f"{before.answer}\n{new.answer}",
            before.place or new.place,
            min(before.confidence, new.confidence),
        )
    seen[new.question_id] = new


def _place(box: Box | None, pictures: Sequence[_Picture]) -> Place | None:
    """A box as a place in a file; none where it lies outside of what was shown."""
    if box is None or not 1 <= box.picture <= len(pictures) or max(box.left + box.width, box.top + box.height) > 1:
        return None
    picture = pictures[box.picture - 1]
    return Place(picture.file_id, picture.page, box.left, box.top, box.width, box.height)


def _is_suspicious(reading: Reading) -> bool:
    written = "\n".join([reading.other, *(f"{read.question}\n{read.answer}" for read in reading.answers)])
    return reading.speaks_to_grader or speaks_to_grader(written)
