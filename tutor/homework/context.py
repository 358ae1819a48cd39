"""Where homework stands in the application: its keys, and the building of its services when it starts."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from aiohttp import web

from tutor.ai.checking.checker import DEADLINE_S, AnswerChecker
from tutor.ai.embedded import AnswerKeys
from tutor.ai.embedded.worker import Workers
from tutor.ai.structured import Reader
from tutor.core.clock import CLOCK
from tutor.core.mongo import MONGO
from tutor.files.context import FILES
from tutor.homework.assignment_store import AssignmentStore
from tutor.homework.grade_store import GradeStore
from tutor.homework.grader import Grader
from tutor.homework.own_work import OwnWork
from tutor.homework.submission_store import SubmissionStore

GRADING_PROCESSES = 1


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


CHECKER: web.AppKey[AnswerChecker] = web.AppKey("answer_checker", AnswerChecker)
GRADER: web.AppKey[Grader] = web.AppKey("grader", Grader)
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


async def grading_context(app: web.Application) -> AsyncIterator[None]:
    """Put the grader together. Its process is its own, so that no batch of homework keeps the chat's hints waiting."""
    workers = Workers(DEADLINE_S, GRADING_PROCESSES)
    keys = AnswerKeys(workers)
    app[CHECKER] = checker = AnswerChecker(workers)
    app[GRADER] = Grader(checker, app.get(READER), OwnWork(keys, checker), app[FILES], app[CLOCK])
    yield
    await keys.close()
