"""Keeps how replies were written, for the replay. The chat tells at the end of each; nobody waits for it."""

import structlog

from tutor.chat.models import Message
from tutor.chat.paces import Marks
from tutor.core.mongo import StoreFault
from tutor.core.tasks import Tasks
from tutor.records.models import Pace
from tutor.records.store import RecordStore

log = structlog.get_logger(__name__)

MOST_MARKS = 300


class Keeping:
    """Writes paces in the background; one that is lost costs the replay of its reply the rhythm, not the text."""

    def __init__(self, store: RecordStore, tasks: Tasks) -> None:
        self._store = store
        self._tasks = tasks

    def keep(self, reply: Message, marks: Marks) -> None:
        """Keep how a reply was written, if anything was."""
        if marks:
            self._tasks.spawn(self._write(Pace(reply.id, thinned(marks))), f"pace:{reply.id}")

    async def _write(self, pace: Pace) -> None:
        try:
            await self._store.add_pace(pace)
        except StoreFault as error:
            log.warning("pace_not_kept", reply=pace.id, error=type(error).__name__)


def thinned(marks: Marks, most: int = MOST_MARKS) -> tuple[tuple[int, int], ...]:
    """At most so many of the marks, evenly chosen, with the first and the last."""
    if len(marks) <= most:
        return tuple(marks)
    step = (len(marks) - 1) / (most - 1)
    return tuple(marks[round(number * step)] for number in range(most))
