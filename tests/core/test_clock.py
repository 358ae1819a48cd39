"""The clock: MongoDB's time of day, carried on by seconds that never jump."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tutor.core.clock import Clock
from tutor.core.mongo import Database, time_of

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class Still(Clock):
    """A clock whose seconds pass when the test says so."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        await asyncio.sleep(0)


def a_server(clock: Still, there: datetime, *, out: float = 0.0, home: float = 0.0) -> Callable[[], object]:
    """Something that answers with its time, after a way there and before a way back, in seconds."""
    began = clock.seconds

    async def ask() -> datetime:
        clock.seconds += out
        told = there + timedelta(seconds=clock.seconds - began)
        clock.seconds += home
        return told.replace(microsecond=told.microsecond // 1000 * 1000)

    return ask


@pytest.mark.parametrize("wrong_by", [-86400, -120, -1, 1, 120, 86400])
async def test_a_clock_that_is_wrong_goes_by_the_anchor(wrong_by: int) -> None:
    clock = Still()
    with time_machine.travel(NOON + timedelta(seconds=wrong_by), tick=False):
        assert clock.now() == NOON + timedelta(seconds=wrong_by)
    assert await clock.anchor(a_server(clock, NOON))  # type: ignore[arg-type]
    assert abs(clock.now() - NOON) <= timedelta(milliseconds=1)
    clock.seconds += 60
    assert abs(clock.now() - NOON - timedelta(seconds=60)) <= timedelta(milliseconds=1)


async def test_a_jump_of_the_machines_time_changes_nothing() -> None:
    clock = Clock()
    with time_machine.travel(NOON, tick=True):
        before = clock.now()
    after = clock.now()
    assert timedelta() <= after - before < timedelta(seconds=5)


async def test_the_way_there_and_back_is_halved() -> None:
    clock = Still()
    with time_machine.travel(NOON - timedelta(hours=1), tick=False):
        clock.now()
    await clock.anchor(a_server(clock, NOON, out=0.4, home=0.2))  # type: ignore[arg-type]
    assert abs(clock.now() - NOON - timedelta(seconds=0.6)) <= timedelta(milliseconds=101)


async def test_a_time_that_fits_the_answer_does_not_tremble() -> None:
    clock = Still()
    await clock.anchor(a_server(clock, NOON))  # type: ignore[arg-type]
    zero = clock._zero
    for out, home in ((0.0, 0.3), (0.3, 0.0), (0.01, 0.002)):
        assert await clock.anchor(a_server(clock, clock.now(), out=out, home=home))  # type: ignore[arg-type]
        assert clock._zero == zero


async def test_an_answer_that_took_long_is_ignored() -> None:
    clock = Still()
    await clock.anchor(a_server(clock, NOON))  # type: ignore[arg-type]
    zero = clock._zero
    assert not await clock.anchor(a_server(clock, NOON + timedelta(days=1), out=1.5))  # type: ignore[arg-type]
    assert clock._zero == zero


async def test_the_anchor_is_thrown_again_and_a_failure_does_not_end_it() -> None:
    clock = Still()
    asked = 0
    enough = asyncio.Event()

    async def ask() -> datetime:
        nonlocal asked
        asked += 1
        if asked == 1:
            raise ConnectionError
        if asked == 3:
            enough.set()
        return NOON + timedelta(seconds=clock.seconds)

    keeping = asyncio.create_task(clock.stay_anchored(ask, ConnectionError))
    async with asyncio.timeout(5):
        await enough.wait()
    keeping.cancel()
    await asyncio.wait([keeping])
    assert abs(clock.now() - NOON - timedelta(seconds=clock.seconds)) <= timedelta(milliseconds=1)


async def test_the_store_tells_its_time(database: Database) -> None:
    told = await time_of(database)
    assert abs(datetime.now(UTC) - told) < timedelta(seconds=5)
    clock = Clock()
    assert await clock.anchor(lambda: time_of(database))
    assert abs(datetime.now(UTC) - clock.now()) < timedelta(seconds=5)
