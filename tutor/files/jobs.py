"""The sweep that takes away what was sent and never used, on every node."""

from collections.abc import AsyncIterator
from functools import partial

import structlog
from aiohttp import web

from tutor.core.clock import CLOCK, Clock
from tutor.core.mongo import StoreFault
from tutor.core.tasks import TASKS
from tutor.files.context import FILES
from tutor.files.service import Files

log = structlog.get_logger(__name__)

SWEEP_S = 600.0


async def sweep(files: Files, clock: Clock) -> None:
    """Run for ever: look what nothing has used for long."""
    while True:
        await clock.sleep(SWEEP_S)
        try:
            await files.sweep()
        except StoreFault as error:
            log.warning("files_not_swept", error=type(error).__name__)


async def background(app: web.Application) -> AsyncIterator[None]:
    """Sweep while the application runs."""
    task = app[TASKS].keep(partial(sweep, app[FILES], app[CLOCK]), "files")
    yield
    task.cancel()
