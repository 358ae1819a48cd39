"""The chat's background work on every node: parts on their way, checkpoints, the sweep for dead nodes' replies, and the
heartbeat that finds silent loss.
"""

from collections.abc import AsyncIterator, Callable, Coroutine
from functools import partial

import structlog
from aiohttp import web

from tutor.chat.context import CHAT_SETTINGS, READING, REPLIES, RESCUE
from tutor.chat.reading import Reading
from tutor.chat.reply import room_of
from tutor.chat.rescue import Rescue
from tutor.core.bus import BUS, Bus
from tutor.core.clock import CLOCK, Clock
from tutor.core.mongo import StoreFault
from tutor.core.rooms import ROOMS, Rooms
from tutor.core.tasks import TASKS

log = structlog.get_logger(__name__)

SWEEP_S = 5.0
TOP_S = 20.0
ALONE_S = 3.0


async def sweep(rescue: Rescue, clock: Clock, lease_s: float) -> None:
    """Run for ever: take over what dead nodes left.

    After MongoDB was away, the living get the time of a lease to renew theirs.
    """
    wait_s = min(SWEEP_S, lease_s / 3)
    while True:
        await clock.sleep(wait_s)
        wait_s = min(SWEEP_S, lease_s / 3)
        try:
            await rescue.sweep()
        except StoreFault as error:
            log.warning("sweep_missed", error=type(error).__name__)
            wait_s = lease_s


async def tell_tops(reading: Reading, rooms: Rooms, bus: Bus, clock: Clock) -> None:
    """Run for ever: tell every open room how far it has come; without Redis often, because no hints come then."""
    while True:
        await clock.sleep(TOP_S if bus.up else ALONE_S)
        for room in rooms.names(room_of("")):
            try:
                top = await reading.top(room.removeprefix(room_of("")))
            except StoreFault as error:
                log.warning("tops_not_told", error=type(error).__name__)
                break
            if top is not None:
                rooms.send_here(room, top)


async def background(app: web.Application) -> AsyncIterator[None]:
    """All of it, for as long as the application runs."""
    replies, clock = app[REPLIES], app[CLOCK]
    works: dict[str, Callable[[], Coroutine[None, None, None]]] = {
        "chat-delivery": replies.delivery.run,
        "chat-keeper": replies.keeper.run,
        "chat-sweep": partial(sweep, app[RESCUE], clock, app[CHAT_SETTINGS].reply.lease_s),
        "chat-tops": partial(tell_tops, app[READING], app[ROOMS], app[BUS], clock),
    }
    running = [app[TASKS].keep(work, name) for name, work in works.items()]
    yield
    for task in running:
        task.cancel()
