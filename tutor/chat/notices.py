"""What happens in a room is told there as a message of the system, so that history, resume and replay have it too.

The verbs of the chat and of the rooms above it call `add`.
"""

from tutor.chat.messages import MessageAdded
from tutor.chat.models import Author, Conversation, Message, Notice
from tutor.chat.places import room_of
from tutor.chat.store import ChatStore
from tutor.chat.views import message_view
from tutor.core.caller import Caller
from tutor.core.clock import Clock, new_id
from tutor.core.rooms import Rooms


class Notices:
    """Tells rooms what happened in them."""

    def __init__(self, store: ChatStore, rooms: Rooms, clock: Clock) -> None:
        self._store = store
        self._rooms = rooms
        self._clock = clock

    async def add(self, conversation: Conversation, key: str, notice: Notice) -> Message:
        """Store a notice under the room's next `seq` and tell the room. The same `key` again tells nothing new."""
        message, created = await self._store.add_message(
            Message(
                id=new_id(),
                conversation_id=conversation.id,
                seq=conversation.last_seq + 1,
                client_id=_client_id(key),
                author=Author("system"),
                text="",
                state="sent",
                created_at=self._clock.now(),
                notice=notice,
            ),
            conversation.student_id,
        )
        if created:
            await self._store.touch(conversation.id, message.seq, message.created_at)
            news = MessageAdded(conversation_id=conversation.id, message=message_view(message))
            self._rooms.send(room_of(conversation.id), news)
        return message

    async def is_told(self, conversation_id: str, key: str) -> bool:
        """Whether the notice with this key is stored."""
        return await self._store.message_by_client_id(conversation_id, _client_id(key)) is not None


def _client_id(key: str) -> str:
    return f"notice:{key}"


def by(caller: Caller) -> Author:
    """The one who did it, as a notice names them."""
    return Author("student" if caller.role == "student" else "teacher", caller.id, caller.name)
