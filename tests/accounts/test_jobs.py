"""The sweep over open sockets' sessions: its pace, its patience with a store that is away, and its end."""

import asyncio
from collections.abc import Collection

import pytest
from pymongo.errors import ServerSelectionTimeoutError

from tests.accounts.household import Household, session_of
from tests.factories import Server
from tutor.accounts.jobs import SWEEP_S, sweep
from tutor.core.clock import Clock
from tutor.core.sockets import DOOR, Door


class SteppedClock(Clock):
    """A clock whose sleeps end when the test says so."""

    def __init__(self) -> None:
        self.asked: list[float] = []
        self._steps: asyncio.Queue[None] = asyncio.Queue()
        self._asleep = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        self.asked.append(seconds)
        self._asleep.set()
        await self._steps.get()

    async def step(self) -> None:
        """Let one sleep end, and wait until the sleeper sleeps again."""
        await self._asleep.wait()
        self._asleep.clear()
        self._steps.put_nowait(None)
        await self._asleep.wait()


@pytest.fixture
def door(server: Server) -> Door:
    return server.app[DOOR]


async def test_the_sweep_goes_on_when_the_store_is_away(
    house: Household, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    student = await house.student()
    await house.store.end([session_of(student)], house.clock.now())
    monkeypatch.setattr(door, "sessions", lambda: frozenset([session_of(student)]))
    end_dead = house.sessions.end_dead
    faults = [ServerSelectionTimeoutError("away")]

    async def away_once(session_ids: Collection[str]) -> None:
        if faults:
            raise faults.pop()
        await end_dead(session_ids)

    monkeypatch.setattr(house.sessions, "end_dead", away_once)
    clock = SteppedClock()
    task = asyncio.create_task(sweep(house.sessions, door, clock))
    await clock.step()
    assert house.closed == []
    await clock.step()
    assert house.closed == [session_of(student)]
    assert set(clock.asked) == {SWEEP_S}
    task.cancel()


async def test_the_sweep_asks_nothing_when_nobody_is_connected(
    house: Household, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Collection[str]] = []

    async def note(session_ids: Collection[str]) -> None:
        asked.append(session_ids)

    monkeypatch.setattr(door, "sessions", frozenset)
    monkeypatch.setattr(house.sessions, "end_dead", note)
    clock = SteppedClock()
    task = asyncio.create_task(sweep(house.sessions, door, clock))
    await clock.step()
    await clock.step()
    assert asked == []
    task.cancel()
