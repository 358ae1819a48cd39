"""Who has lost conversations and classes that are open on a socket: former teachers and guardians.

`core/evictions.py` asks, and takes them out.
"""

from collections.abc import Mapping

from tutor.chat.access import Access
from tutor.chat.places import CLASSES, CONVERSATIONS, STAFF, room_of, staff_room_of
from tutor.chat.store import ChatStore
from tutor.classes.messages import AccessLost
from tutor.classes.service import Classes
from tutor.classes.watching import watchers
from tutor.core.evictions import Loss, Sockets
from tutor.core.rooms import Rooms


class Lapses:
    """Those in rooms of this node who are no students. What is asked does not grow with the rooms: a few queries."""

    def __init__(self, store: ChatStore, access: Access, classes: Classes, rooms: Rooms) -> None:
        self._store = store
        self._access = access
        self._classes = classes
        self._rooms = rooms

    async def look(self) -> list[Loss]:
        """Those whose rights are gone."""
        lost = await self._of_conversations(watchers(self._rooms, CONVERSATIONS, STAFF))
        return lost + await self._of_classes(watchers(self._rooms, CLASSES))

    async def _of_conversations(self, watched: Mapping[str, Sockets]) -> list[Loss]:
        if not watched:
            return []
        there = await self._store.conversations_by_id(set(watched))
        students = {one.id: one.student_id for one in there if one.deleted_at is None}
        pairs = {
            (who, students[name]) for name, sockets in watched.items() if name in students for who in sockets.values()
        }
        unseen = await self._access.unseen(pairs)
        return [
            Loss(sid, who, (room_of(name), staff_room_of(name)), AccessLost(conversation_id=name))
            for name, sockets in watched.items()
            for sid, who in sockets.items()
            if name not in students or (who.id, students[name]) in unseen
        ]

    async def _of_classes(self, watched: Mapping[str, Sockets]) -> list[Loss]:
        if not watched:
            return []
        teachers = {one.id: one.teacher_ids for one in await self._classes.active(list(watched))}
        return [
            Loss(sid, who, (CLASSES + class_id,), AccessLost(class_id=class_id))
            for class_id, sockets in watched.items()
            for sid, who in sockets.items()
            if who.id not in teachers.get(class_id, ())
        ]
