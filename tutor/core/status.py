"""Which of the three services behind this node work: MongoDB, Redis, the AI. Clients are told when that changes.

`app.py` makes the one Status and hands it what it listens to; `core/health.py` and the page's banner read it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import ClassVar, Literal

import structlog
from aiohttp import web

from tutor.core.bus import Bus
from tutor.core.messages import Event
from tutor.core.redis import Breaker

log = structlog.get_logger(__name__)

EVERY_S = 2.0
PING_S = 1.0
DEAF_S = 3.0

Service = Literal["mongodb", "redis", "ai"]


class ServiceChanged(Event):
    """What works on this node now: sent when one of them changes, and to a new socket when one of them does not."""

    event: ClassVar[str] = "service.changed"
    mongodb: bool
    redis: bool
    ai: bool


class Status:
    """What works. Everything counts as working until there is evidence that it does not."""

    def __init__(self, tell_all: Callable[[Event], None]) -> None:
        """`tell_all` sends an event to every socket of this node."""
        self._tell_all = tell_all
        self._doubt = asyncio.Event()
        self.now = ServiceChanged(mongodb=True, redis=True, ai=True)

    @property
    def well(self) -> bool:
        """Whether everything works."""
        return self.now.mongodb and self.now.redis and self.now.ai

    def set_ai(self, *, works: bool) -> None:
        """Whether any AI service takes requests; its breaker says so."""
        self._set("ai", works=works)

    def doubt_mongodb(self) -> None:
        """A call to MongoDB failed: look at once."""
        self._doubt.set()

    def greeting(self) -> ServiceChanged | None:
        """What a socket that was just admitted should know: nothing while everything works."""
        return None if self.well else self.now

    async def watch_mongodb(self, ping: Callable[[], Awaitable[None]], faults: type[Exception]) -> None:
        """Run for ever: MongoDB works when it answers, and does not when it failed twice in a row.

        `ping` fails with one of `faults`, or takes longer than a second.
        """
        while True:
            works = await _answers(ping, faults) or await _answers(ping, faults)
            self._set("mongodb", works=works)
            self._doubt.clear()
            try:
                async with asyncio.timeout(EVERY_S):
                    await self._doubt.wait()
            except TimeoutError:
                continue

    async def watch_redis(self, breaker: Breaker, bus: Bus) -> None:
        """Run for ever: Redis works when it answers commands and when hints are heard, after a short break at most."""
        changed = asyncio.Event()
        breaker.watch(changed.set)
        while True:
            self._set("redis", works=not breaker.away and bus.down_s < DEAF_S)
            changed.clear()
            try:
                async with asyncio.timeout(PING_S):
                    await changed.wait()
            except TimeoutError:
                continue

    def _set(self, service: Service, *, works: bool) -> None:
        now = self.now.model_copy(update={service: works})
        if now != self.now:
            self.now = now
            log.warning("service_changed", **now.model_dump())
            self._tell_all(now)


async def _answers(ping: Callable[[], Awaitable[None]], faults: type[Exception]) -> bool:
    try:
        async with asyncio.timeout(PING_S):
            await ping()
    except (faults, TimeoutError):
        return False
    return True


STATUS: web.AppKey[Status] = web.AppKey("status", Status)
