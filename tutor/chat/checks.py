"""Drafts that teachers check before the student sees them: sent, changed or rejected by one, and not forgotten by all.

Called by `floor_sockets.py` and `jobs.py`.
"""

from datetime import datetime, timedelta

from tutor.chat.access import Access
from tutor.chat.changes import Changes
from tutor.chat.drafts import Drafts
from tutor.chat.errors import DraftDecided, DraftNotReady
from tutor.chat.floor_messages import DraftWaiting, RejectDraft, SendDraft
from tutor.chat.messages import OneMessage
from tutor.chat.models import Conversation, Message
from tutor.chat.notices import by
from tutor.chat.places import class_room_of
from tutor.chat.store import ChatStore
from tutor.chat.views import message_view
from tutor.classes.service import Classes
from tutor.core.caller import Caller
from tutor.core.clock import Clock
from tutor.core.rooms import Rooms

STRAY = timedelta(seconds=5)


class Checks:
    """Teachers' decisions about drafts. All who watch the classes are told of one that waited `patience_s` seconds."""

    def __init__(
        self,
        store: ChatStore,
        access: Access,
        drafts: Drafts,
        classes: Classes,
        rooms: Rooms,
        clock: Clock,
        changes: Changes,
        patience_s: float,
    ) -> None:
        self._store = store
        self._access = access
        self._drafts = drafts
        self._classes = classes
        self._rooms = rooms
        self._clock = clock
        self._changes = changes
        self._patience = timedelta(seconds=patience_s)

    async def send(self, caller: Caller, command: SendDraft) -> OneMessage:
        """Let a draft through, as it is or with another text; the same again changes nothing.

        Raises:
            DraftNotReady: it is still being written, or never was a draft.
            DraftDecided: somebody has decided otherwise.

        """
        conversation, draft = await self._access.taught_reply(caller, command)
        sent = await self._drafts.send(draft, command.text, by(caller)) if draft.state == "checking" else None
        if sent is None:
            sent = await self._decided(caller, conversation, draft)
            if sent.state != "complete" or command.text not in {None, sent.text}:
                raise DraftDecided(state=sent.state)
        self._changes.tell(conversation.id, conversation.student_id)
        return OneMessage(message=message_view(sent, staff=True))

    async def reject(self, caller: Caller, command: RejectDraft) -> OneMessage:
        """Do not let a draft through; the same again changes nothing. Raises what `send` raises."""
        conversation, draft = await self._access.taught_reply(caller, command)
        waits = draft.state == "checking"
        done = await self._drafts.reject(draft, command.why, by(caller)) if waits else None
        if done is None:
            done = await self._decided(caller, conversation, draft)
            if done.state != "rejected":
                raise DraftDecided(state=done.state)
        self._changes.tell(conversation.id, conversation.student_id)
        return OneMessage(message=message_view(done, staff=True))

    async def _decided(self, caller: Caller, conversation: Conversation, draft: Message) -> Message:
        """A draft that the caller has decided about before."""
        now = await self._store.message(conversation.id, draft.id)
        if now is None or now.reply is None or now.reply.decided_at is None:
            raise DraftNotReady
        if now.reply.sent_by is None or now.reply.sent_by.id != caller.id:
            raise DraftDecided(state=now.state)
        return now

    async def look(self) -> None:
        """See that a draft neither waits where nobody checks any more, nor for long without anybody knowing.

        Raises:
            StoreFault: MongoDB is away.

        """
        for draft in await self._store.floors.waiting():
            conversation = await self._store.conversation(draft.conversation_id)
            if conversation is not None and draft.reply is not None and draft.reply.ready_at is not None:
                await self._look_after(draft, conversation, draft.reply.ready_at)

    async def _look_after(self, draft: Message, conversation: Conversation, since: datetime) -> None:
        waited = self._clock.now() - since
        if conversation.floor.state == "tutor":
            if waited > STRAY:  # else whoever ends it or gives the floor back is about to send it
                await self._drafts.send(draft)
                self._changes.tell(conversation.id, conversation.student_id)
        elif waited >= self._patience and await self._store.floors.remind(draft.id):
            for one in await self._classes.active_of(conversation.student_id):
                news = DraftWaiting(class_id=one.id, conversation_id=conversation.id, reply_id=draft.id, since=since)
                self._rooms.send(class_room_of(one.id), news)
