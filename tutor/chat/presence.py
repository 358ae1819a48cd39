"""Who has a conversation open. Told to its room whenever somebody enters or leaves; `reading.py` asks for it."""

from tutor.chat.changes import Changes
from tutor.chat.messages import PresenceChanged, PresentView
from tutor.chat.places import CONVERSATIONS, room_of
from tutor.chat.store import ChatStore
from tutor.core.roll import Roll
from tutor.core.rooms import Rooms


class Presence:
    """Presence in conversations."""

    def __init__(self, store: ChatStore, rooms: Rooms, roll: Roll, changes: Changes) -> None:
        self._store = store
        self._rooms = rooms
        self._roll = roll
        self._changes = changes
        roll.watch(CONVERSATIONS, self._moved)

    async def of(self, conversation_id: str) -> list[PresentView]:
        """The people who have the conversation open, on any node."""
        people = await self._roll.present(room_of(conversation_id))
        return [PresentView(id=person.id, name=person.name, role=person.role) for person in people]

    async def _moved(self, room: str) -> None:
        conversation_id = room.removeprefix(CONVERSATIONS)
        present = await self.of(conversation_id)
        self._rooms.send(room, PresenceChanged(conversation_id=conversation_id, present=present))
        conversation = await self._store.conversation(conversation_id)
        if conversation is not None:
            self._changes.tell(conversation_id, conversation.student_id)
