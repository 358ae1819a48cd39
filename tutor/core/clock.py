"""Time and new ids. Everything that asks for the time is handed a Clock, so that tests can move it.

All nodes go by MongoDB's clock: a node whose own time of day is wrong or jumps steals no lease and refuses no token.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import structlog
from aiohttp import web
from bson import ObjectId

log = structlog.get_logger(__name__)

RESOLUTION_S = 0.001
LONGEST_ROUND_TRIP_S = 1.0
ANCHOR_S = 15.0
WORTH_TELLING_S = 1.0

Ask = Callable[[], Awaitable[datetime]]


class Clock:
    """The time of day as the anchor has it, carried on by this machine's monotonic clock; the only reader of clocks.

    Without an anchor it is this machine's own time of day, read once.
    """

    _zero: float | None = None  # the time of day, in Unix seconds, at which the monotonic clock showed zero

    def now(self) -> datetime:
        """The time of day in UTC, cut to milliseconds as MongoDB stores it."""
        now = datetime.fromtimestamp(self._at_zero() + self.monotonic(), UTC)
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    def monotonic(self) -> float:
        """Seconds that never jump; only differences mean something."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def _at_zero(self) -> float:
        if self._zero is None:
            self._zero = time.time() - self.monotonic()
        return self._zero

    async def anchor(self, ask: Ask) -> bool:
        """Go by the clock that `ask` reads, cut to milliseconds; False when the answer took too long to say much.

        The answer was true at some moment between question and answer (Cristian's algorithm). A time that fits in
        there is kept, so that it does not tremble with every round trip; another becomes the middle.
        """
        asked = self.monotonic()
        there = (await ask()).timestamp()
        answered = self.monotonic()
        if answered - asked > LONGEST_ROUND_TRIP_S:
            return False
        earliest, latest = there - answered, there + RESOLUTION_S - asked
        before = self._at_zero()
        if not earliest <= before <= latest:
            self._zero = (earliest + latest) / 2
            if abs(self._zero - before) > WORTH_TELLING_S:
                log.warning("clock_was_wrong", by_s=round(before - self._zero, 3))
        return True

    async def stay_anchored(self, ask: Ask, faults: type[Exception]) -> None:
        """Run for ever: anchor again and again; an `ask` that fails with one of `faults` is asked again later."""
        while True:
            await self.sleep(ANCHOR_S)
            try:
                await self.anchor(ask)
            except faults as error:
                log.info("clock_not_anchored", error=type(error).__name__)


def new_id() -> str:
    """A fresh id: 24 hexadecimal digits that grow with time, so that new documents lie together in an index."""
    return str(ObjectId())


CLOCK: web.AppKey[Clock] = web.AppKey("clock", Clock)
