"""Where homework stands in the application: its keys, and the building of its services when it starts."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from aiohttp import web

from tutor.accounts.context import ACCOUNTS, WARDS
from tutor.ai.checking.checker import DEADLINE_S, AnswerChecker
from tutor.ai.embedded import AnswerKeys
from tutor.ai.embedded.worker import Workers
from tutor.ai.structured import Reader
from tutor.classes.context import CLASSES, TOPICS
from tutor.core.clock import CLOCK
from tutor.core.evictions import EVICTIONS
from tutor.core.mongo import MONGO
from tutor.core.once import ONCE
from tutor.core.rooms import ROOMS
from tutor.files.context import FILES, READERS
from tutor.homework.appeal_store import AppealStore
from tutor.homework.appeals import Appeals
from tutor.homework.assignment_store import AssignmentStore
from tutor.homework.assignments import Assignments
from tutor.homework.audience import Audience
from tutor.homework.authoring import Authoring
from tutor.homework.drafting import Drafting
from tutor.homework.grade_store import GradeStore
from tutor.homework.gradebook import Gradebook
from tutor.homework.grader import Grader
from tutor.homework.groups import Groups
from tutor.homework.handing_in import HandingIn
from tutor.homework.job_store import JobStore
from tutor.homework.leaving import Lapses
from tutor.homework.overview import Overview
from tutor.homework.own_work import OwnWork
from tutor.homework.papers import Papers
from tutor.homework.ports import Grading
from tutor.homework.results import Results
from tutor.homework.returning import Returning
from tutor.homework.review import Reviews
from tutor.homework.rows import Rows
from tutor.homework.stores import Stores
from tutor.homework.student_desk import StudentDesk
from tutor.homework.submission_store import SubmissionStore
from tutor.homework.telling import Telling
from tutor.homework.topics import QUESTION, RESULT, HomeworkTopics
from tutor.homework.worker import GradingWorker

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


ASSIGNMENTS: web.AppKey[Assignments] = web.AppKey("assignments", Assignments)
AUTHORING: web.AppKey[Authoring] = web.AppKey("authoring", Authoring)
DRAFTING: web.AppKey[Drafting] = web.AppKey("drafting", Drafting)
HANDING_IN: web.AppKey[HandingIn] = web.AppKey("handing_in", HandingIn)
DESK: web.AppKey[StudentDesk] = web.AppKey("student_desk", StudentDesk)
HOMEWORK: web.AppKey[Stores] = web.AppKey("homework_stores", Stores)
TELLING: web.AppKey[Telling] = web.AppKey("telling", Telling)
CHECKER: web.AppKey[AnswerChecker] = web.AppKey("checker", AnswerChecker)
GRADING: web.AppKey[Grading] = web.AppKey("grading", Grading)
WORKER: web.AppKey[GradingWorker] = web.AppKey("grading_worker", GradingWorker)
REVIEWS: web.AppKey[Reviews] = web.AppKey("reviews", Reviews)
GROUPS: web.AppKey[Groups] = web.AppKey("answer_groups", Groups)
RETURNING: web.AppKey[Returning] = web.AppKey("returning", Returning)
OVERVIEW: web.AppKey[Overview] = web.AppKey("overview", Overview)
RESULTS: web.AppKey[Results] = web.AppKey("results", Results)
APPEALS: web.AppKey[Appeals] = web.AppKey("appeals", Appeals)
READER: web.AppKey[Reader] = web.AppKey("reader", Reader)  # only there when an AI service is configured
HOMEWORK_SETTINGS: web.AppKey[HomeworkSettings] = web.AppKey("homework_settings", HomeworkSettings)


async def homework_context(app: web.Application) -> AsyncIterator[None]:
    """Build the services."""
    stores = Stores(
        AssignmentStore(app[MONGO]), SubmissionStore(app[MONGO]), JobStore(app[MONGO]), GradeStore(app[MONGO])
    )
    await stores.prepare()
    app[HOMEWORK] = stores
    audience = Audience(app[CLASSES], app[ACCOUNTS])
    rows, files = Rows(audience, stores.submissions, stores.grades), app[FILES]
    app[ASSIGNMENTS] = Assignments(stores.assignments, rows, audience, files)
    app[AUTHORING] = Authoring(
        stores.assignments, app[ASSIGNMENTS], audience, files, app[ROOMS], app[CHECKER], app[CLOCK]
    )
    app[READERS].let("assignment", app[ASSIGNMENTS].may_read_files)
    gradebook = Gradebook(stores.submissions, stores.grades)
    _let_students_in(app, stores, gradebook)
    _put_graders_in(app, stores)
    await _let_teachers_review(app, stores, gradebook)
    app[EVICTIONS].look_with(Lapses(stores, audience, app[CLASSES], app[ROOMS]).look)
    topics = HomeworkTopics(stores, gradebook, audience, app[CLOCK])
    app[TOPICS].let(RESULT, topics.of_result)
    app[TOPICS].let(QUESTION, topics.of_assignment)
    yield


def _let_students_in(app: web.Application, stores: Stores, gradebook: Gradebook) -> None:
    """Drafts, handing in, and what students see of both."""
    assignments, files, clock = app[ASSIGNMENTS], app[FILES], app[CLOCK]
    app[TELLING] = Telling(stores, app[ROOMS], app[ONCE], clock)
    app[DRAFTING] = drafting = Drafting(stores.submissions, assignments, files, clock)
    app[HANDING_IN] = HandingIn(stores, assignments, drafting, files, app[TELLING], clock)
    app[DESK] = StudentDesk(stores, gradebook, assignments, drafting, files, clock)


def _put_graders_in(app: web.Application, stores: Stores) -> None:
    settings = app[HOMEWORK_SETTINGS]
    app[WORKER] = GradingWorker(
        stores, app[GRADING], app[TELLING], app[CLOCK], lease_s=settings.lease_s, look_s=settings.look_s
    )


async def _let_teachers_review(app: web.Application, stores: Stores, gradebook: Gradebook) -> None:
    """Ruling, giving back, and what comes after it."""
    appeals = AppealStore(app[MONGO])
    await appeals.prepare()
    telling, files, clock = app[TELLING], app[FILES], app[CLOCK]
    papers = Papers(app[ASSIGNMENTS], stores.submissions, gradebook)
    app[READERS].let("submission", papers.may_read_files)
    app[REVIEWS] = Reviews(papers, gradebook, stores.grades, appeals, telling, files, clock)
    app[GROUPS] = Groups(papers, stores.grades, telling, clock)
    app[RETURNING] = Returning(stores, papers, gradebook, telling, clock)
    app[OVERVIEW] = Overview(papers, files, app[HOMEWORK_SETTINGS].price, app[HOMEWORK_SETTINGS].currency)
    app[RESULTS] = Results(stores, gradebook, appeals, app[WARDS], files, clock)
    app[APPEALS] = Appeals(appeals, stores.submissions, papers, gradebook, telling, app[ROOMS], clock)


async def grading_context(app: web.Application) -> AsyncIterator[None]:
    """Put the grader together where tests have given no other. Its process is its own, so that no batch of homework
    keeps the chat's hints waiting.
    """
    workers = Workers(DEADLINE_S, GRADING_PROCESSES)
    keys, checker = AnswerKeys(workers), AnswerChecker(workers)
    app[CHECKER] = checker
    if GRADING not in app:
        app[GRADING] = Grader(checker, app.get(READER), OwnWork(keys, checker), app[FILES], app[CLOCK])
    yield
    await keys.close()
