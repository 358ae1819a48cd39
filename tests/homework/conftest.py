"""The stores of homework on a database of their own with what grades from them, and a server on which nobody grades."""

import uuid
from collections.abc import AsyncIterator

import pytest

from tests.factories import FakeClock, People, Server, start_server
from tests.homework.factories import Grader
from tutor.core.mongo import Database
from tutor.core.once import ONCE
from tutor.core.rooms import ROOMS
from tutor.homework.assignment_store import AssignmentStore
from tutor.homework.grade_store import GradeStore
from tutor.homework.job_store import JobStore
from tutor.homework.stores import Stores
from tutor.homework.submission_store import SubmissionStore
from tutor.homework.telling import Telling
from tutor.homework.worker import GradingWorker
from tutor.settings import Settings

LEASE_S = 0.6


@pytest.fixture(scope="session")
async def school(settings: Settings) -> AsyncIterator[Server]:
    """A server that leaves the grading to workers, of which there are none."""
    own = {"database": f"school-{uuid.uuid4().hex}"}
    async with start_server(settings, mongodb=own, homework={"graders": 0}) as server:
        yield server


@pytest.fixture
async def pupils(school: Server) -> AsyncIterator[People]:
    async with People(school) as made:
        yield made


@pytest.fixture
async def stores(database: Database) -> Stores:
    """Empty ones."""
    own = database.client[f"homework-{uuid.uuid4().hex}"]
    made = Stores(AssignmentStore(own), SubmissionStore(own), JobStore(own), GradeStore(own))
    await made.prepare()
    return made


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def telling(stores: Stores, server: Server, clock: FakeClock) -> Telling:
    """What tells the sockets of the shared server."""
    return Telling(stores, server.app[ROOMS], server.app[ONCE], clock)


@pytest.fixture
def grader() -> Grader:
    return Grader()


@pytest.fixture
def worker(stores: Stores, grader: Grader, telling: Telling, clock: FakeClock) -> GradingWorker:
    return GradingWorker(stores, grader, telling, clock, lease_s=LEASE_S, look_s=0.1)
