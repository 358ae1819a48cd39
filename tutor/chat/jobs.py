"""The chat's background sweep: every few seconds, replies whose node went away are ended."""

from collections.abc import AsyncIterator
from functools import partial

import structlog
from aiohttp import web

from tutor.chat.context import REPLIES
from tutor.chat.reply import Replies
from tutor.core.clock import CLOCK, Clock
from tutor.core.mongo import StoreFault
from tutor.core.tasks import TASKS

log = structlog.get_logger(__name__)

EVERY_S = 5.0


async def sweep(replies: Replies, clock: Clock) -> None:
    """Run for ever: look for abandoned replies every few seconds."""
    while True:
        try:
            await replies.end_abandoned()
        except StoreFault as error:
            log.warning("sweep_missed", error=type(error).__name__)
        await clock.sleep(EVERY_S)


async def sweep_context(app: web.Application) -> AsyncIterator[None]:
    """Sweep for as long as the application runs, on every node."""
    task = app[TASKS].keep(partial(sweep, app[REPLIES], app[CLOCK]), "chat-sweep")
    yield
    task.cancel()
