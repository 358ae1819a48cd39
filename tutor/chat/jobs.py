"""The chat's background work on every node: parts on their way, checkpoints, the sweep for dead nodes' replies, what
teachers left who are gone, and the heartbeat that finds silent loss.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from functools import partial
from itertools import count

import structlog
from aiohttp import web

from tutor.chat.checks import Checks
from tutor.chat.context import CHAT_SETTINGS, CHECKS, FLOORS, HOLDS, READING, REPLIES, RESCUE
from tutor.chat.floors import Floors
from tutor.chat.holds import Holds
from tutor.chat.places import CONVERSATIONS, staff_room_of
from tutor.chat.reading import Reading
from tutor.chat.rescue import Rescue
from tutor.chat.vigils import RENEW_EVERY
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
COME_BACK_S = 15.0


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
            tops = await self._reading.tops(room.removeprefix(CONVERSATIONS))
        except StoreFault as error:
            log.warning("top_not_told", error=type(error).__name__)
            return
        if tops is None:
            return
        self._rooms.send_here(room, tops.room)
        if tops.staff is not None:
            self._rooms.send_here(staff_room_of(tops.staff.conversation_id), tops.staff)


async def watch_floors(floors: Floors, holds: Holds, checks: Checks, clock: Clock, away_s: float) -> None:
    """Run for ever: give back what teachers left who are away for `away_s` seconds, and see to drafts that wait.

    After a start, and after MongoDB was away, teachers get a moment to be here again.
    """
    moment_s = min(COME_BACK_S, away_s / 4)
    patient_until = clock.monotonic() + moment_s
    while True:
        await clock.sleep(away_s * RENEW_EVERY)
        try:
            patient = clock.monotonic() < patient_until
            await floors.look(patient=patient)
            await holds.look(patient=patient)
            await checks.look()
        except StoreFault as error:
            log.warning("floors_not_watched", error=type(error).__name__)
            patient_until = clock.monotonic() + moment_s


async def background(app: web.Application) -> AsyncIterator[None]:
    """All of it, for as long as the application runs."""
    replies, clock, settings = app[REPLIES], app[CLOCK], app[CHAT_SETTINGS]
    works: dict[str, Callable[[], Coroutine[None, None, None]]] = {
        "chat-delivery": replies.delivery.run,
        "chat-delivery-ahead": replies.delivery.run_ahead,
        "chat-keeper": replies.keeper.run,
        "chat-sweep": partial(sweep, app[RESCUE], clock, settings.reply.lease_s),
        "chat-floors": partial(watch_floors, app[FLOORS], app[HOLDS], app[CHECKS], clock, settings.floor.away_s),
        "chat-tops": Tops(app[READING], app[ROOMS], app[BUS]).run,
    }
    running = [app[TASKS].keep(work, name) for name, work in works.items()]
    yield
    for task in running:
        task.cancel()
