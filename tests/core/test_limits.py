"""Rates in Redis and in memory: how they are written, exact under concurrency, waits, and Redis going and coming."""

import asyncio
import socket
import time
import uuid
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
from throttled.asyncio import MemoryStore

from tests.core.test_redis_review import a_link
from tests.factories import WAIT_S
from tutor.app import catalogue_of_the_house
from tutor.core import redis
from tutor.core.embedded import EmbeddedStores
from tutor.core.errors import Conflict, NotFound, RateLimited
from tutor.core.limits import Limits, Rate
from tutor.core.redis import RedisSettings
from tutor.settings import LimitsSection, Settings, load

WINDOW, BUCKET = "3/15min", "1/min burst 3"
NOWHERE = "unix:///nowhere/redis.sock"


class Counters:
    """Makes Limits on one Redis, each a node of the same school, and closes their clients."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.prefix = f"test-{uuid.uuid4().hex[:8]}"
        self.clients: list[redis.RedisClient] = []

    def node(self, url: str | None = None, *, timeout_s: float = 20.0, **rates: str) -> Limits:
        self.clients.append(redis.connect(RedisSettings(url or self.url, timeout_s, self.prefix)))
        parsed = {name: Rate.parse(text) for name, text in rates.items()}
        return Limits(self.clients[-1], parsed, prefix=self.prefix)

    async def close(self) -> None:
        for client in self.clients:
            await client.aclose()


@pytest.fixture
async def counters(settings: Settings) -> AsyncIterator[Counters]:
    made = Counters(settings.redis.url)
    yield made
    await made.close()


async def passing(limits: Limits, times: int, whose: str = "a", what: str = "try") -> int:
    """How many of so many at once get through `<what>_all`."""
    waits = await asyncio.gather(*(limits.wait_s(what, "all", whose) for _ in range(times)))
    return waits.count(0)


async def guess(limits: Limits, outcome: Exception | None, whose: Mapping[str, str] | None = None) -> str:
    """What becomes of a guess that ends with `outcome`, of which NotFound counts."""
    try:
        async with limits.counted("try", whose or {"all": "a"}, (NotFound,)):
            await asyncio.sleep(0)
            if outcome is not None:
                raise outcome
    except (RateLimited, NotFound, Conflict) as error:
        return error.code
    return "ok"


# Rates as they are written


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("10/15min", Rate(10, 900)),
        ("20/s burst 60", Rate(20, 1, 60)),
        ("20/h burst 20", Rate(20, 3600, 20)),
        ("1/90s", Rate(1, 90)),
    ],
)
def test_a_rate_is_read_as_people_write_it(text: str, rate: Rate) -> None:
    assert Rate.parse(text) == rate


@pytest.mark.parametrize(
    "text", ["", "10", "0/s", "10/0s", "10/day", "10/s burst 0", "10 / s", "-1/s", "10/s burst", "1e3/s"]
)
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        Rate.parse(text)


def test_every_default_is_a_rate() -> None:
    for name, text in load().limits.model_dump(exclude={"redis_timeout_s"}).items():
        assert Rate.parse(text).amount > 0, name


def test_every_limit_of_a_route_has_its_settings() -> None:
    declared = {
        f"{route.limit.what}_{per}"
        for route in catalogue_of_the_house().routes
        if route.limit is not None
        for per in route.limit.per
    }
    everybody = {"redis_timeout_s", "api_user", "anonymous_address", "connect_address"}
    commands = {"ai_student", "ai_class", "broadcast_user"}
    assert declared | everybody | commands == set(LimitsSection.model_fields)


# Counting, in Redis and in memory alike


@pytest.mark.parametrize("url", [None, NOWHERE], ids=["redis", "memory"])
@pytest.mark.parametrize("rate", ["40/h", "20/h burst 40", "7/h burst 40"])
async def test_of_a_hundred_at_once_exactly_as_many_pass_as_there_are(
    counters: Counters, url: str | None, rate: str
) -> None:
    assert await passing(counters.node(url, try_all=rate), 100) == 40


async def test_two_nodes_count_together(counters: Counters) -> None:
    nodes = [counters.node(try_all="20/h burst 40") for _ in range(2)]
    assert sum(await asyncio.gather(*(passing(node, 50) for node in nodes))) == 40


@pytest.mark.parametrize("url", [None, NOWHERE], ids=["redis", "memory"])
@pytest.mark.parametrize("rate", [WINDOW, BUCKET])
async def test_everybody_has_their_own_share_of_every_rate(counters: Counters, url: str | None, rate: str) -> None:
    limits = counters.node(url, try_all=rate, ask_all=rate)
    assert [await passing(limits, 5, whose) for whose in ("a", "b")] == [3, 3]
    assert await limits.wait_s("ask", "all", "a") == 0


@pytest.mark.parametrize("url", [None, NOWHERE], ids=["redis", "memory"])
@pytest.mark.parametrize("rate", ["1/s", "1/s burst 1", "2/2s"])
async def test_after_the_wait_there_is_one_again(counters: Counters, url: str | None, rate: str) -> None:
    limits = counters.node(url, try_all=rate)
    await passing(limits, 3)
    wait_s = await limits.wait_s("try", "all", "a")
    assert wait_s in {1, 2}
    await asyncio.sleep(wait_s)
    await limits.take("try", "all", "a")


async def test_who_has_none_left_is_told_when_and_of_what(counters: Counters) -> None:
    limits = counters.node(try_all=BUCKET)
    await passing(limits, 3)
    with pytest.raises(RateLimited) as refused:
        await limits.take("try", "all", "a")
    wait_s = refused.value.facts["retry_after_s"]
    assert isinstance(wait_s, int)
    assert 55 <= wait_s <= 60
    assert refused.value.facts["what"] == "try"


@pytest.mark.parametrize("rate", ["1/15min", "1/15min burst 1"])
async def test_a_refusal_takes_nothing_and_lengthens_no_wait(counters: Counters, rate: str) -> None:
    limits = counters.node(try_all=rate)
    await limits.take("try", "all", "a")
    waits = [await limits.wait_s("try", "all", "a") for _ in range(30)]
    assert waits == sorted(waits, reverse=True)
    assert 0 < waits[0] <= 900


async def test_names_are_not_readable_in_redis_and_do_not_stay(counters: Counters) -> None:
    limits = counters.node(try_all=WINDOW, ask_all=BUCKET)
    for what in ("try", "ask"):
        await limits.take(what, "all", "xiaoming@example.com")
    client = counters.clients[0]
    keys = [key async for key in client.scan_iter(match=f"{counters.prefix}:limits:*")]
    assert len(keys) == 2
    assert "xiaoming" not in str(keys)
    assert all([0 < await client.ttl(key) <= 3 * 900 for key in keys])


# Only failures count


@pytest.mark.parametrize("url", [None, NOWHERE], ids=["redis", "memory"])
async def test_what_does_not_fail_costs_nothing(counters: Counters, url: str | None) -> None:
    limits = counters.node(url, try_all=WINDOW)
    assert [await guess(limits, outcome) for outcome in (None, Conflict()) * 5] == ["ok", "conflict"] * 5
    assert [await guess(limits, NotFound()) for _ in range(4)] == ["not_found"] * 3 + ["rate_limited"]
    assert await guess(limits, None) == "rate_limited"


async def test_a_hundred_guesses_at_once_get_no_further_than_a_hundred_in_a_row(counters: Counters) -> None:
    limits = counters.node(try_all=WINDOW)
    answers = await asyncio.gather(*(guess(limits, NotFound()) for _ in range(100)))
    assert answers.count("not_found") == 3
    assert answers.count("rate_limited") == 97


async def test_a_guess_that_somebody_has_no_more_for_costs_the_others_nothing(counters: Counters) -> None:
    limits = counters.node(try_all="100/h", try_few="1/h")
    whose = {"all": "a", "few": "b"}
    assert await guess(limits, NotFound(), whose) == "not_found"
    assert [await guess(limits, NotFound(), whose) for _ in range(150)] == ["rate_limited"] * 150
    assert await passing(limits, 200) == 99


async def test_a_cancelled_guess_costs_nothing(counters: Counters) -> None:
    limits = counters.node(try_all="1/h")

    async def hang() -> None:
        async with limits.counted("try", {"all": "a"}, (NotFound,)):
            inside.set()
            await asyncio.Event().wait()

    inside = asyncio.Event()
    task = asyncio.create_task(hang())
    await inside.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert await guess(limits, None) == "ok"


async def test_the_library_gives_back_when_the_cost_is_negative(counters: Counters) -> None:
    """Contract: a window below the library's front takes a negative cost; a bucket does, but never the last one."""
    limiter = Rate.parse(WINDOW).limiter(MemoryStore(), counters.prefix)
    for cost in (1, 1, 1, -2):
        await limiter.limit("a", cost)
    assert [(await limiter.limit("a")).limited for _ in range(3)] == [False, False, True]


# Redis away


async def until_shared(limits: Limits) -> None:
    """Wait until the node counts in Redis again."""
    async with asyncio.timeout(WAIT_S):
        while True:
            await limits.wait_s("probe", "all", "a")
            if not limits.alone:
                return
            await asyncio.sleep(0.05)


async def test_redis_comes_and_goes_and_the_rates_stay(tmp_path: Path, counters: Counters) -> None:
    here = tmp_path / "redis.sock"
    limits = counters.node(
        f"unix://{here}", timeout_s=2.0, window_all="40/h", bucket_all="1/h burst 40", probe_all="1/s"
    )
    together: list[list[int]] = []
    alone: list[list[int]] = []

    async def pass_both() -> list[int]:
        return [await passing(limits, 60, what=what) for what in ("window", "bucket")]

    for _ in range(2):
        async with EmbeddedStores(tmp_path, mongodb=False) as addresses:
            here.symlink_to(str(addresses.redis_url).removeprefix("unix://"))
            await until_shared(limits)
            together.append(await pass_both())
        here.unlink()
        alone.append(await pass_both())
    assert together == [[40, 40], [0, 0]]  # Redis keeps what it knew
    assert alone == [[40, 40], [0, 0]]  # a node that counts alone begins from nothing, once


async def test_a_redis_that_hangs_costs_a_moment_and_not_one_for_everybody(
    settings: Settings, counters: Counters
) -> None:
    async with a_link(settings) as link:
        limits = counters.node(link.url, timeout_s=0.2, try_all="40/h", probe_all="1/s")
        await limits.take("try", "all", "a")
        link.open.clear()
        started = time.monotonic()
        assert [await passing(limits, 1) for _ in range(60)] == [1] * 40 + [0] * 20
        assert time.monotonic() - started < 6  # which would be 12 if each of them waited
        link.open.set()
        await until_shared(limits)


async def test_a_redis_that_refuses_connections_costs_nothing(counters: Counters) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        limits = counters.node(f"redis://127.0.0.1:{taken.getsockname()[1]}", try_all="40/h")
        started = time.monotonic()
        assert await passing(limits, 100) == 40
        assert time.monotonic() - started < 10  # half of one deadline
