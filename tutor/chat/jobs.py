"""The chat's background work on every node: parts on their way, checkpoints, the sweep for dead nodes' replies, the
heartbeat that finds silent loss, and the sweep that ends lost rights on open sockets.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from functools import partial
from itertools import count

import structlog
from aiohttp import web

from tutor.chat.context import CHAT_SETTINGS, EVICTIONS, READING, REPLIES, RESCUE
from tutor.chat.evictions import Evictions
from tutor.chat.places import CONVERSATIONS
from tutor.chat.reading import Reading
from tutor.chat.rescue import Rescue
from tutor.core.bus import BUS, Bus
from tutor.core.clock import CLOCK, Clock
from tutor.core.mongo import StoreFault
from tutor.core.rooms import ROOMS, Rooms
from tutor.core.tasks import TASKS

log = structlog.get_logger(__name__)

SWEEP_S = 5.0
ORPHANS_EVERY = 3
TOP_S = 20.0
ALONE_S = 3.0
EVICT_S = 4.0  # taking a right away acts on open sockets within 5 s


async def sweep(rescue: Rescue, clock: Clock, lease_s: float) -> None:
    """Run for ever: take over what dead nodes left.

    After MongoDB was away, the living get the time of a lease to renew theirs.
    """
    wait_s = min(SWEEP_S, lease_s / 3)
    for number in count():
        await clock.sleep(wait_s)
        wait_s = min(SWEEP_S, lease_s / 3)
        try:
            await rescue.sweep()
            if number % ORPHANS_EVERY == 0:
                await rescue.adopt_orphans()
        except StoreFault as error:
            log.warning("sweep_missed", error=type(error).__name__)
            wait_s = lease_s


async def evict(evictions: Evictions, clock: Clock) -> None:
    """Run for ever: take those out of rooms whose rights are gone. While MongoDB is away, no right can be changed."""
    while True:
        await clock.sleep(EVICT_S)
        try:
            await evictions.sweep()
        except StoreFault as error:
            log.warning("evictions_missed", error=type(error).__name__)


class Tops:
    """Tells the open rooms of this node how far they have come: all of them now and then, and at once where hints were
    lost. Without Redis it does so often, because no hints come then.
    """

    def __init__(self, reading: Reading, rooms: Rooms, bus: Bus) -> None:
        self._reading = reading
        self._rooms = rooms
        self._bus = bus
        self._behind: dict[str, None] = {}
        self._wake = asyncio.Event()
        bus.when_back(self._fell_behind)

    def _fell_behind(self, rooms: Sequence[str]) -> None:
        self._behind |= dict.fromkeys(room for room in rooms if room.startswith(CONVERSATIONS))
        self._wake.set()

    async def run(self) -> None:
        """Run for ever."""
        while True:
            try:
                async with asyncio.timeout(TOP_S if self._bus.up else ALONE_S):
                    await self._wake.wait()
            except TimeoutError:
                self._fell_behind(self._rooms.names(CONVERSATIONS))
            self._wake.clear()
            while self._behind:
                room, _ = self._behind.popitem()
                await self._tell(room)

    async def _tell(self, room: str) -> None:
        try:
            top = await self._reading.top(room.removeprefix(CONVERSATIONS))
        except StoreFault as error:
            log.warning("top_not_told", error=type(error).__name__)
            return
        if top is not None:
            self._rooms.send_here(room, top)


async def background(app: web.Application) -> AsyncIterator[None]:
    """All of it, for as long as the application runs."""
    replies, clock = app[REPLIES], app[CLOCK]
    works: dict[str, Callable[[], Coroutine[None, None, None]]] = {
        "chat-delivery": replies.delivery.run,
        "chat-delivery-ahead": replies.delivery.run_ahead,
        "chat-keeper": replies.keeper.run,
        "chat-sweep": partial(sweep, app[RESCUE], clock, app[CHAT_SETTINGS].reply.lease_s),
        "chat-evictions": partial(evict, app[EVICTIONS], clock),
        "chat-tops": Tops(app[READING], app[ROOMS], app[BUS]).run,
    }
    running = [app[TASKS].keep(work, name) for name, work in works.items()]
    yield
    for task in running:
        task.cancel()
