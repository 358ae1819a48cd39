"""Replies whose node went away: begun anew when nobody has seen a word of them, else ended with what was read.

`jobs.py` runs it every few seconds on every node. The old owner is refused in Redis first and then in MongoDB, so it
may come back at any moment without harm.
"""

from dataclasses import replace
from datetime import timedelta

import structlog

from tutor.chat.briefing import Briefing
from tutor.chat.errors import ReplyInterrupted
from tutor.chat.models import Message, Reply
from tutor.chat.parts import PartsLog
from tutor.chat.reply import Replies
from tutor.chat.store import ChatStore
from tutor.core.clock import Clock
from tutor.core.leases import Lease

log = structlog.get_logger(__name__)

TRIES = 2
ORPHANED = timedelta(seconds=20)


class Rescue:
    """Takes over what dead nodes have left."""

    def __init__(self, store: ChatStore, parts: PartsLog, replies: Replies, briefing: Briefing, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._parts = parts
        self._replies = replies
        self._briefing = briefing

    async def sweep(self) -> None:
        """Look for replies whose lease has run out, and take each one over.

        Raises:
            StoreFault: MongoDB is away.

        """
        for lease in await self._replies.claims.run_out():
            reply = await self._store.message(lease.id, lease.subject)
            if reply is None or reply.reply is None or not reply.is_running:
                await self._replies.claims.give_back(lease.id, lease.subject)
            elif self._replies.running(reply.id) is None and await self._replies.claims.take_over(lease):
                held = await self._store.message(lease.id, lease.subject)
                if held is not None and held.reply is not None and held.is_running:
                    await self._take_over(lease, held, held.reply)

    async def adopt_orphans(self) -> None:
        """Find unfinished replies that nobody holds: a write may land after its node was told that it had failed.

        Raises:
            StoreFault: MongoDB is away.

        """
        for reply in await self._store.unfinished(self._clock.now() - ORPHANED):
            if self._replies.running(reply.id) is not None:
                continue
            conversation = await self._store.conversation(reply.conversation_id)
            if conversation is not None:
                await self._replies.claims.adopt(reply, conversation.student_id)

    async def _take_over(self, lease: Lease, reply: Message, facts: Reply) -> None:
        mine = replace(facts, fence=facts.fence + 1)
        seized = await self._parts.seize(reply.id, mine.fence)
        if seized == "fenced":
            return  # somebody newer writes it
        logged = await self._parts.read(reply.id, 0) if seized == "ok" else None
        text, count = reply.text, facts.parts
        if logged is not None and len(logged) > count:
            text, count = "".join(part.text for part in logged), len(logged)
        # Without Redis nobody knows whether a first part was shown after the last checkpoint.
        if count == 0 and logged is not None and facts.fence < TRIES and await self._begin_anew(lease, reply, mine):
            return
        ended = replace(mine, parts=count, error=ReplyInterrupted.code)
        stored = await self._store.finish_for(reply, "interrupted", text, ended)
        if stored is not None:
            log.warning("reply_abandoned", reply=reply.id, parts=count)
            await self._replies.drafts.ended(stored)
            self._replies.changes.tell(stored.conversation_id, lease.group)

    async def _begin_anew(self, lease: Lease, reply: Message, mine: Reply) -> bool:
        """Write a reply again of which nothing was shown; True when that is no business of this node any more."""
        conversation = await self._store.conversation(reply.conversation_id)
        prompt = await self._briefing.again(conversation, reply) if conversation is not None else None
        if prompt is None:
            return False
        if not await self._store.take_over(reply, mine, "queued"):
            return True
        log.warning("reply_begun_anew", reply=reply.id, fence=mine.fence)
        running = self._replies.start(replace(reply, reply=mine), prompt, lease.group)
        running.hold(lease.pauses)
        self._replies.admit(running, running.message)
        return True
