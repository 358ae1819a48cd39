"""The sweep that closes the sockets of sessions which ended elsewhere: on another node, or by their age."""

from collections.abc import AsyncIterator
from functools import partial

import structlog
from aiohttp import web

from tutor.accounts.context import SESSIONS
from tutor.accounts.sessions import Sessions
from tutor.core.clock import CLOCK, Clock
from tutor.core.mongo import StoreFault
from tutor.core.sockets import DOOR, Door
from tutor.core.tasks import TASKS

log = structlog.get_logger(__name__)

SWEEP_S = 4.0  # taking a right away acts on open sockets within 5 s


async def sweep(sessions: Sessions, door: Door, clock: Clock) -> None:
    """Run for ever: look at the sessions that have sockets here, in one query."""
    while True:
        await clock.sleep(SWEEP_S)
        if not (open_here := door.sessions()):
            continue
        try:
            await sessions.end_dead(open_here)
        except StoreFault as error:
            log.warning("session_sweep_failed", error=type(error).__name__)


async def sweep_context(app: web.Application) -> AsyncIterator[None]:
    """Sweep while the application runs."""
    task = app[TASKS].keep(partial(sweep, app[SESSIONS], app[DOOR], app[CLOCK]), "session_sweep")
    yield
    task.cancel()
