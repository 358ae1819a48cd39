"""Which model the app chooses for which settings, and what stands in for it when it is ill."""

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any

import pytest

from tests.ai.factories import a_prompt, outcome_of
from tests.live.fake_ai import FakeAI
from tests.live.fake_wire import Script
from tutor import writers
from tutor.ai.chain import Chain
from tutor.ai.embedded import EmbeddedModel
from tutor.ai.embedded.worker import Workers
from tutor.ai.model import Model, Piece
from tutor.core.clock import Clock
from tutor.settings import load

Choose = Callable[..., Model]
SOLVABLE = a_prompt("2(x-3)=10", language="en", earlier=())


@pytest.fixture
async def choose() -> AsyncIterator[Choose]:
    """The model for these settings of the section `ai`; it is closed after the test."""
    chosen: list[Model] = []

    def make(**ai: Any) -> Model:
        chosen.append(writers._model(load(env="test", ai=ai), Clock(), Workers(3, 2)))
        return chosen[-1]

    yield make
    for model in chosen:
        await model.close()


@pytest.fixture
async def services() -> AsyncIterator[tuple[FakeAI, FakeAI]]:
    async with FakeAI() as first, FakeAI() as second:
        yield first, second


def both(first: FakeAI, second: FakeAI) -> dict[str, Any]:
    spare = {"base_url": second.base_url, "model": "m2", "provider": "second", "api_key": "k2"}
    return {"base_url": first.base_url, "model": "m1", "provider": "first", "attempts": 1, "fallbacks": [spare]}


async def test_without_a_service_the_built_in_tutor_answers_alone(choose: Choose) -> None:
    assert isinstance(choose(), EmbeddedModel)


async def test_with_a_service_its_chain_answers(choose: Choose, services: tuple[FakeAI, FakeAI]) -> None:
    model = choose(**both(*services))
    assert isinstance(model, Chain)
    assert (model.provider, model.name) == ("first", "m1")


async def test_an_ill_service_is_replaced_by_the_next_with_its_own_key(
    choose: Choose, services: tuple[FakeAI, FakeAI]
) -> None:
    first, second = services
    first.default = Script("http", status=500)
    reply = await outcome_of(choose(**both(first, second)))
    assert reply.finish
    assert (reply.finish.provider, reply.finish.model) == ("second", "m2")
    assert second.last.headers["Authorization"] == "Bearer k2"


async def test_when_no_service_answers_the_built_in_tutor_solves_what_it_can(
    choose: Choose, services: tuple[FakeAI, FakeAI]
) -> None:
    for service in services:
        service.default = Script("http", status=500)
    model = choose(**both(*services))
    async with aclosing(model.stream(SOLVABLE)) as stream:
        first = await anext(stream)
    assert isinstance(first, Piece)
    assert first.by
    assert first.by.provider == "embedded"
    outcome = await outcome_of(model)
    assert outcome.error
    assert outcome.error.code == "ai_unavailable"


async def test_the_stopgap_can_be_switched_off(choose: Choose, services: tuple[FakeAI, FakeAI]) -> None:
    for service in services:
        service.default = Script("http", status=500)
    model = choose(**both(*services), fallback_to_builtin=False)
    assert (await outcome_of(model, SOLVABLE)).error
