"""The job that goes on with visits: its pace, and its patience with a store that is away."""

import asyncio

import pytest
from pymongo.errors import ServerSelectionTimeoutError

from tests.accounts.test_jobs import SteppedClock
from tests.factories import People
from tests.records.conftest import Lesson
from tutor.records.context import READ_LOG
from tutor.records.jobs import RENEW_S, renew


async def test_every_minute_it_looks_who_stays_also_after_the_store_was_away(
    lesson: Lesson, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    await lesson.room.open()
    await lesson.look()
    await lesson.room.socket.ask("conversation.close", conversation_id=lesson.id)
    log, faults = people.server.app[READ_LOG], [ServerSelectionTimeoutError("away")]
    look = log.renew

    async def away_once() -> None:
        if faults:
            raise faults.pop()
        await look()

    monkeypatch.setattr(log, "renew", away_once)
    clock = SteppedClock()
    job = asyncio.create_task(renew(log, clock))
    await clock.step()
    assert await lesson.reads() == []
    await clock.step()
    assert [read["reader_id"] for read in await lesson.reads()] == [lesson.teacher.id]
    assert set(clock.asked) == {RENEW_S}
    job.cancel()
