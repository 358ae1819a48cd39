"""How often somebody may do something: sliding windows and token buckets in Redis, or in this node's memory while Redis
is away. `core/http.py` asks it for every route and socket handshake, `chat/allowance.py` for the tutor's replies, the
broadcasts for themselves.

The counting is throttled-py's, on our own client; why that library: DECISIONS.md.
"""

import asyncio
import hashlib
import math
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

import structlog
from aiohttp import web
from throttled.asyncio import (
    BaseRateLimiter,
    BaseStore,
    MemoryStore,
    RateLimiterRegistry,
    RateLimiterType,
    RateLimitResult,
    RedisStore,
    RedisStoreBackend,
    per_duration,
)
from throttled.exceptions import StoreUnavailableError

from tutor.core.errors import RateLimited, TutorError
from tutor.core.redis import REDIS_FAULTS, RedisClient

log = structlog.get_logger(__name__)

WINDOW = r"([1-9]\d{0,6})/([1-9]\d{0,3})?(s|min|h)"
RATE = WINDOW + r"(?: burst ([1-9]\d{0,6}))?"
SECONDS = {"s": 1, "min": 60, "h": 3600}
MOST_REMEMBERED = 50_000  # people and addresses while Redis is away; about 20 MB
KEY_BYTES = 12
TELL_EVERY_S = 5.0


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `amount` in any `period_s` seconds; with `burst` a token bucket, which holds `burst` and gets `amount`
    new ones in `period_s` seconds.
    """

    amount: int
    period_s: int
    burst: int | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `10/15min` (a window) or `20/s burst 60` (a bucket).

        Raises:
            ValueError: it is written otherwise.

        """
        found = re.fullmatch(RATE, text)
        if found is None:
            raise ValueError(text)
        amount, length, unit, burst = found.groups()
        return cls(int(amount), int(length or 1) * SECONDS[unit], int(burst) if burst else None)

    def limiter(self, store: BaseStore, prefix: str) -> BaseRateLimiter:
        """The library's limiter. A bucket is counted by GCRA, which is the same bucket filled without steps; the
        library's own bucket is filled once a second.
        """
        kind = RateLimiterType.SLIDING_WINDOW if self.burst is None else RateLimiterType.GCRA
        quota = per_duration(timedelta(seconds=self.period_s), self.amount, self.burst)
        return RateLimiterRegistry.get(kind.value)(quota, store, key_prefix=prefix)


class _OurBackend(RedisStoreBackend):
    """The library's way to Redis, on a client of ours: its own would have other deadlines and hidden retries."""

    def __init__(self, client: RedisClient) -> None:
        super().__init__()
        self._ours = client

    def get_client(self) -> RedisClient:  # type: ignore[override]  # the library's protocol is narrower than redis-py
        return self._ours


class _OurStore(RedisStore):
    def __init__(self, client: RedisClient) -> None:
        super().__init__()
        self._backend = _OurBackend(client)


class Limits:
    """All rates of the settings, by their names `<what>_<per>`, such as `sign_in_address`.

    `alone` says that the last answer came from this node's memory.
    """

    def __init__(self, client: RedisClient, rates: Mapping[str, Rate], *, prefix: str) -> None:
        shared, own, begin = _OurStore(client), MemoryStore(options={"MAX_SIZE": MOST_REMEMBERED}), f"{prefix}:limits"
        self._shared = {name: rate.limiter(shared, begin) for name, rate in rates.items()}
        self._own = {name: rate.limiter(own, begin) for name, rate in rates.items()}
        self.alone = False
        self._told_at = -TELL_EVERY_S

    async def wait_s(self, what: str, per: str, whose: str) -> int:
        """Take one of what `whose` has left: 0 when there was one, else the whole seconds until there is one again."""
        result = await self._ask(f"{what}_{per}", whose, 1)
        return max(1, math.ceil(result.state.retry_after)) if result.limited else 0

    async def take(self, what: str, per: str, whose: str) -> None:
        """Take one of what `whose` has left.

        Raises:
            RateLimited: there is none.

        """
        if wait_s := await self.wait_s(what, per, whose):
            log.info("rate_limited", what=what, per=per)
            raise RateLimited(retry_after_s=wait_s, what=what)

    @asynccontextmanager
    async def counted(
        self, what: str, whose: Mapping[str, str], failures: tuple[type[TutorError], ...]
    ) -> AsyncIterator[None]:
        """Count the block for everybody in `whose`; when `failures` are named, only if it ends with one of them.

        What might fail is taken beforehand and given back afterwards, so that a thousand guesses at once get no
        further than a thousand in a row. Only windows are given back exactly, so such rates have no `burst`.

        Raises:
            RateLimited: somebody has none left; the block is not entered.

        """
        taken: list[str] = []
        failed = not failures
        try:
            for per, who in whose.items():
                await self.take(what, per, who)
                taken.append(per)
            yield
        except failures:
            failed = True
            raise
        finally:
            if not failed:
                for per in taken:
                    await self._ask(f"{what}_{per}", whose[per], -1)

    async def _ask(self, name: str, whose: str, cost: int) -> RateLimitResult:
        """Count in Redis, or in our own memory by the same rules; every call tries Redis again."""
        key = f"{name}:{hashlib.blake2b(whose.encode(), digest_size=KEY_BYTES).hexdigest()}"
        try:
            result = await self._shared[name].limit(key, cost)
        except (StoreUnavailableError, *REDIS_FAULTS) as error:
            self._tell(alone=True, problem=repr(error.__cause__ or error))
            return await self._own[name].limit(key, cost)
        self._tell(alone=False)
        return result

    def _tell(self, *, alone: bool, problem: str = "") -> None:
        if alone is self.alone:
            return
        self.alone = alone
        now = asyncio.get_running_loop().time()
        if now - self._told_at >= TELL_EVERY_S:  # under a burst single calls may be late
            self._told_at = now
            log.warning("limits_counted_alone" if alone else "limits_shared_again", problem=problem)


LIMITS: web.AppKey[Limits] = web.AppKey("limits", Limits)
