"""Where homework stands in the application: its keys, and the building of its services when it starts."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from aiohttp import web

from tutor.accounts.context import ACCOUNTS
from tutor.classes.context import CLASSES, TOPICS
from tutor.core.clock import CLOCK
from tutor.core.mongo import MONGO
from tutor.core.rooms import ROOMS
from tutor.files.context import FILES, READERS
from tutor.homework.assignment_store import AssignmentStore
from tutor.homework.assignments import Assignments
from tutor.homework.audience import Audience
from tutor.homework.authoring import Authoring
from tutor.homework.grade_store import GradeStore
from tutor.homework.rows import Rows
from tutor.homework.submission_store import SubmissionStore
from tutor.homework.topics import QUESTION, RESULT, HomeworkTopics


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


ASSIGNMENTS: web.AppKey[Assignments] = web.AppKey("assignments", Assignments)
AUTHORING: web.AppKey[Authoring] = web.AppKey("authoring", Authoring)
HOMEWORK_SETTINGS: web.AppKey[HomeworkSettings] = web.AppKey("homework_settings", HomeworkSettings)


async def homework_context(app: web.Application) -> AsyncIterator[None]:
    """Build the services."""
    assignments = AssignmentStore(app[MONGO])
    submissions = SubmissionStore(app[MONGO])
    grades = GradeStore(app[MONGO])
    for store in (assignments, submissions, grades):
        await store.prepare()
    audience = Audience(app[CLASSES], app[ACCOUNTS])
    rows, files = Rows(audience, submissions, grades), app[FILES]
    app[ASSIGNMENTS] = Assignments(assignments, rows, audience, files)
    app[AUTHORING] = Authoring(assignments, app[ASSIGNMENTS], audience, files, app[ROOMS], app[CLOCK])
    app[READERS].let("assignment", app[ASSIGNMENTS].may_read_files)
    topics = HomeworkTopics(assignments, submissions, grades, audience, app[CLOCK])
    app[TOPICS].let(RESULT, topics.of_result)
    app[TOPICS].let(QUESTION, topics.of_assignment)
    yield
