"""Connections of the client: however a stream ends, its place in the pool is free again.

The stock transport of httpx loses places when streams are cancelled; these tests hold ours to not doing it.
"""

import asyncio
from contextlib import aclosing, suppress

import pytest

from tests.ai.factories import MakeModel, a_prompt, failure_of, outcome_of
from tests.live.fake_ai import FakeAI
from tests.live.fake_wire import Script
from tutor.ai.errors import ModelTimeout
from tutor.ai.model import Piece
from tutor.ai.openai import OpenAIModel

PLACES = 4


@pytest.fixture
def small(make_model: MakeModel) -> OpenAIModel:
    """A model with a small pool, that waits long enough for a place and no longer."""
    return make_model(max_connections=PLACES, connect_s=5.0)


async def read_some(model: OpenAIModel, count: int) -> int:
    """Read `count` pieces and close the stream."""
    seen = 0
    async with aclosing(model.stream(a_prompt())) as stream:
        while seen < count and isinstance(await anext(stream, None), Piece):
            seen += 1
    return seen


async def all_places_work(fake: FakeAI, model: OpenAIModel) -> None:
    """The service sees no stream left open, and as many as the pool has places run at once."""
    await fake.until_open(0)
    fake.default = Script("slow_each", tokens=3, delay_s=0.05)
    replies = await asyncio.gather(*(outcome_of(model) for _ in range(PLACES)))
    assert [reply.text for reply in replies] == [fake.default.text] * PLACES


async def test_streams_closed_at_any_point_free_their_places(fake: FakeAI, small: OpenAIModel) -> None:
    fake.default = Script("slow_each", tokens=30, delay_s=0.002)
    counts = [i * 7 % 32 for i in range(50)]
    assert await asyncio.gather(*(read_some(small, count) for count in counts)) == [min(count, 30) for count in counts]
    await all_places_work(fake, small)


async def test_tasks_cancelled_twice_at_any_point_free_their_places(fake: FakeAI, small: OpenAIModel) -> None:
    fake.default = Script("slow_each", tokens=1000, delay_s=0.002)
    for i in range(12):
        tasks = [asyncio.create_task(outcome_of(small)) for _ in range(2 * PLACES)]
        await asyncio.sleep(i * 7 % 12 / 400)  # 0 to 28 ms: before, during and after the connection
        for task in tasks:
            task.cancel()
        await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        done = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(each, asyncio.CancelledError) for each in done)
    await all_places_work(fake, small)


async def test_churn_that_cancels_most_callers_leaves_the_pool_whole(fake: FakeAI, small: OpenAIModel) -> None:
    fake.default = Script(tokens=2)

    async def caller(start: int) -> None:
        for i in range(start, start + 25):
            task = asyncio.create_task(outcome_of(small))
            await asyncio.sleep(i * 7 % 11 / 1000)
            if i % 10 < 7:
                task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    await asyncio.gather(*(caller(start) for start in range(3 * PLACES)))
    await all_places_work(fake, small)


@pytest.mark.parametrize("name", ["hang_before_headers", "hang_after", "trickle", "hang_after_finish"])
async def test_cancelling_a_waiting_stream_frees_its_place(fake: FakeAI, small: OpenAIModel, name: str) -> None:
    fake.default = Script(name)
    tasks = [asyncio.create_task(outcome_of(small)) for _ in range(PLACES)]
    await fake.until_open(PLACES)
    await asyncio.sleep(0.05)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await all_places_work(fake, small)


@pytest.mark.parametrize("name", ["garbage", "giant_line", "cut_after", "reset_after", "no_end", "http"])
async def test_streams_that_fail_free_their_places(fake: FakeAI, small: OpenAIModel, name: str) -> None:
    fake.default = Script(name)
    replies = await asyncio.gather(*(outcome_of(small) for _ in range(5 * PLACES)))
    assert all(reply.error for reply in replies)
    await all_places_work(fake, small)


async def test_streams_past_a_deadline_free_their_places(fake: FakeAI, make_model: MakeModel) -> None:
    fake.default = Script("hang_after")
    model = make_model(max_connections=PLACES, between_tokens_s=0.1)
    replies = await asyncio.gather(*(outcome_of(model) for _ in range(3 * PLACES)))
    assert {type(reply.error) for reply in replies} == {ModelTimeout}
    await all_places_work(fake, make_model(max_connections=PLACES))
    await all_places_work(fake, model)


async def test_waiting_for_a_place_counts_as_connecting(fake: FakeAI, make_model: MakeModel) -> None:
    fake.default = Script("hang_after")
    model = make_model(max_connections=1, connect_s=0.2)
    async with aclosing(model.stream(a_prompt())) as first:
        await anext(first)
        waiting = await failure_of(model, ModelTimeout)
    assert waiting.error
    assert waiting.error.facts == {"stage": "connect"}


async def test_closing_a_stream_ends_it_at_the_service(fake: FakeAI, model: OpenAIModel) -> None:
    fake.default = Script("slow_each", tokens=1000, delay_s=0.01)
    assert await read_some(model, 3) == 3
    await fake.until_open(0)
    assert len(fake.last.sent) < 100


async def test_a_whole_reply_keeps_its_connection_for_the_next(fake: FakeAI, model: OpenAIModel) -> None:
    for _ in range(3):
        await outcome_of(model)
    assert len({heard.peer for heard in fake.heard}) == 1


async def test_many_streams_at_once_are_all_byte_equal(fake: FakeAI, make_model: MakeModel) -> None:
    fake.default = Script("slow_each", tokens=30, delay_s=0.01)
    model = make_model(max_connections=200)
    replies = await asyncio.gather(*(outcome_of(model) for _ in range(200)))
    assert {reply.text for reply in replies} == {fake.default.text}
