"""What runs by itself for homework."""

import asyncio
from datetime import timedelta

import pytest
from pymongo.errors import ConnectionFailure

from tests.accounts.test_jobs import SteppedClock
from tests.factories import People, Server
from tests.homework.factories import given
from tutor.core.clock import Clock
from tutor.homework.context import AUTHORING
from tutor.homework.jobs import GIVE_S, give


async def test_giving_goes_on_for_ever_also_after_the_store_was_away(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    authoring, clock, faults, looked = server.app[AUTHORING], SteppedClock(), [ConnectionFailure("away")], []

    async def away_once() -> int:
        if faults:
            raise faults.pop()
        looked.append(1)
        return 0

    monkeypatch.setattr(authoring, "give_due", away_once)
    job = asyncio.create_task(give(authoring, clock))
    await clock.step()
    assert looked == []
    await clock.step()
    assert looked
    assert set(clock.asked) == {GIVE_S}
    job.cancel()


async def test_a_server_gives_by_itself_what_is_scheduled(people: People) -> None:
    teacher, (student,), class_id = await people.classroom()
    ear, opens_at = await student.connect(), Clock().now() + timedelta(seconds=1)
    homework = await given(teacher, class_id, opens_at=opens_at.isoformat())
    assert homework["state"] == "scheduled"
    await ear.until("assignment.changed", assignment_id=homework["id"])
    found = (await teacher.call("GET", f"/assignments/{homework['id']}"))["assignment"]
    assert (found["state"], found["published_at"] >= found["opens_at"]) == ("published", True)
