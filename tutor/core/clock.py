"""Time and new ids. Everything that asks for the time is handed a Clock, so that tests can move it."""

import asyncio
import time
from datetime import UTC, datetime

from aiohttp import web
from bson import ObjectId


class Clock:
    """The machine's clocks, and the only place where they are read."""

    def now(self) -> datetime:
        """The time of day in UTC, cut to milliseconds as MongoDB stores it."""
        now = datetime.now(UTC)
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    def monotonic(self) -> float:
        """Seconds that never jump; only differences mean something."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def new_id() -> str:
    """A fresh id: 24 hexadecimal digits that grow with time, so that new documents lie together in an index."""
    return str(ObjectId())


CLOCK: web.AppKey[Clock] = web.AppKey("clock", Clock)
