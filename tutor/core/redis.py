"""Redis through redis-py: short deadlines, no hidden retries, and a guard that stops asking while Redis is away.

`app.py` makes two clients: a guarded one for commands, and one that only listens.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeAlias

import structlog
from aiohttp import web
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from tutor.core.redis_link import link_options

log = structlog.get_logger(__name__)

RedisClient: TypeAlias = Redis
# What every call can fail with: uvloop raises a RuntimeError where a connection was closed under the one who writes.
REDIS_FAULTS = (RedisError, OSError, RuntimeError)

FAILURES = 3
LONGEST_PAUSE_S = 1.0
SHORTEST_PAUSE_S = 0.25

REDIS: web.AppKey[RedisClient] = web.AppKey("redis", Redis)


class RedisAway(RedisConnectionError):
    """Redis failed too often just now, so it was not asked. One of the REDIS_FAULTS."""


class Breaker:
    """Whether Redis is worth asking: after three failures in a row it counts as away until a call succeeds."""

    def __init__(self, away_s: float) -> None:
        """While Redis is away, one call in `away_s` seconds passes, for those who have nobody that watches."""
        self._away_s = away_s
        self._failures = 0
        self._last_failure = float("-inf")
        self._until = float("-inf")
        self._watchers: list[Callable[[], None]] = []

    @property
    def away(self) -> bool:
        """Whether calls are refused."""
        return self._failures >= FAILURES

    @property
    def in_doubt(self) -> bool:
        """Whether the last call failed."""
        return self._failures > 0

    def watch(self, changed: Callable[[], None]) -> None:
        """Call `changed()` whenever Redis goes away or comes back."""
        self._watchers.append(changed)

    def check(self) -> None:
        """Let a call pass or raise.

        Raises:
            RedisAway: Redis is away.

        """
        if not self.away:
            return
        now = asyncio.get_running_loop().time()
        if now < self._until:
            raise RedisAway("Redis is away")
        self._until = now + self._away_s

    def failed(self, began: float) -> None:
        """Count a call that began at this time of the loop and failed.

        Calls that were on their way together count once: when this process itself was held up for longer than
        their deadline, all of them fail, and that says nothing about Redis.
        """
        now = asyncio.get_running_loop().time()
        self._until = now + self._away_s
        if self.away or began < self._last_failure:
            return
        self._last_failure = now
        self._failures += 1
        if self.away:
            log.warning("redis_away")
            self._tell()

    def succeeded(self) -> None:
        """Redis has answered."""
        was_away, self._failures = self.away, 0
        if was_away:
            log.warning("redis_back")
            self._tell()

    def _tell(self) -> None:
        for changed in self._watchers:
            changed()


class Guard(BlockingConnectionPool):
    """A pool that hands out no connection while Redis is away, and judges every call by how its connection returns.

    All commands, pipelines and scripts of any client take their connections here, so nothing else need be guarded.
    redis-py closes a connection whose call failed or was not read to its end.
    """

    def __init__(self, *, timeout: float, **options: object) -> None:
        super().__init__(timeout=timeout, **options)  # type: ignore[arg-type]  # redis-py checks its own options
        self.breaker = Breaker(timeout + LONGEST_PAUSE_S)
        self._limit_s = timeout
        self._began: dict[AbstractConnection, float] = {}

    async def get_connection(self, *_command: object, **_options: object) -> AbstractConnection:
        """A connection that is ready to send.

        Raises:
            RedisAway: Redis is away.
            REDIS_FAULTS: there was none in time.

        """
        self.breaker.check()
        return await self._take()

    async def _take(self) -> AbstractConnection:
        began = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(self._limit_s):
                connection: AbstractConnection = await super().get_connection()  # type: ignore[no-untyped-call]  # bare
        except REDIS_FAULTS:
            self.breaker.failed(began)
            raise
        self._began[connection] = began
        return connection

    async def release(self, connection: AbstractConnection) -> None:
        """Take a connection back."""
        began, answered = self._began.pop(connection, None), connection.is_connected
        await super().release(connection)
        if began is None:  # it never came to a call
            return
        if answered:
            self.breaker.succeeded()
        elif (task := asyncio.current_task()) is not None and not task.cancelling():  # a caller may give up by himself
            self.breaker.failed(began)

    async def watch(self) -> None:
        """Run for ever: ask for signs of life, so that no command has to find out and none has to try."""
        while True:
            with suppress(*REDIS_FAULTS):
                await self._ping()
            await asyncio.sleep(SHORTEST_PAUSE_S if self.breaker.in_doubt else LONGEST_PAUSE_S)

    async def _ping(self) -> None:
        connection = await self._take()
        try:
            await connection.send_command("PING")
            await connection.read_response()
        finally:
            await self.release(connection)


@dataclass(frozen=True, slots=True)
class RedisSettings:
    """Where Redis is and how long we wait for it. Times in seconds."""

    url: str
    timeout_s: float
    prefix: str


def connect(settings: RedisSettings, *, blocking: bool = False) -> RedisClient:
    """A guarded client whose answers are text, or with `blocking` one for listening, whose answers are bytes.

    redis-py would repeat a write up to ten times by itself, which doubles it: retries are off. A burst waits for a
    free connection; the plain pool would refuse it as if Redis were down.
    """
    pool = (BlockingConnectionPool if blocking else Guard)(
        timeout=settings.timeout_s,
        socket_connect_timeout=settings.timeout_s,
        socket_timeout=settings.timeout_s,  # a listener's reads name their own
        health_check_interval=0,
        retry=Retry(NoBackoff(), 0),
        decode_responses=not blocking,
        max_connections=64,
        **link_options(settings.url),  # type: ignore[arg-type]  # redis-py checks its own options
    )
    return Redis.from_pool(pool)


def guard_of(client: RedisClient) -> Guard:
    """The guard of a client that `connect` made for commands."""
    if not isinstance(client.connection_pool, Guard):
        raise TypeError("not a guarded client")
    return client.connection_pool
