"""Who has a conversation open, and which rooms of a class are live.

Told to rooms whenever somebody enters or leaves; `sockets.py` and `routes.py` ask for it.
"""

from tutor.accounts.service import Accounts
from tutor.chat.messages import PresenceChanged, PresentView, RoomChanged, RoomView
from tutor.chat.models import Conversation
from tutor.chat.places import CONVERSATIONS, class_room_of, room_of
from tutor.chat.store import ChatStore
from tutor.classes.service import Classes
from tutor.core.roll import Roll
from tutor.core.rooms import Rooms
from tutor.core.tasks import Tasks


class Presence:
    """Presence in conversations, and the live rooms of classes."""

    def __init__(
        self, store: ChatStore, accounts: Accounts, classes: Classes, rooms: Rooms, roll: Roll, tasks: Tasks
    ) -> None:
        self._store = store
        self._accounts = accounts
        self._classes = classes
        self._rooms = rooms
        self._roll = roll
        self._tasks = tasks
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
            await self._tell_classes(conversation_id, conversation.student_id)

    def refresh(self, conversation_id: str, student_id: str) -> None:
        """Tell those who watch the student's classes how the room is now."""
        self._tasks.spawn(self._tell_classes(conversation_id, student_id), f"presence:{conversation_id}")

    async def _tell_classes(self, conversation_id: str, student_id: str) -> None:
        class_ids = await self._classes.class_ids_of(student_id)
        conversation = await self._store.conversation(conversation_id) if class_ids else None
        if conversation is None:
            return
        view = await self._view(conversation)
        for class_id in class_ids:
            self._rooms.send(class_room_of(class_id), RoomChanged(class_id=class_id, room=view))

    async def _view(self, conversation: Conversation) -> RoomView:
        student = await self._accounts.user(conversation.student_id)
        running = await self._store.running_reply(conversation.id)
        return RoomView(
            conversation_id=conversation.id,
            student_id=student.id,
            student_name=student.display_name,
            title=conversation.title,
            subject=conversation.subject,
            open=await self._is_open(conversation),
            answering=running is not None,
            updated_at=conversation.updated_at,
        )

    async def _is_open(self, conversation: Conversation) -> bool:
        people = await self._roll.present(room_of(conversation.id))
        return any(person.id == conversation.student_id for person in people)

    async def live_rooms(self, student_ids: list[str]) -> list[RoomView]:
        """The rooms of some students that are open or being answered, last used first."""
        students = set(student_ids)
        ids = {room.removeprefix(CONVERSATIONS) for room in await self._roll.rooms_with(students, CONVERSATIONS)}
        ids |= {lease.id for lease in await self._store.leases.of(students)}
        rows = await self._store.conversations_by_id(ids)
        views = [await self._view(row) for row in rows if row.student_id in students]
        return [view for view in views if view.open or view.answering]
