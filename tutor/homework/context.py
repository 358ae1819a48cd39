"""Where homework stands in the application: its keys, and the building of its services when it starts."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from aiohttp import web

from tutor.ai.structured import Reader
from tutor.core.mongo import MONGO
from tutor.homework.assignment_store import AssignmentStore
from tutor.homework.grade_store import GradeStore
from tutor.homework.submission_store import SubmissionStore


@dataclass(frozen=True, slots=True)
class HomeworkSettings:
    """How many submissions are graded at once on this machine, how long a grader holds one without a sign of life, how
    often it looks for work that nobody woke it for (seconds), and what a million tokens of the AI service cost.
    """

    graders: int
    lease_s: float
    look_s: float
    price: float | None
    currency: str


READER: web.AppKey[Reader] = web.AppKey("reader", Reader)  # only there when an AI service is configured
HOMEWORK_SETTINGS: web.AppKey[HomeworkSettings] = web.AppKey("homework_settings", HomeworkSettings)


async def homework_context(app: web.Application) -> AsyncIterator[None]:
    """Build the services."""
    assignments = AssignmentStore(app[MONGO])
    submissions = SubmissionStore(app[MONGO])
    grades = GradeStore(app[MONGO])
    for store in (assignments, submissions, grades):
        await store.prepare()
    yield
