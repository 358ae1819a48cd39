"""Takes those out of rooms who may not see them any more. The rooms of the house say who that is; `app.py` runs it.

New requests are refused at once, because every one is checked; this is for sockets that are in a room already.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog
from aiohttp import web

from tutor.core.caller import Caller
from tutor.core.clock import Clock
from tutor.core.messages import Event
from tutor.core.mongo import StoreFault
from tutor.core.rooms import Rooms

log = structlog.get_logger(__name__)

EVICT_S = 4.0  # taking a right away acts on open sockets within 5 s

Tell = Callable[[str, Event], None]
Sockets = dict[str, Caller]


@dataclass(frozen=True, slots=True)
class Loss:
    """A socket in rooms that are closed by now to who is behind it, and what it is told."""

    sid: str
    who: Caller
    rooms: tuple[str, ...]
    news: Event


Look = Callable[[], Awaitable[Sequence[Loss]]]


class Evictions:
    """The sockets of this node whose rights are gone."""

    def __init__(self, rooms: Rooms, tell: Tell) -> None:
        self._rooms = rooms
        self._tell = tell
        self._looks: list[Look] = []

    def look_with(self, look: Look) -> None:
        """Ask `look` in each sweep who is to go. What it asks itself must not grow with the rooms: a few queries."""
        self._looks.append(look)

    async def sweep(self) -> None:
        """Look at everybody, and take out and tell whom a room is closed to by now."""
        for look in self._looks:
            for loss in await look():
                for room in loss.rooms:
                    await self._rooms.leave(loss.sid, room)
                self._tell(loss.sid, loss.news)
                log.info("access_lost", user=loss.who.id, sid=loss.sid, rooms=loss.rooms)


async def evict(evictions: Evictions, clock: Clock) -> None:
    """Run for ever: take those out of rooms whose rights are gone. While MongoDB is away, no right can be changed."""
    while True:
        await clock.sleep(EVICT_S)
        try:
            await evictions.sweep()
        except StoreFault as error:
            log.warning("evictions_missed", error=type(error).__name__)


EVICTIONS: web.AppKey[Evictions] = web.AppKey("evictions", Evictions)
