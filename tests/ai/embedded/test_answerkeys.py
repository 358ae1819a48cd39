"""The keys to problems: worked out once, and tried again when they were late."""

from collections.abc import AsyncIterator

import pytest

from tutor.ai.embedded import AnswerKeys
from tutor.ai.embedded.worker import Workers

PROBLEM = "2(x-3)=10"


@pytest.fixture
async def workers() -> Workers:
    return Workers(20, 1)


@pytest.fixture
async def keys(workers: Workers) -> AsyncIterator[AnswerKeys]:
    found = AnswerKeys(workers)
    yield found
    await found.close()


def hurry(workers: Workers, deadline_s: float) -> None:
    for worker in workers.all:
        worker._deadline_s = deadline_s


async def test_a_key_is_worked_out_once(keys: AnswerKeys) -> None:
    key = await keys.of(PROBLEM, "en")
    assert key is not None
    assert await keys.of(PROBLEM, "en") is key


async def test_a_key_that_was_late_is_worked_out_the_next_time(keys: AnswerKeys, workers: Workers) -> None:
    hurry(workers, 0)
    assert await keys.of(PROBLEM, "en") is None
    hurry(workers, 20)
    assert await keys.of(PROBLEM, "en") is not None


async def test_a_key_that_was_late_twice_is_not_waited_for_any_more(keys: AnswerKeys, workers: Workers) -> None:
    hurry(workers, 0)
    for _ in range(2):
        assert await keys.of(PROBLEM, "en") is None
    hurry(workers, 20)
    assert await keys.of(PROBLEM, "en") is None
