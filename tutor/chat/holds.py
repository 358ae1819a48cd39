"""What teachers do to a running reply: stop it, hold it, release it; on whichever node it is written.

Called by `floor_sockets.py` and `jobs.py`. A hold ends with the reply, or when its teacher is gone.
"""

from tutor.chat.access import Access
from tutor.chat.errors import ReplyNotRunning
from tutor.chat.floor_messages import HoldReply, ReleaseReply
from tutor.chat.messages import OneReply, ReplyTicket, StopReply
from tutor.chat.models import Author, Conversation, Message, Notice
from tutor.chat.notices import Notices, by
from tutor.chat.reply import Replies
from tutor.chat.store import ChatStore
from tutor.chat.vigils import Vigils
from tutor.core.caller import Caller
from tutor.core.leases import Lease


class Holds:
    """Teachers' hands on running replies."""

    def __init__(self, store: ChatStore, access: Access, replies: Replies, notices: Notices, vigils: Vigils) -> None:
        self._store = store
        self._access = access
        self._replies = replies
        self._notices = notices
        self._vigils = vigils

    async def stop(self, caller: Caller, command: StopReply) -> OneReply:
        """End a running reply as a teacher; its text so far stays."""
        conversation, reply = await self._access.taught_reply(caller, command)
        if not reply.is_running or not await self._replies.stop(conversation.id, reply.id):
            raise ReplyNotRunning
        await self._notices.add(conversation, f"stop:{reply.id}", _about(reply, "reply.stopped", by(caller)))
        return _ticket(reply)

    async def hold(self, caller: Caller, command: HoldReply) -> OneReply:
        """Show nothing more of a running reply until it is released, or the caller is gone."""
        conversation, reply = await self._access.taught_reply(caller, command)
        await self._vigils.begin(reply.id, reply.id, conversation.id, caller.id)
        if not await self._hold(conversation, reply, by(caller), held=True):
            raise ReplyNotRunning
        return _ticket(reply)

    async def release(self, caller: Caller, command: ReleaseReply) -> OneReply:
        """Show a held reply again."""
        conversation, reply = await self._access.taught_reply(caller, command)
        if not await self._hold(conversation, reply, by(caller), held=False):
            raise ReplyNotRunning
        return _ticket(reply)

    async def _hold(self, conversation: Conversation, reply: Message, who: Author | None, *, held: bool) -> bool:
        count = await self._replies.hold(reply, held=held) if reply.is_running else None
        if count is None or not held:
            for vigil in await self._vigils.of(conversation.id):
                if vigil.id == reply.id:
                    await self._vigils.end(vigil)
        if count:  # a reply that never was held is not released
            kind = "reply.held" if held else "reply.released"
            await self._notices.add(conversation, f"hold:{reply.id}:{count}", _about(reply, kind, who))
        return count is not None

    async def came(self, caller: Caller, conversation_id: str) -> None:
        """A teacher has opened a conversation: what she held there a moment ago is still held."""
        await self._vigils.came(conversation_id, caller.id)

    async def look(self, *, patient: bool) -> None:
        """Release what teachers hold who are gone, unless `patient`.

        Raises:
            StoreFault: MongoDB is away.

        """
        for vigil in await self._vigils.look(patient=patient):
            await self._let_go(vigil)

    async def _let_go(self, vigil: Lease) -> None:
        conversation = await self._store.conversation(vigil.group)
        reply = await self._store.message(vigil.group, vigil.id)
        if conversation is None or reply is None:
            await self._vigils.end(vigil)
        else:
            await self._hold(conversation, reply, None, held=False)


def _about(reply: Message, kind: str, who: Author | None) -> Notice:
    return Notice(kind, who, {"reply_id": reply.id})


def _ticket(reply: Message) -> OneReply:
    return OneReply(reply=ReplyTicket(id=reply.id, state=reply.state))
