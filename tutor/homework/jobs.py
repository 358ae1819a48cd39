"""What runs by itself for homework, on every node: giving the scheduled assignments when their time has come, graders,
and the look at what processes that died have left undone.
"""

from collections.abc import AsyncIterator
from functools import partial
from itertools import count

import structlog
from aiohttp import web

from tutor.core.bus import BUS
from tutor.core.clock import CLOCK, Clock
from tutor.core.mongo import StoreFault
from tutor.core.rooms import ROOMS
from tutor.core.tasks import TASKS
from tutor.homework.authoring import Authoring
from tutor.homework.context import AUTHORING, HANDING_IN, HOMEWORK, HOMEWORK_SETTINGS, TELLING, WORKER
from tutor.homework.handing_in import HandingIn
from tutor.homework.stores import Stores
from tutor.homework.telling import GRADERS, GradingWaits, Telling

log = structlog.get_logger(__name__)

GIVE_S = 5.0
MEND_EVERY = 6


async def give(authoring: Authoring, clock: Clock) -> None:
    """Run for ever: look which assignments are to be given now."""
    while True:
        await clock.sleep(GIVE_S)
        try:
            await authoring.give_due()
        except StoreFault as error:
            log.warning("assignments_not_given", error=type(error).__name__)


class Sweep:
    """Looks after the queue of grading: jobs that nobody holds any more or nobody has put, news that nobody told."""

    def __init__(self, stores: Stores, telling: Telling, handing_in: HandingIn, clock: Clock) -> None:
        self._stores = stores
        self._telling = telling
        self._handing_in = handing_in
        self._clock = clock

    async def run(self, look_s: float) -> None:
        """Run for ever, every `look_s` seconds."""
        for number in count():
            await self._clock.sleep(look_s)
            try:
                await self.look()
                if number % MEND_EVERY == 0:
                    await self._handing_in.mend()
            except StoreFault as error:
                log.warning("grading_not_swept", error=type(error).__name__)

    async def look(self) -> None:
        """Free the jobs of the dead, and tell what they have not.

        Raises:
            StoreFault: MongoDB is away.

        """
        if freed := await self._stores.jobs.run_out(self._clock.now()):
            log.warning("jobs_run_out", jobs=freed)
            self._telling.wake()
        await self._telling.sweep()


async def background(app: web.Application) -> AsyncIterator[None]:
    """Work while the application runs; at the end others go on with what is graded here."""
    settings, tasks = app[HOMEWORK_SETTINGS], app[TASKS]
    sweep = Sweep(app[HOMEWORK], app[TELLING], app[HANDING_IN], app[CLOCK])
    running = [
        tasks.keep(partial(give, app[AUTHORING], app[CLOCK]), "assignments"),
        tasks.keep(partial(sweep.run, settings.look_s), "grading-sweep"),
    ]
    worker = app[WORKER]
    if settings.graders:
        app[ROOMS].hear(GradingWaits, worker.wake)
        await app[BUS].subscribe(GRADERS)
        running += [tasks.keep(worker.run, f"grader-{number}") for number in range(settings.graders)]
    yield
    for task in running:
        task.cancel()
    await worker.give_back()
