"""What runs by itself for homework, on every node: giving the scheduled assignments when their time has come."""

from collections.abc import AsyncIterator
from functools import partial

import structlog
from aiohttp import web

from tutor.core.clock import CLOCK, Clock
from tutor.core.mongo import StoreFault
from tutor.core.tasks import TASKS
from tutor.homework.authoring import Authoring
from tutor.homework.context import AUTHORING

log = structlog.get_logger(__name__)

GIVE_S = 5.0


async def give(authoring: Authoring, clock: Clock) -> None:
    """Run for ever: look which assignments are to be given now."""
    while True:
        await clock.sleep(GIVE_S)
        try:
            await authoring.give_due()
        except StoreFault as error:
            log.warning("assignments_not_given", error=type(error).__name__)


async def background(app: web.Application) -> AsyncIterator[None]:
    """Work while the application runs."""
    task = app[TASKS].keep(partial(give, app[AUTHORING], app[CLOCK]), "assignments")
    yield
    task.cancel()
