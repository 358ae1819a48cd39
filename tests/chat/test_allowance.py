"""The shares of the tutor's replies: a student's, a class's, and who has several classes."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Sequence

import pytest

from tests.factories import FakeClock
from tutor.chat.allowance import Allowance
from tutor.chat.errors import AiLimit, DailyLimit
from tutor.chat.store import ChatStore
from tutor.core import redis
from tutor.core.limits import Limits, Rate
from tutor.core.mongo import Database
from tutor.core.redis import RedisSettings
from tutor.settings import Settings

STUDENT, CLASS = Rate.parse("20/min burst 10"), Rate.parse("60/min burst 25")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def allowance(settings: Settings, database: Database, clock: FakeClock) -> AsyncIterator[Allowance]:
    prefix = f"test-{uuid.uuid4().hex[:8]}"
    client = redis.connect(RedisSettings(settings.redis.url, 20.0, prefix))
    limits = Limits(client, {"ai_student": STUDENT, "ai_class": CLASS}, prefix=prefix)
    yield Allowance(limits, ChatStore(database), clock)
    await client.aclose()


async def taken(allowance: Allowance, student: str, classes: Sequence[str]) -> None:
    await allowance.take_student(student)
    await allowance.take_class(classes)


async def refusals(allowance: Allowance, times: int, student: str, classes: Sequence[str] = ()) -> list[AiLimit]:
    """The refusals of so many requests at once."""
    asked = (taken(allowance, student, classes) for _ in range(times))
    return [given for given in await asyncio.gather(*asked, return_exceptions=True) if isinstance(given, AiLimit)]


async def test_a_student_has_a_share_and_is_told_when_there_is_more(allowance: Allowance) -> None:
    refused = await refusals(allowance, 30, "ming", ["7a"])
    assert len(refused) == 20
    assert refused[0].facts["whose"] == "student"
    assert refused[0].facts["retry_after_s"] in {1, 2, 3}
    assert refused[0].status == 429


async def test_a_student_who_asks_too_much_leaves_the_class_its_share(allowance: Allowance) -> None:
    await refusals(allowance, 60, "ming", ["7a"])
    assert await refusals(allowance, 10, "hong", ["7a"]) == []


async def test_a_class_has_a_share_together(allowance: Allowance) -> None:
    everybody = await asyncio.gather(*(refusals(allowance, 5, f"pupil{n}", ["7a"]) for n in range(8)))
    refused = [each for some in everybody for each in some]
    assert len(refused) == 15
    assert {each.facts["whose"] for each in refused} == {"class"}
    assert await refusals(allowance, 5, "elsewhere", ["7b"]) == []


async def test_who_is_in_several_classes_is_refused_when_all_have_none_left(allowance: Allowance) -> None:
    classes = ["7a", "choir"]
    everybody = await asyncio.gather(*(refusals(allowance, 10, f"pupil{n}", classes) for n in range(6)))
    assert sum(len(some) for some in everybody) == 10


async def test_who_is_in_no_class_has_the_own_share_only(allowance: Allowance) -> None:
    assert await refusals(allowance, 10, "ming") == []
    assert len(await refusals(allowance, 1, "ming")) == 1


async def test_a_day_has_so_many_replies_and_the_next_as_many_again(allowance: Allowance, clock: FakeClock) -> None:
    student = uuid.uuid4().hex
    await allowance.take_today(student, None)
    for _ in range(3):
        await allowance.take_today(student, 3)
    for _ in range(3):
        with pytest.raises(DailyLimit) as refused:
            await allowance.take_today(student, 3)
        assert refused.value.facts == {"limit": 3}
    await allowance.take_today(student, 4)
    clock.advance(24 * 3600)
    await allowance.take_today(student, 3)
