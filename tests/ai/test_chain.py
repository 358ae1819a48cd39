"""Retries before the first piece: with a model that fails on order, and against the scripted service."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

import pytest
import structlog

from tests.ai.factories import KEY, MakeModel, a_prompt, failure_of, outcome_of
from tests.live.fake_ai import FakeAI
from tests.live.fake_wire import Script
from tutor.ai.chain import Chain
from tutor.ai.errors import (
    ModelCut,
    ModelError,
    ModelGarbled,
    ModelOverloaded,
    ModelRejected,
    ModelTimeout,
    ModelUnavailable,
)
from tutor.ai.model import Finish, Model, Piece, Prompt, Usage

END = Finish("stop", "scripted", "none", Usage())


class Ordered:
    """A model that plays one list of items per call: an error among them is raised instead."""

    provider = "scripted"
    name = "none"

    def __init__(self, *calls: list[Piece | Finish | Exception]) -> None:
        self.calls = list(calls)
        self.asked_at: list[float] = []
        self.prompts: list[Prompt] = []
        self.open = 0
        self.closed = False

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Piece | Finish, None]:
        self.asked_at.append(time.monotonic())
        self.prompts.append(prompt)
        self.open += 1
        try:
            for item in self.calls.pop(0) if len(self.calls) > 1 else self.calls[0]:
                await asyncio.sleep(0)
                if isinstance(item, Exception):
                    raise item
                yield item
        finally:
            self.open -= 1

    async def close(self) -> None:
        self.closed = True


def quick(model: Model, *, attempts: int = 3, budget_s: float = 5.0, wait_s: float = 0.01) -> Chain:
    return Chain(model, attempts=attempts, budget_s=budget_s, wait_initial_s=wait_s, wait_max_s=0.2, wait_jitter_s=0.0)


async def test_a_stream_without_a_fault_passes_through() -> None:
    model = Ordered([Piece("a"), Piece("b"), END])
    reply = await outcome_of(quick(model))
    assert (reply.text, reply.finish, len(model.asked_at)) == ("ab", END, 1)


async def test_a_reply_without_text_passes_through() -> None:
    assert (await outcome_of(quick(Ordered([END])))).finish == END


async def test_the_chain_has_the_name_of_its_model_and_closes_it() -> None:
    model = Ordered([END])
    chain = quick(model)
    await chain.close()
    assert (chain.provider, chain.name, model.closed) == ("scripted", "none", True)


@pytest.mark.parametrize(
    "make", [ModelUnavailable, lambda: ModelOverloaded(retry_after_s=0.0), lambda: ModelTimeout(stage="first_token")]
)
async def test_a_passing_fault_before_the_first_piece_is_tried_again(make: Callable[[], ModelError]) -> None:
    model = Ordered([make()], [make()], [Piece("a"), END])
    prompt = a_prompt()
    assert (await outcome_of(quick(model), prompt)).text == "a"
    assert model.prompts == [prompt] * 3


@pytest.mark.parametrize("kind", [ModelRejected, ModelGarbled, ModelCut])
async def test_a_lasting_fault_is_not_tried_again(kind: type[ModelError]) -> None:
    model = Ordered([kind()])
    await failure_of(quick(model), kind)
    assert len(model.asked_at) == 1


@pytest.mark.parametrize("kind", [ModelUnavailable, ModelTimeout, ModelCut, ModelOverloaded])
async def test_nothing_is_tried_again_after_the_first_piece(kind: type[ModelError]) -> None:
    model = Ordered([Piece("a"), kind()])
    reply = await failure_of(quick(model), kind)
    assert (reply.text, len(model.asked_at)) == ("a", 1)


async def test_the_last_error_is_raised_when_the_attempts_are_used_up() -> None:
    model = Ordered([ModelUnavailable(status=500)], [ModelTimeout(stage="connect")], [ModelUnavailable(status=502)])
    reply = await failure_of(quick(model, attempts=3), ModelUnavailable)
    assert reply.error
    assert reply.error.facts == {"status": 502}
    assert len(model.asked_at) == 3


async def test_one_attempt_means_no_second() -> None:
    model = Ordered([ModelUnavailable()])
    await failure_of(quick(model, attempts=1), ModelUnavailable)
    assert len(model.asked_at) == 1


async def test_the_waits_grow() -> None:
    model = Ordered([ModelUnavailable()])
    await failure_of(quick(model, attempts=4, wait_s=0.04), ModelUnavailable)
    waits = [later - earlier for earlier, later in zip(model.asked_at, model.asked_at[1:], strict=False)]
    assert [wait >= least for wait, least in zip(waits, (0.04, 0.08, 0.16), strict=True)] == [True] * 3


async def test_no_try_starts_after_the_budget() -> None:
    model = Ordered([ModelUnavailable()])
    began = time.monotonic()
    await failure_of(quick(model, attempts=1000, budget_s=0.3, wait_s=0.05), ModelUnavailable)
    assert max(model.asked_at) - began < 0.3 + 0.2 + 1.0  # the budget, one longest wait, and a busy machine
    assert 1 < len(model.asked_at) < 10


async def test_the_wait_that_the_service_asks_for_is_kept() -> None:
    model = Ordered([ModelOverloaded(retry_after_s=0.3)], [Piece("a"), END])
    assert (await outcome_of(quick(model))).finish
    assert model.asked_at[1] - model.asked_at[0] >= 0.29


async def test_a_wait_beyond_the_budget_fails_at_once_and_says_how_long() -> None:
    model = Ordered([ModelOverloaded(retry_after_s=60.0)])
    began = time.monotonic()
    reply = await failure_of(quick(model), ModelOverloaded)
    assert reply.error
    assert reply.error.facts["retry_after_s"] == 60.0
    assert len(model.asked_at) == 1
    assert time.monotonic() - began < 2.0


async def test_a_stream_of_nothing_is_a_cut() -> None:
    model = Ordered([])
    await failure_of(quick(model), ModelCut)
    assert len(model.asked_at) == 1


async def test_a_fault_of_our_own_is_not_hidden_by_retries() -> None:
    model = Ordered([ZeroDivisionError()])
    with pytest.raises(ZeroDivisionError):
        await outcome_of(quick(model))
    assert len(model.asked_at) == 1


async def test_closing_the_chain_s_stream_closes_the_model_s() -> None:
    model = Ordered([Piece("a"), Piece("b"), END])
    async with aclosing(quick(model).stream(a_prompt())) as stream:
        await anext(stream)
        assert model.open == 1
    assert model.open == 0


async def test_a_cancelled_wait_ends_at_once() -> None:
    model = Ordered([ModelOverloaded(retry_after_s=4.0)])
    task = asyncio.create_task(outcome_of(quick(model)))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(model.asked_at) == 1


@pytest.mark.parametrize("name", ["hang_before_headers", "hang_after"])
async def test_a_cancelled_stream_is_not_tried_again(fake: FakeAI, make_model: MakeModel, name: str) -> None:
    fake.default = Script(name, n=0)
    task = asyncio.create_task(outcome_of(quick(make_model())))
    await fake.until_open(1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(fake.heard) == 1


async def test_a_service_that_recovers_is_not_noticed(fake: FakeAI, make_model: MakeModel) -> None:
    fake.next(Script("http", status=500), Script("http", status=429, retry_after="0.1"), Script("usage_after"))
    reply = await outcome_of(quick(make_model()))
    assert reply.text == fake.last.text
    assert len(fake.heard) == 3


@pytest.mark.parametrize("name", ["cut_after", "reset_after", "hang_after"])
async def test_a_break_before_the_first_token_is_mended(fake: FakeAI, make_model: MakeModel, name: str) -> None:
    fake.next(Script(name, n=0))
    assert (await outcome_of(quick(make_model(first_token_s=0.5)))).finish
    assert len(fake.heard) == 2


@pytest.mark.parametrize("name", ["cut_after", "reset_after", "hang_after", "garbage"])
async def test_a_break_after_a_token_is_not_repeated(fake: FakeAI, make_model: MakeModel, name: str) -> None:
    fake.next(Script(name, n=2))
    reply = await outcome_of(quick(make_model(between_tokens_s=0.3)))
    assert reply.error
    assert reply.text == fake.last.text
    assert len(fake.heard) == 1


async def test_a_wrong_key_is_tried_once(fake: FakeAI, make_model: MakeModel) -> None:
    fake.default = Script("http", status=401)
    await failure_of(quick(make_model()), ModelRejected)
    assert len(fake.heard) == 1


async def test_a_retry_is_logged_without_key_or_prompt(
    fake: FakeAI, make_model: MakeModel, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    fake.next(Script("http", status=500))
    with structlog.testing.capture_logs() as logs:
        await outcome_of(quick(make_model()))
    assert [log["event"] for log in logs] == ["stamina.retry_scheduled"]
    seen = f"{logs} {caplog.text}"
    assert KEY not in seen
    assert "sky" not in seen


async def test_many_chains_retry_at_once_without_mixing_replies(fake: FakeAI, make_model: MakeModel) -> None:
    fake.next(*[Script("http", status=503)] * 20)
    fake.default = Script("echo")
    chain = quick(make_model(), attempts=30)
    prompts = [a_prompt(f"question {i}.") for i in range(20)]
    replies = await asyncio.gather(*(outcome_of(chain, prompt) for prompt in prompts))
    assert all(f"question {i}." in reply.text for i, reply in enumerate(replies))
