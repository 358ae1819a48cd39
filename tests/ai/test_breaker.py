"""The circuit breaker of one service, on a clock that the tests move."""

import asyncio

import pytest
import structlog

from tests.ai.factories import StillClock
from tutor.ai.breaker import Breaker, BreakerSettings
from tutor.ai.errors import ModelCut, ModelError, ModelGarbled, ModelOverloaded, ModelRejected, ModelTimeout
from tutor.ai.errors import ModelUnavailable as Ill

SETTINGS = BreakerSettings(failures=3, open_s=30.0, rejected_s=300.0, longest_s=600.0)


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def breaker(clock: StillClock) -> Breaker:
    return Breaker("fakery/fake-1", clock, SETTINGS)


def fail(breaker: Breaker, error: ModelError | None = None, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(ModelError), breaker.call():
            raise error or Ill()


def succeed(breaker: Breaker) -> None:
    with breaker.call():
        pass


def refused_for_s(breaker: Breaker) -> object:
    with pytest.raises(Ill) as refused, breaker.call():
        pytest.fail("the call passed")
    return refused.value.facts["retry_after_s"]


def test_a_closed_breaker_lets_calls_pass(breaker: Breaker) -> None:
    succeed(breaker)
    assert (breaker.passes, breaker.wait_s) == (True, 0.0)


@pytest.mark.parametrize(
    "error", [Ill(), ModelTimeout(stage="first_token"), ModelOverloaded(), ModelGarbled(), ModelCut()]
)
def test_failures_in_a_row_open_it(breaker: Breaker, error: ModelError) -> None:
    fail(breaker, error, times=2)
    assert breaker.passes
    fail(breaker, error)
    assert not breaker.passes
    assert refused_for_s(breaker) == 30.0


def test_a_success_between_failures_keeps_it_closed(breaker: Breaker) -> None:
    for _ in range(5):
        fail(breaker, times=2)
        succeed(breaker)
    assert breaker.passes


def test_open_calls_fail_at_once_and_say_how_long(breaker: Breaker, clock: StillClock) -> None:
    fail(breaker, times=3)
    clock.advance(12.5)
    assert refused_for_s(breaker) == 17.5


def test_half_open_lets_one_call_through(breaker: Breaker, clock: StillClock) -> None:
    fail(breaker, times=3)
    clock.advance(30.0)
    with breaker.call():
        assert refused_for_s(breaker) == 1.0
    assert breaker.passes


def test_a_failed_probe_opens_it_for_twice_as_long_up_to_four_times(breaker: Breaker, clock: StillClock) -> None:
    fail(breaker, times=3)
    waits = []
    for _ in range(4):
        clock.advance(breaker.wait_s)
        fail(breaker)
        waits.append(breaker.wait_s)
    assert waits == [60.0, 120.0, 120.0, 120.0]


def test_a_recovery_forgets_the_past(breaker: Breaker, clock: StillClock) -> None:
    fail(breaker, times=3)
    clock.advance(30.0)
    fail(breaker)
    clock.advance(60.0)
    succeed(breaker)
    fail(breaker, times=2)
    assert breaker.passes
    fail(breaker)
    assert breaker.wait_s == 30.0


def test_a_cancelled_probe_decides_nothing_and_the_next_may_try(breaker: Breaker, clock: StillClock) -> None:
    fail(breaker, times=3)
    clock.advance(30.0)
    with pytest.raises(asyncio.CancelledError), breaker.call():
        raise asyncio.CancelledError
    assert breaker.passes
    succeed(breaker)
    fail(breaker, times=2)
    assert breaker.passes


@pytest.mark.parametrize(("asked_s", "open_s"), [(17.0, 0.0), (45.0, 45.0), (86_400.0, 600.0)])
def test_a_long_wait_that_the_service_asks_for_opens_it_at_once(
    breaker: Breaker, asked_s: float, open_s: float
) -> None:
    fail(breaker, ModelOverloaded(retry_after_s=asked_s))
    assert breaker.wait_s == open_s


def test_the_wait_asked_for_at_the_last_failure_is_kept(breaker: Breaker) -> None:
    fail(breaker, times=2)
    fail(breaker, ModelOverloaded(retry_after_s=29.0))
    assert breaker.wait_s == 30.0


@pytest.mark.parametrize("status", [302, 401, 402, 403, 404])
def test_wrong_settings_open_it_at_once_for_long_and_the_operator_is_told(breaker: Breaker, status: int) -> None:
    with structlog.testing.capture_logs() as logs:
        fail(breaker, ModelRejected(status=status))
    assert breaker.wait_s == 300.0
    assert [(each["log_level"], each["service"], each["status"]) for each in logs] == [
        ("error", "fakery/fake-1", status)
    ]


@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_request_that_is_refused_for_itself_is_a_sign_of_health(breaker: Breaker, status: int) -> None:
    fail(breaker, times=2)
    fail(breaker, ModelRejected(status=status))
    fail(breaker, times=2)
    assert breaker.passes


def test_stragglers_of_a_bad_time_change_nothing(breaker: Breaker, clock: StillClock) -> None:
    with breaker.call():
        fail(breaker, times=3)
        clock.advance(10.0)
    assert breaker.wait_s == 20.0
    with pytest.raises(ModelError):
        old_failure(breaker, clock)
    assert breaker.wait_s == 30.0


def old_failure(breaker: Breaker, clock: StillClock) -> None:
    """A call that began before the breaker opened again, and fails after."""
    clock.advance(20.0)
    succeed(breaker)
    with breaker.call():
        fail(breaker, times=3)
        raise Ill


def test_the_wall_clock_has_no_say(breaker: Breaker, clock: StillClock, monkeypatch: pytest.MonkeyPatch) -> None:
    fail(breaker, times=3)
    monkeypatch.setattr("time.time", lambda: 0.0)
    assert breaker.wait_s == 30.0
