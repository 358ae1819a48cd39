"""The guard of Redis: what is away is not asked, nobody waits for it, and it is found again."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from redis.asyncio.connection import AbstractConnection

from tests.core.nodes import own_redis
from tests.core.raw import until
from tutor.core import redis
from tutor.core.redis import REDIS_FAULTS, RedisAway, RedisClient, RedisSettings, guard_of
from tutor.settings import Settings


@asynccontextmanager
async def a_client(url: str, timeout_s: float = 1.0, *, watched: bool = False) -> AsyncIterator[RedisClient]:
    client = redis.connect(RedisSettings(url, timeout_s, "guard"))
    watching = asyncio.create_task(guard_of(client).watch()) if watched else None
    yield client
    if watching is not None:
        watching.cancel()
        await asyncio.wait([watching])
    await client.aclose()


async def fail(client: RedisClient, times: int) -> None:
    for _ in range(times):
        with pytest.raises(REDIS_FAULTS):
            await client.ping()


async def test_after_three_failures_in_a_row_nobody_is_let_through(tmp_path: Path) -> None:
    async with a_client(f"unix://{tmp_path}/nothing.sock") as client:
        await fail(client, 2)
        assert not guard_of(client).breaker.away
        await fail(client, 1)
        assert guard_of(client).breaker.away
        with pytest.raises(RedisAway):
            await client.ping()


async def test_pipelines_and_scripts_are_guarded_too(tmp_path: Path) -> None:
    async with a_client(f"unix://{tmp_path}/nothing.sock") as client:
        await fail(client, 3)
        async with client.pipeline(transaction=False) as pipe:
            pipe.ping()
            with pytest.raises(RedisAway):
                await pipe.execute()
        with pytest.raises(RedisAway):
            await client.register_script("return 1")()


async def test_an_error_that_redis_answers_is_no_failure(settings: Settings) -> None:
    async with a_client(settings.redis.url) as client:
        for _ in range(4):
            with pytest.raises(REDIS_FAULTS):
                await client.execute_command("NONSENSE")
        assert not guard_of(client).breaker.in_doubt


async def test_who_stops_waiting_by_himself_says_nothing_about_redis(tmp_path: Path) -> None:
    async with own_redis(tmp_path) as own, a_client(own.url) as client:
        await client.ping()
        with own.hung():
            for _ in range(4):
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0.02):
                        await client.ping()
        assert not guard_of(client).breaker.in_doubt
        assert await client.ping()


async def test_a_redis_that_hangs_is_noticed_within_5_s_and_then_nobody_waits(tmp_path: Path) -> None:
    async with own_redis(tmp_path) as own, a_client(own.url, watched=True) as client:
        breaker = guard_of(client).breaker
        assert await client.ping()
        with own.hung():
            await until(lambda: breaker.away, within_s=5)
            for _ in range(40):  # for longer than the guard would wait if nobody watched
                began = time.monotonic()
                with pytest.raises(RedisAway):
                    await client.ping()
                assert time.monotonic() - began < 0.05
                await asyncio.sleep(0.06)
        await until(lambda: not breaker.away, within_s=2)
        assert await client.ping()


async def test_a_redis_that_died_is_noticed_at_once_and_found_again(tmp_path: Path) -> None:
    told: list[bool] = []
    async with own_redis(tmp_path) as own, a_client(own.url, watched=True) as client:
        breaker = guard_of(client).breaker
        breaker.watch(lambda: told.append(breaker.away))
        assert await client.ping()
        own.kill()
        await until(lambda: len(told) == 2 or not breaker.in_doubt, within_s=5)
        async with asyncio.timeout(5):
            while True:
                try:
                    await client.ping()
                except REDIS_FAULTS:
                    await asyncio.sleep(0.02)
                else:
                    break
        assert told in ([], [True, False])  # it may be back before the third try


async def test_a_process_that_was_held_up_does_not_blame_redis(settings: Settings) -> None:
    async with a_client(settings.redis.url, 0.2) as client:
        breaker = guard_of(client).breaker
        for _ in range(3):
            calls = [asyncio.ensure_future(client.ping()) for _ in range(40)]
            calls += [asyncio.ensure_future(client.execute_command("BLPOP", "nothing", 0.3)) for _ in range(5)]
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            time.sleep(0.4)  # noqa: ASYNC251  # that is what is tested
            await asyncio.gather(*calls, return_exceptions=True)
            assert not breaker.away
            assert await client.ping()
            assert not breaker.in_doubt


async def test_many_calls_that_fail_together_count_once(tmp_path: Path) -> None:
    async with own_redis(tmp_path) as own, a_client(own.url, 1.0) as client:
        await asyncio.gather(*(client.ping() for _ in range(50)))
        with own.hung():
            await asyncio.gather(*(client.ping() for _ in range(50)), return_exceptions=True)
        breaker = guard_of(client).breaker
        assert breaker.in_doubt
        assert not breaker.away


async def test_without_a_watcher_one_call_in_a_while_looks_whether_redis_is_back(tmp_path: Path) -> None:
    async with a_client(f"unix://{tmp_path}/nothing.sock", 0.1) as client:
        await fail(client, 3)
        breaker = guard_of(client).breaker
        breaker._until = asyncio.get_running_loop().time()
        with pytest.raises(REDIS_FAULTS) as refused:
            await client.ping()
        assert refused.type is not RedisAway
        with pytest.raises(RedisAway):
            await client.ping()


async def test_a_call_never_takes_longer_than_its_deadlines(tmp_path: Path) -> None:
    async with own_redis(tmp_path) as own, a_client(own.url, 0.3) as client:
        with own.hung():
            began = time.monotonic()
            await asyncio.gather(*(client.ping() for _ in range(200)), return_exceptions=True)
            assert time.monotonic() - began < 1.5


def test_a_client_for_listening_has_no_guard(settings: Settings) -> None:
    with pytest.raises(TypeError):
        guard_of(redis.connect(RedisSettings(settings.redis.url, 1.0, "x"), blocking=True))


class Remembering(dict[AbstractConnection, float]):
    def __init__(self, taken: list[object]) -> None:
        super().__init__()
        self._taken = taken

    def __setitem__(self, connection: AbstractConnection, began: float) -> None:
        self._taken.append(connection)
        super().__setitem__(connection, began)


async def test_redis_py_takes_and_returns_every_connection_through_the_pool(settings: Settings) -> None:
    """The hook that the guard stands on, for commands, pipelines, scripts and clients of other libraries."""
    async with a_client(settings.redis.url) as client:
        guard = guard_of(client)
        taken: list[object] = []
        guard._began = Remembering(taken)
        await client.ping()
        await client.register_script("return 1")()
        async with client.pipeline(transaction=False) as pipe:
            pipe.ping()
            await pipe.execute()
        assert len(taken) >= 3
        assert not guard._began
