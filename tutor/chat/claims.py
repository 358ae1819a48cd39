"""Claims of conversations by replies: at most one running reply a conversation, and a few a student, on all nodes.

`permits.py` takes one before anything is stored; `keeper.py` renews it; `rescue.py` takes over what has run out.
"""

from datetime import datetime, timedelta

from tutor.chat.errors import ReplyChecking, ReplyRunning, TooManyReplies
from tutor.chat.models import Message
from tutor.chat.store import ChatStore
from tutor.chat.turns import Turns
from tutor.core.clock import Clock
from tutor.core.leases import Lease

HAND_OVER_TRIES = 3
TAKE_TRIES = 3


class Claims:
    """The claims of this node. `lease_s` is how long one holds without a sign of life, in seconds."""

    def __init__(self, store: ChatStore, clock: Clock, node: str, *, lease_s: float, per_student: int) -> None:
        self._store = store
        self._leases = store.leases
        self._clock = clock
        self._node = node
        self.lease_s = lease_s
        self._per_student = per_student
        self._turns = Turns()

    async def take(self, conversation_id: str, reply_id: str, student_id: str) -> None:
        """Take the conversation for a new reply, before anything of it is stored.

        Raises:
            ReplyRunning, ReplyChecking: another reply has it.
            TooManyReplies: the student has as many elsewhere as allowed.

        """
        async with self._turns.of(student_id):
            await self._take(Lease(conversation_id, reply_id, student_id, self._node, self._end()))

    async def _take(self, lease: Lease) -> None:
        for _ in range(TAKE_TRIES):
            if await self._leases.take(lease):
                break
            held = await self._leases.get(lease.id)
            if held is not None:  # else it has just been given back
                await self._refuse_if_running(held)
                await self._leases.give_back(held.id, held.subject)
        else:
            raise ReplyRunning
        limit = self._per_student
        if len(await self._leases.of([lease.group])) > limit:
            await self._leases.give_back(lease.id, lease.subject)
            raise TooManyReplies(limit=limit)

    async def _refuse_if_running(self, lease: Lease) -> None:
        """Raise ReplyRunning if the reply of a claim is at work, or may still be about to be stored."""
        reply = await self._store.message(lease.id, lease.subject)
        if reply is not None:
            if reply.is_running:
                raise ReplyChecking if reply.is_hidden else ReplyRunning
        # Claims of one node come one after another, so its own was given up before a reply was stored.
        elif lease.owner != self._node and lease.until > self._clock.now():
            raise ReplyRunning

    async def renew(self, replies: list[Message]) -> None:
        """Give a sign of life for running replies of this node."""
        await self._leases.renew([reply.conversation_id for reply in replies], self._node, self._end())

    async def ask_to_stop(self, conversation_id: str, reply_id: str) -> bool:
        """Leave word for the node that writes a reply, whichever it is; False when it has ended."""
        return await self._leases.ask_to_stop(conversation_id, reply_id)

    async def ask_to_hold(self, reply: Message, *, held: bool) -> Lease | None:
        """Leave word that a reply should show nothing more, or show everything again; None when it has ended."""
        return await self._leases.ask_to_pause(reply.conversation_id, reply.id, paused=held)

    async def words(self) -> list[Lease]:
        """The replies of this node that somebody wants to end or to hold."""
        return await self._leases.words_for(self._node)

    async def held_by(self, conversation_id: str) -> Lease | None:
        """The claim of a conversation, stored reply or not."""
        return await self._leases.get(conversation_id)

    async def give_back(self, conversation_id: str, reply_id: str) -> None:
        """Give up a claim of which nothing was stored."""
        await self._leases.give_back(conversation_id, reply_id)

    async def take_over(self, lease: Lease) -> bool:
        """Hold what another node held, for the same reply; False when somebody was faster."""
        return await self._leases.pass_on(lease, self._node, self._end())

    async def adopt(self, reply: Message, student_id: str) -> None:
        """See that an unfinished reply is held: one that nobody holds is left to any node. A crash may leave one."""
        lapsed = self._clock.now() - timedelta(seconds=self.lease_s)
        await self._leases.take(Lease(reply.conversation_id, reply.id, student_id, "", lapsed))

    async def hand_over(self, reply: Message) -> None:
        """Leave a running reply to any other node, at once."""
        lapsed = self._clock.now() - timedelta(seconds=self.lease_s)
        for _ in range(HAND_OVER_TRIES):  # it may be renewed this very moment
            lease = await self._leases.get(reply.conversation_id)
            if lease is None or lease.subject != reply.id or await self._leases.pass_on(lease, "", lapsed):
                return

    async def run_out(self) -> list[Lease]:
        """The claims whose node has not been heard of in time."""
        return await self._leases.run_out(self._clock.now())

    def _end(self) -> datetime:
        return self._clock.now() + timedelta(seconds=self.lease_s)
