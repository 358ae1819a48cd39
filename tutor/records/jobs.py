"""The job that goes on with the visits of readers who stay."""

from collections.abc import AsyncIterator
from functools import partial

import structlog
from aiohttp import web

from tutor.core.clock import CLOCK, Clock
from tutor.core.mongo import StoreFault
from tutor.core.tasks import TASKS
from tutor.records.context import READ_LOG
from tutor.records.service import ReadLog

log = structlog.get_logger(__name__)

RENEW_S = 60.0


async def renew(read_log: ReadLog, clock: Clock) -> None:
    """Run for ever: look who has a conversation open here."""
    while True:
        await clock.sleep(RENEW_S)
        try:
            await read_log.renew()
        except StoreFault as error:
            log.warning("visits_not_renewed", error=type(error).__name__)


async def background(app: web.Application) -> AsyncIterator[None]:
    """Renew while the application runs."""
    task = app[TASKS].keep(partial(renew, app[READ_LOG], app[CLOCK]), "visits")
    yield
    task.cancel()
