"""The chat's background sweep: ends replies whose node went away. Started by `context.py` on every node."""

import structlog

from tutor.chat.reply import Replies
from tutor.core.clock import Clock
from tutor.core.mongo import StoreFault

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
