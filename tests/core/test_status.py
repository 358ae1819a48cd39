"""What works on a node, and that clients hear of it: with a MongoDB that fails on demand and a Redis that hangs."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pymongo.errors import AutoReconnect

from tests.core.nodes import own_redis
from tests.core.raw import until
from tests.factories import People, start_server
from tutor.core.messages import Event
from tutor.core.mongo import StoreFault
from tutor.core.status import EVERY_S, STATUS, ServiceChanged, Status
from tutor.settings import Settings

WELL = ServiceChanged(mongodb=True, redis=True, ai=True)


@dataclass
class Store:
    """A ping that fails as often as a test says."""

    failing: int = 0
    asked: int = 0
    hanging: bool = False
    told: list[Event] = field(default_factory=list)

    async def ping(self) -> None:
        self.asked += 1
        if self.hanging:
            await asyncio.sleep(60)
        if self.failing:
            self.failing -= 1
            raise AutoReconnect


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
async def status(store: Store) -> AsyncIterator[Status]:
    made = Status(store.told.append)
    watching = asyncio.create_task(made.watch_mongodb(store.ping, StoreFault))
    await until(lambda: store.asked)
    yield made
    watching.cancel()
    await asyncio.wait([watching])


async def test_one_failure_of_mongodb_is_not_enough(status: Status, store: Store) -> None:
    store.failing = 1
    status.doubt_mongodb()
    await until(lambda: store.asked == 3)
    await asyncio.sleep(0)
    assert status.well
    assert store.told == []


async def test_a_doubt_is_looked_into_at_once_and_the_news_told_once(status: Status, store: Store) -> None:
    store.failing = 4
    status.doubt_mongodb()
    await until(lambda: store.told, within_s=0.5)
    assert store.told == [ServiceChanged(mongodb=False, redis=True, ai=True)]
    status.doubt_mongodb()
    await until(lambda: not store.failing)
    assert len(store.told) == 1
    status.doubt_mongodb()
    await until(lambda: status.well, within_s=0.5)
    assert store.told[1:] == [WELL]


async def test_a_mongodb_that_hangs_is_noticed_by_itself(status: Status, store: Store) -> None:
    store.hanging = True
    await until(lambda: not status.now.mongodb, within_s=EVERY_S + 3)


def test_the_ai_is_told_only_when_it_changes(store: Store) -> None:
    status = Status(store.told.append)
    for works in (True, False, False, True, True):
        status.set_ai(works=works)
    assert store.told == [WELL.model_copy(update={"ai": False}), WELL]


def test_a_new_socket_is_told_only_when_something_is_off(store: Store) -> None:
    status = Status(store.told.append)
    assert status.greeting() is None
    status.set_ai(works=False)
    assert status.greeting() == WELL.model_copy(update={"ai": False})


async def test_clients_hear_that_redis_went_away_and_that_it_is_back(settings: Settings, tmp_path: Path) -> None:
    async with (
        own_redis(tmp_path) as own,
        start_server(settings, redis={"url": own.url, "timeout_s": 0.5}) as server,
        People(server) as people,
    ):
        socket = await (await people.student()).connect()
        with own.hung():
            assert await socket.until("service.changed") == {"mongodb": True, "redis": False, "ai": True}
            assert not server.app[STATUS].well
        assert await socket.until("service.changed", 2) == {"mongodb": True, "redis": True, "ai": True}
