"""The same client against a server that we did not write: llama.cpp with a tiny model."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import httpx
import pytest

from tests.ai.factories import MakeModel, a_prompt, failure_of, outcome_of, some_settings
from tests.live.llama import KEY, Llama
from tutor.ai.chain import Chain, Link
from tutor.ai.errors import ModelRejected
from tutor.ai.model import Piece, Prompt, Turn
from tutor.ai.openai import OpenAIModel

pytestmark = pytest.mark.live

SLOTS = 4


@pytest.fixture
async def make_model(llama: Llama) -> AsyncIterator[MakeModel]:
    models: list[OpenAIModel] = []

    def make(base_url: str = "", api_key: str = KEY, temperature: float = 0.0) -> OpenAIModel:
        settings = some_settings(base_url or llama.base_url, api_key=api_key, temperature=temperature)
        models.append(OpenAIModel(settings))
        return models[-1]

    yield make
    for model in models:
        await model.close()


def a_question(text: str = "Say hello to the class.", max_tokens: int = 24) -> Prompt:
    return a_prompt(text, turns=(Turn("user", text),), max_tokens=max_tokens)


async def busy_slots(llama: Llama) -> int:
    """How many replies the server is writing, by its own metrics."""
    async with httpx.AsyncClient(trust_env=False, headers={"authorization": f"Bearer {KEY}"}) as client:
        text = (await client.get(llama.base_url.removesuffix("/v1") + "/metrics")).text
    line = next(line for line in text.splitlines() if line.startswith("llamacpp:requests_processing "))
    return int(float(line.split()[1]))


async def until_busy(llama: Llama, count: int) -> None:
    async with asyncio.timeout(10):
        while await busy_slots(llama) != count:  # noqa: ASYNC110  # another process can only be asked again
            await asyncio.sleep(0.05)


async def test_a_reply_streams_in_pieces_and_finishes_with_its_usage(make_model: MakeModel) -> None:
    reply = await outcome_of(make_model(), a_question(max_tokens=200))
    assert reply.finish
    assert reply.pieces > 3
    assert reply.finish.reason == "stop"
    assert reply.finish.usage.prompt_tokens > 5
    assert reply.finish.usage.completion_tokens >= reply.pieces
    assert (reply.finish.provider, reply.finish.model) == ("fakery", "fake-1")


async def test_a_small_limit_ends_a_reply_as_length(make_model: MakeModel) -> None:
    reply = await outcome_of(make_model(), a_question("Count from one to one hundred.", max_tokens=8))
    assert reply.finish
    assert (reply.finish.reason, reply.finish.usage.completion_tokens) == ("length", 8)


async def test_the_same_question_gets_the_same_reply_through_the_chain(make_model: MakeModel) -> None:
    chain = Chain([Link(make_model(), None)])
    first = await outcome_of(chain, a_question())
    assert first.text
    assert (await outcome_of(chain, a_question())).text == first.text


async def test_chinese_comes_through_whole(make_model: MakeModel) -> None:
    reply = await outcome_of(make_model(), a_question("Repeat after me: 你好,世界,解方程", max_tokens=40))
    assert reply.finish
    assert "你好" in reply.text


async def test_a_wrong_key_is_rejected(make_model: MakeModel) -> None:
    reply = await failure_of(Chain([Link(make_model(api_key="wrong"), None)]), ModelRejected)
    assert reply.error
    assert reply.error.facts == {"status": 401}


async def test_an_unknown_path_is_rejected(llama: Llama, make_model: MakeModel) -> None:
    reply = await failure_of(Chain([Link(make_model(llama.base_url + "/nowhere"), None)]), ModelRejected)
    assert reply.error
    assert reply.error.facts == {"status": 404}


async def test_a_prompt_beyond_the_context_is_rejected(make_model: MakeModel) -> None:
    reply = await failure_of(Chain([Link(make_model(), None)]), ModelRejected, a_question("word " * 6000))
    assert reply.error
    assert reply.error.facts == {"status": 400}


async def test_closing_a_stream_frees_its_slot_for_the_next(llama: Llama, make_model: MakeModel) -> None:
    model = make_model()
    long = a_question("Count from one to one thousand, one number a line.", max_tokens=2000)
    for _ in range(SLOTS + 1):
        async with aclosing(model.stream(long)) as stream:
            assert isinstance(await anext(stream), Piece)
    await until_busy(llama, 0)
    assert (await outcome_of(model, a_question())).finish


async def test_a_cancelled_task_frees_its_slot(llama: Llama, make_model: MakeModel) -> None:
    model = make_model()
    long = a_question("Count from one to one thousand, one number a line.", max_tokens=2000)
    tasks = [asyncio.create_task(outcome_of(model, long)) for _ in range(SLOTS)]
    await until_busy(llama, SLOTS)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await until_busy(llama, 0)


async def test_four_streams_run_at_once(make_model: MakeModel) -> None:
    model = make_model()
    replies = await asyncio.gather(*(outcome_of(model, a_question(f"Tell me about {i}.")) for i in range(SLOTS)))
    assert all(reply.finish and reply.text for reply in replies)
