"""Takes those out of rooms who may not see them any more: former teachers and guardians. `jobs.py` runs it.

New requests are refused at once, because every one is checked; this is for sockets that are in a room already.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping

import structlog

from tutor.chat.access import Access
from tutor.chat.messages import AccessLost
from tutor.chat.places import CLASSES, CONVERSATIONS, STAFF, room_of, staff_room_of
from tutor.chat.store import ChatStore
from tutor.classes.service import Classes
from tutor.core.caller import Caller
from tutor.core.messages import Event
from tutor.core.rooms import Rooms

log = structlog.get_logger(__name__)

Tell = Callable[[str, Event], None]
Sockets = dict[str, Caller]


class Evictions:
    """The sockets of this node whose rights are gone. What a sweep asks does not grow with the rooms: a few queries."""

    def __init__(self, store: ChatStore, access: Access, classes: Classes, rooms: Rooms, tell: Tell) -> None:
        self._store = store
        self._access = access
        self._classes = classes
        self._rooms = rooms
        self._tell = tell

    async def sweep(self) -> None:
        """Look at everybody in a room who is no student, and take out and tell whom the room is closed to by now."""
        await self._sweep_conversations(self._watchers(CONVERSATIONS, STAFF))
        await self._sweep_classes(self._watchers(CLASSES))

    def _watchers(self, *prefixes: str) -> dict[str, Sockets]:
        """The sockets in rooms of these kinds whose people are no students, by what comes after the prefix."""
        found: defaultdict[str, Sockets] = defaultdict(dict)
        for prefix in prefixes:
            for room in self._rooms.names(prefix):
                watching = {sid: who for sid, who in self._rooms.members(room).items() if who.role != "student"}
                if watching:
                    found[room.removeprefix(prefix)] |= watching
        return found

    async def _sweep_conversations(self, watched: Mapping[str, Sockets]) -> None:
        if not watched:
            return
        there = await self._store.conversations_by_id(set(watched))
        students = {one.id: one.student_id for one in there if one.deleted_at is None}
        pairs = {
            (who, students[name]) for name, sockets in watched.items() if name in students for who in sockets.values()
        }
        unseen = await self._access.unseen(pairs)
        for conversation_id, sockets in watched.items():
            student_id = students.get(conversation_id)
            for sid, who in sockets.items():
                if student_id is None or (who.id, student_id) in unseen:
                    rooms = (room_of(conversation_id), staff_room_of(conversation_id))
                    await self._evict(sid, who, rooms, AccessLost(conversation_id=conversation_id))

    async def _sweep_classes(self, watched: Mapping[str, Sockets]) -> None:
        if not watched:
            return
        teachers = {one.id: one.teacher_ids for one in await self._classes.active(list(watched))}
        for class_id, sockets in watched.items():
            for sid, who in sockets.items():
                if who.id not in teachers.get(class_id, ()):
                    await self._evict(sid, who, (CLASSES + class_id,), AccessLost(class_id=class_id))

    async def _evict(self, sid: str, who: Caller, rooms: tuple[str, ...], news: AccessLost) -> None:
        for room in rooms:
            await self._rooms.leave(sid, room)
        self._tell(sid, news)
        log.info("access_lost", user=who.id, sid=sid, conversation=news.conversation_id, class_id=news.class_id)
