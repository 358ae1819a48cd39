"""A grader for tests: the real one with real worker processes and files, and a fake AI service on a real port."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from tests.ai.factories import some_settings
from tests.homework.factories import a_submission
from tests.live.fake_ai import FakeAI
from tests.live.fake_grader import FakeGrader
from tests.live.fake_wire import Script
from tutor.ai.checking.checker import AnswerChecker
from tutor.ai.openai import OpenAIModel
from tutor.ai.structured import OpenAIReader
from tutor.core.clock import Clock, new_id
from tutor.core.mongo import Database
from tutor.files.access import Readers
from tutor.files.models import File, FileLimits, Page
from tutor.files.service import Files
from tutor.files.store import FileStore
from tutor.homework.grader import Grader
from tutor.homework.models import Assignment, Grade, QuestionGrade, Submission, Typed
from tutor.homework.ports import Progress, Work
from tutor.pictures.orders import Order
from tutor.pictures.studio import Studio

ORDER = Order(
    max_pixels=40_000_000, max_pages=20, side=2000, thumbnail=360, memory=1 << 30, written=1 << 28, seconds=10
)


class OwnWorkOf:
    """Own work that is graded as a test says; keeps what it was given."""

    def __init__(self, *questions: QuestionGrade) -> None:
        self.questions = questions
        self.asked: list[Submission] = []

    async def grade(self, submission: Submission, progress: Progress) -> tuple[QuestionGrade, ...]:
        self.asked.append(submission)
        await progress(len(self.questions), len(self.questions))
        return self.questions


@dataclass
class GradingDesk:
    """Everything around a grader. `progress` is what it said last."""

    ai: FakeAI
    mind: FakeGrader
    reader: OpenAIReader
    blind: OpenAIReader
    checker: AnswerChecker
    store: FileStore
    files: Files
    told: list[tuple[int, int]]

    def grader(self, *, ai: bool = True, eyes: bool = True, own: OwnWorkOf | None = None) -> Grader:
        reader = (self.reader if eyes else self.blind) if ai else None
        return Grader(self.checker, reader, own or OwnWorkOf(), self.files, Clock())

    async def grade(self, assignment: Assignment | None, submission: Submission, grader: Grader | None = None) -> Grade:
        return await (grader or self.grader()).grade(Work(submission, assignment), self._progress)

    async def _progress(self, done: int, of: int) -> None:
        self.told.append((done, of))

    async def a_file(self, *pages: bytes) -> str:
        """A file whose pictures are there as the studio would have left them."""
        file_id = new_id()
        for number, page in enumerate(pages, start=1):
            await self.store.add_picture(file_id, number, "full", page)
        now = Clock().now()
        sizes = tuple(Page(960, 720) for _ in pages)
        await self.store.add(File(file_id, new_id(), new_id(), "photo", "a.jpg", 1, "digest", sizes, now))
        return file_id


def work_of(assignment: Assignment, answers: dict[str, str], **changes: Any) -> Submission:
    """A submission with typed answers by their questions' ids."""
    typed = tuple(Typed(name, text) for name, text in answers.items())
    return a_submission(assignment, **({"answers": typed} | changes))


@asynccontextmanager
async def a_grading_desk(database: Database, checker: AnswerChecker) -> AsyncIterator[GradingDesk]:
    mind = FakeGrader()
    store = FileStore(database)
    await store.prepare()
    limits = FileLimits(photo_bytes=1 << 20, pdf_bytes=1 << 20, unclaimed_per_user=9, unclaimed_h=24)
    files = Files(store, Studio(ORDER, at_once=1, queue_s=5, deadline_s=5), Readers(), Clock(), limits)
    async with FakeAI(Script("minds", mind=mind)) as ai:
        models = [OpenAIModel(some_settings(ai.base_url, model=name)) for name in ("judge", "eyes", "blind")]
        reader, blind = OpenAIReader(models[0], models[1]), OpenAIReader(models[2], None)
        yield GradingDesk(ai, mind, reader, blind, checker, store, files, [])
        await asyncio.gather(reader.close(), blind.close())
