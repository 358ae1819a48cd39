"""Keeps the running replies of a node safe, all in one go: their text, their leases, and words left for them.

`reply.py` runs it beside the writing. What it finds taken over by another node it gives up.
"""

from collections.abc import Callable, Mapping

import structlog

from tutor.chat.claims import Claims
from tutor.chat.running import Running
from tutor.chat.store import ChatStore, Checkpoint
from tutor.core.clock import Clock
from tutor.core.leases import Lease
from tutor.core.mongo import StoreFault

log = structlog.get_logger(__name__)

LOOK_S = 0.1


class Keeper:
    """The text of a reply is written every `checkpoint_s` seconds.

    While Redis does not take its parts, it is also written when `checkpoint_chars` characters are new. `released` is
    told of a reply that was held and is not any more.
    """

    def __init__(
        self,
        store: ChatStore,
        claims: Claims,
        clock: Clock,
        replies: Mapping[str, Running],
        released: Callable[[Running], None],
        *,
        checkpoint_s: float,
        checkpoint_chars: int,
    ) -> None:
        self._store = store
        self._claims = claims
        self._clock = clock
        self._replies = replies
        self._released = released
        self._checkpoint_s = checkpoint_s
        self._checkpoint_chars = checkpoint_chars
        self._renewed_at = clock.monotonic()

    async def run(self) -> None:
        """Run for ever: look after the replies a few times a second; a slow store is not asked twice at once."""
        while True:
            await self._clock.sleep(min(LOOK_S, self._checkpoint_s))
            stored = [running for running in self._replies.values() if running.stored.is_set() and not running.gone]
            if stored:
                await self._look_after(stored)

    async def _look_after(self, replies: list[Running]) -> None:
        try:
            await self._renew(replies)
            for words in await self._claims.words():
                if (running := self._replies.get(words.subject)) is not None:
                    self._hear(running, words)
        except StoreFault as error:
            log.warning("keeping_missed", replies=len(replies), error=type(error).__name__)
            return
        await self.save([running for running in replies if self._is_due(running)])

    def _hear(self, running: Running, words: Lease) -> None:
        if words.stop_asked:
            running.stop()
        if running.hold(words.pauses):
            self._released(running)

    def _is_due(self, running: Running) -> bool:
        new = running.characters + len(running.withheld) - running.saved
        overdue = self._clock.monotonic() - running.saved_at >= self._checkpoint_s
        is_logged = running.logged == len(running.parts)
        return (new >= self._checkpoint_chars and not is_logged) or (overdue and new > 0)

    async def save(self, replies: list[Running]) -> bool:
        """Write the replies' text so far; False when MongoDB did not take it."""
        if not replies:
            return True
        checkpoints = [
            Checkpoint(
                one.message.id,
                one.facts.fence,
                one.text,
                len(one.parts),
                one.facts.provider,
                one.facts.model,
                one.withheld,
            )
            for one in replies
        ]
        try:
            lost = await self._store.checkpoint(checkpoints)
        except StoreFault as error:
            log.warning("checkpoint_missed", replies=len(replies), error=type(error).__name__)
            return False
        now = self._clock.monotonic()
        for running, written in zip(replies, checkpoints, strict=True):
            running.saved, running.saved_at = len(written.text) + len(written.withheld), now
            if running.message.id in lost:
                running.give_up()
        return True

    async def _renew(self, replies: list[Running]) -> None:
        now = self._clock.monotonic()
        if now - self._renewed_at >= self._claims.lease_s / 3:
            await self._claims.renew([running.message for running in replies])
            self._renewed_at = now
