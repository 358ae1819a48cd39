"""Retries before the first piece: with a model that fails on order, and against the scripted service."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any

import pytest
import structlog

from tests.ai.factories import KEY, MakeModel, StillClock, a_prompt, failure_of, outcome_of
from tests.live.fake_ai import FakeAI
from tests.live.fake_wire import Script
from tutor.ai.breaker import Breaker, BreakerSettings
from tutor.ai.chain import Chain, Link, Patience
from tutor.ai.errors import (
    ModelCut,
    ModelError,
    ModelGarbled,
    ModelOverloaded,
    ModelRejected,
    ModelTimeout,
    ModelUnavailable,
)
from tutor.ai.model import Finish, Model, Piece, Prompt, Usage, Writer
from tutor.core.clock import Clock

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


def chain_of(*links: Link, **changes: Any) -> Chain:
    values = {"attempts": 3, "budget_s": 5.0, "wait_initial_s": 0.01, "wait_max_s": 0.2, "wait_jitter_s": 0.0}
    return Chain(links, Patience(**(values | changes)))


def quick(model: Model, *, attempts: int = 3, budget_s: float = 5.0, wait_s: float = 0.01) -> Chain:
    return chain_of(Link(model, None), attempts=attempts, budget_s=budget_s, wait_initial_s=wait_s)


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


ILL: list[Piece | Finish | Exception] = [ModelUnavailable(status=500)]


def guarded(model: Model, clock: StillClock | None = None, *, failures: int = 3) -> Link:
    return Link(model, Breaker(model.provider, clock or StillClock(), BreakerSettings(failures=failures)))


def other(*calls: list[Piece | Finish | Exception]) -> Ordered:
    model = Ordered(*calls)
    model.provider, model.name = "other", "spare"
    return model


async def test_the_next_service_answers_when_the_first_is_ill() -> None:
    spare = other([Piece("b"), END])
    assert (await outcome_of(chain_of(guarded(Ordered(ILL)), guarded(spare)))).text == "b"


async def test_the_first_piece_says_who_writes_and_no_other_does() -> None:
    chain = chain_of(guarded(Ordered(ILL)), guarded(other([Piece("b"), Piece("c"), END])))
    async with aclosing(chain.stream(a_prompt())) as stream:
        items = [item async for item in stream]
    assert items[:2] == [Piece("b", by=Writer("other", "spare")), Piece("c")]


async def test_nothing_is_asked_of_the_next_service_after_the_first_piece() -> None:
    spare = other([Piece("b"), END])
    reply = await failure_of(chain_of(guarded(Ordered([Piece("a"), ModelCut()])), guarded(spare)), ModelCut)
    assert (reply.text, spare.asked_at) == ("a", [])


async def test_an_open_breaker_is_passed_over_at_once() -> None:
    ill, spare = Ordered(ILL), other([Piece("b"), END])
    chain = chain_of(guarded(ill, failures=3), guarded(spare))
    for _ in range(4):
        assert (await outcome_of(chain)).text == "b"
    assert len(ill.asked_at) == 3


async def test_a_service_that_is_left_alone_says_for_how_long() -> None:
    clock = StillClock()
    chain = chain_of(guarded(Ordered(ILL), clock))
    await failure_of(chain, ModelUnavailable)
    clock.advance(10.0)
    reply = await failure_of(chain, ModelUnavailable)
    assert reply.error
    assert reply.error.facts == {"retry_after_s": 20.0}


async def test_the_preferred_service_is_asked_again_when_its_time_is_over() -> None:
    clock, healing = StillClock(), Ordered(ILL, ILL, ILL, [Piece("a"), END])
    chain = chain_of(guarded(healing, clock), guarded(other([Piece("b"), END]), clock))
    assert (await outcome_of(chain)).text == "b"
    clock.advance(30.0)
    assert (await outcome_of(chain)).text == "a"


async def test_a_chain_where_all_fail_has_the_error_of_its_first_service() -> None:
    chain = chain_of(guarded(Ordered([ModelOverloaded(retry_after_s=90.0)])), guarded(other([ModelGarbled()])))
    reply = await failure_of(chain, ModelOverloaded)
    assert reply.error
    assert reply.error.facts["retry_after_s"] == 90.0


async def test_a_refused_key_moves_on_and_is_not_tried_again() -> None:
    wrong, spare = Ordered([ModelRejected(status=401)]), other([Piece("b"), END])
    chain = chain_of(guarded(wrong), guarded(spare))
    for _ in range(3):
        assert (await outcome_of(chain)).text == "b"
    assert len(wrong.asked_at) == 1


async def test_what_one_service_refuses_for_its_content_no_other_is_asked() -> None:
    spare = other([Piece("b"), END])
    await failure_of(chain_of(guarded(Ordered([ModelRejected(status=400)])), guarded(spare)), ModelRejected)
    assert spare.asked_at == []


async def test_nobody_waits_for_a_busy_service_while_another_is_free() -> None:
    busy = Ordered([ModelOverloaded(retry_after_s=4.0)])
    began = time.monotonic()
    assert (await outcome_of(chain_of(guarded(busy), guarded(other([Piece("b"), END]))))).text == "b"
    assert time.monotonic() - began < 2.0
    assert len(busy.asked_at) == 1


async def test_a_stopgap_that_cannot_help_leaves_the_first_error() -> None:
    stopgap = Link(other([ModelUnavailable()]), None)
    reply = await failure_of(chain_of(guarded(Ordered([ModelTimeout(stage="connect")])), stopgap), ModelTimeout)
    assert reply.error
    assert reply.error.facts == {"stage": "connect"}


async def test_half_open_one_of_many_callers_tries_the_service() -> None:
    clock, ill = StillClock(), Ordered(ILL)
    chain = chain_of(guarded(ill, clock), attempts=1)
    await asyncio.gather(*(failure_of(chain, ModelUnavailable) for _ in range(3)))
    clock.advance(30.0)
    await asyncio.gather(*(failure_of(chain, ModelUnavailable) for _ in range(20)))
    assert len(ill.asked_at) == 4


async def test_a_cancelled_probe_leaves_the_way_open() -> None:
    clock, model = StillClock(), Ordered(ILL, ILL, ILL, [Piece("a"), END])
    chain = chain_of(guarded(model, clock))
    await failure_of(chain, ModelUnavailable)
    clock.advance(30.0)
    probe = asyncio.create_task(outcome_of(chain))
    await asyncio.sleep(0)
    probe.cancel()
    await asyncio.gather(probe, return_exceptions=True)
    assert (await outcome_of(chain)).finish == END


async def test_the_news_is_told_when_all_services_are_left_alone_and_when_one_may_be_asked_again() -> None:
    patient = BreakerSettings(failures=1, open_s=0.1)
    links = [Link(model, Breaker(model.provider, Clock(), patient)) for model in (Ordered(ILL), other(ILL))]
    chain, news = chain_of(*links, attempts=1), list[bool]()
    recovered = asyncio.Event()

    def note(down: bool) -> None:
        news.append(down)
        if not down:
            recovered.set()

    chain.on_change = note
    await failure_of(chain, ModelUnavailable)
    assert news == [True]
    async with asyncio.timeout(5):
        await recovered.wait()
    assert news == [True, False]
    await chain.close()


async def test_one_healthy_service_is_no_bad_news() -> None:
    chain, news = chain_of(guarded(Ordered(ILL)), guarded(other([Piece("b"), END]))), list[bool]()
    chain.on_change = news.append
    for _ in range(3):
        await outcome_of(chain)
    assert news == []


async def test_closing_a_chain_closes_every_model() -> None:
    models = [Ordered(ILL), other(ILL)]
    await chain_of(*(guarded(model) for model in models)).close()
    assert [model.closed for model in models] == [True, True]


async def test_the_stored_author_is_the_one_that_answered(fake: FakeAI, make_model: MakeModel) -> None:
    fake.next(Script("http", status=503))
    links = (guarded(make_model(provider="first")), guarded(make_model(provider="second", model="m2")))
    reply = await outcome_of(chain_of(*links, attempts=1))
    assert reply.finish
    assert (reply.finish.provider, reply.finish.model) == ("second", "m2")


@pytest.mark.parametrize(
    "name", ["hang_before_headers", "hang_after", "cut_after", "reset_after", "garbage", "empty_200"]
)
async def test_any_fault_before_the_first_token_goes_to_the_next_service(
    fake: FakeAI, make_model: MakeModel, name: str
) -> None:
    fake.next(Script(name, n=0))
    links = (guarded(make_model(provider="first", first_token_s=0.3)), guarded(make_model(provider="second")))
    reply = await outcome_of(chain_of(*links, attempts=1))
    assert reply.finish
    assert (reply.finish.provider, reply.text) == ("second", fake.last.text)
