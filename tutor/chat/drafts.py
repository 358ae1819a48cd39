"""How replies end for those who watch: told to the room, or as a draft to the teachers, who decide about it.

`reply.py` and `rescue.py` tell it of every end, `floors.py` of the teachers' decisions. A draft is decided once.
"""

from dataclasses import replace

from tutor.chat.floor_messages import DraftReady
from tutor.chat.messages import MessageChanged
from tutor.chat.models import Author, Message, Reply, State
from tutor.chat.places import room_of, staff_room_of
from tutor.chat.store import ChatStore
from tutor.chat.views import message_view, reply_finished
from tutor.core.clock import Clock
from tutor.core.rooms import Rooms


class Drafts:
    """Ends of replies, and decisions about those that teachers check first."""

    def __init__(self, store: ChatStore, rooms: Rooms, clock: Clock) -> None:
        self._store = store
        self._rooms = rooms
        self._clock = clock

    async def ended(self, reply: Message) -> None:
        """Tell how a reply ended. One that waits for a teacher is let through when the tutor has the floor again.

        The floor is read after the reply was stored as waiting: who gives it back later finds it among those.
        """
        if reply.state != "checking":
            self._tell(reply)
            return
        news = DraftReady(conversation_id=reply.conversation_id, message=message_view(reply, staff=True))
        self._rooms.send(staff_room_of(reply.conversation_id), news)
        conversation = await self._store.conversation(reply.conversation_id)
        if conversation is not None and conversation.floor.state == "tutor":
            await self.send(reply)

    async def send(self, draft: Message, text: str | None = None, by: Author | None = None) -> Message | None:
        """Let a draft through, as it is or with another text; without `by` because nobody checks any more.

        None when it was decided already.
        """
        shown = draft.text if text is None else text
        return await self._decide(draft, "complete", shown, by, hidden=False, why=None)

    async def reject(self, draft: Message, why: str | None, by: Author) -> Message | None:
        """Do not let a draft through; None when it was decided already."""
        return await self._decide(draft, "rejected", draft.text, by, hidden=True, why=why)

    async def _decide(
        self, draft: Message, state: State, text: str, by: Author | None, *, hidden: bool, why: str | None
    ) -> Message | None:
        facts = self._decided(draft, text, by, hidden=hidden, why=why)
        if not await self._store.floors.decide(draft, state, text, facts):
            return None
        decided = replace(draft, state=state, text=text, reply=facts)
        self._tell(decided)
        return decided

    def _decided(self, draft: Message, text: str, by: Author | None, *, hidden: bool, why: str | None) -> Reply:
        if draft.reply is None:
            raise TypeError("not a reply")
        return replace(
            draft.reply,
            hidden=hidden,
            sent_by=by,
            decided_at=self._clock.now(),
            draft=draft.text if text != draft.text else None,
            why=why,
        )

    def _tell(self, reply: Message) -> None:
        """Tell the room, and the teachers in it what nobody else may see."""
        self._rooms.send(room_of(reply.conversation_id), reply_finished(reply))
        if reply.is_hidden or (reply.reply is not None and reply.reply.ready_at is not None):
            news = MessageChanged(conversation_id=reply.conversation_id, message=message_view(reply, staff=True))
            self._rooms.send(staff_room_of(reply.conversation_id), news)
