"""The verbs of broadcasts: a teacher sends one, a student reads it, both look at what there is.

Called by `sockets.py` and `routes.py`.
"""

import structlog

from tutor.broadcasts.errors import NobodyToTell
from tutor.broadcasts.messages import (
    BroadcastAdded,
    BroadcastChanged,
    Broadcasts,
    BroadcastSeen,
    BroadcastView,
    ListBroadcasts,
    OneBroadcast,
    Reach,
    ReadBroadcast,
    SendBroadcast,
)
from tutor.broadcasts.models import Broadcast, Receipt
from tutor.broadcasts.store import BroadcastStore, receipt_id
from tutor.chat.places import class_room_of
from tutor.classes.models import Class
from tutor.classes.service import Classes
from tutor.core.caller import Caller
from tutor.core.clock import Clock, new_id
from tutor.core.cursors import cursor_of, position_of
from tutor.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from tutor.core.limits import Limits
from tutor.core.rooms import Rooms

log = structlog.get_logger(__name__)


class BroadcastService:
    """What teachers say to their classes. It is for those who were in the class then, for as long as they stay."""

    def __init__(self, store: BroadcastStore, classes: Classes, rooms: Rooms, limits: Limits, clock: Clock) -> None:
        self._store = store
        self._classes = classes
        self._rooms = rooms
        self._limits = limits
        self._clock = clock

    async def send(self, caller: Caller, command: SendBroadcast) -> OneBroadcast:
        """Say something to a class or some of it: it is stored for each of them, and told to those who are there.

        Raises:
            NotFound: the caller does not teach the class or it is archived, or somebody chosen is not in it.
            NobodyToTell: it has no students.
            RateLimited: the caller said too much in a short time.
            Conflict: the same `client_id` came with something else.

        """
        class_ = await self._classes.get_active(caller, command.class_id)
        await self._limits.take("broadcast", "user", caller.id)
        wanted = Broadcast(
            id=new_id(),
            class_id=class_.id,
            client_id=command.client_id.lower(),
            teacher_id=caller.id,
            teacher_name=caller.name,
            text=command.text,
            student_ids=await self._addressed(class_.id, command.student_ids),
            sent_at=self._clock.now(),
        )
        stored, is_new = await self._store.add(wanted)
        if not stored.is_what_was_asked(class_.id, command.text, command.student_ids):
            raise Conflict(what="broadcast")
        if is_new:
            self._announce(stored, class_)
            log.info("broadcast_sent", user=caller.id, class_id=class_.id, students=len(stored.student_ids))
        return OneBroadcast(broadcast=await self._with_reach(stored, class_))

    async def _addressed(self, class_id: str, chosen: list[str] | None) -> tuple[str, ...]:
        members = await self._classes.student_ids(class_id)
        if chosen is not None and not set(chosen) <= set(members):
            raise NotFound(what="student")
        if not members:
            raise NobodyToTell
        return tuple(one for one in members if chosen is None or one in chosen)

    def _announce(self, broadcast: Broadcast, class_: Class) -> None:
        news = BroadcastAdded(broadcast=_view(broadcast, class_.name, read=False))
        for student_id in broadcast.student_ids:
            self._rooms.send(f"user:{student_id}", news)
        reached = Reach(addressed=len(broadcast.student_ids), read=0)
        news = BroadcastAdded(broadcast=_view(broadcast, class_.name, reached=reached))
        self._rooms.send(class_room_of(class_.id), news)

    async def read(self, caller: Caller, command: ReadBroadcast) -> None:
        """Keep that the caller has read a broadcast, and tell its teachers how many have.

        Raises:
            NotFound: it was not for the caller, or they have left the class.

        """
        broadcast = await self._store.find(command.broadcast_id)
        if broadcast is None or caller.id not in broadcast.student_ids:
            raise NotFound(what="broadcast")
        if broadcast.class_id not in {one.id for one in await self._classes.active_of(caller.id)}:
            raise NotFound(what="broadcast")
        receipt = Receipt(receipt_id(broadcast.id, caller.id), broadcast.id, caller.id, self._clock.now())
        if not await self._store.add_receipt(receipt):
            return
        self._rooms.send(f"user:{caller.id}", BroadcastSeen(id=broadcast.id))
        read = (await self._store.counts([broadcast.id]))[broadcast.id]
        news = BroadcastChanged(class_id=broadcast.class_id, id=broadcast.id, read=read)
        self._rooms.send(class_room_of(broadcast.class_id), news)

    async def list(self, caller: Caller, query: ListBroadcasts) -> Broadcasts:
        """A page of broadcasts: a student's own, those not read yet first, or of a class of the caller's.

        Raises:
            NotAllowed: the caller is neither a student nor a teacher.
            NotFound: the caller does not teach the class.
            InvalidInput: a teacher named no class.

        """
        if caller.role == "student":
            return await self._for_student(caller, query)
        if caller.role != "teacher":
            raise NotAllowed
        if query.class_id is None:
            raise InvalidInput(fields=[{"field": "class_id", "problem": "missing"}])
        class_ = await self._classes.get_for_teacher(caller, query.class_id)
        rows = await self._store.of_class(class_.id, position_of(query.cursor), query.limit + 1)
        counts = await self._store.counts([row.id for row in rows])
        views = [
            _view(row, class_.name, reached=Reach(addressed=len(row.student_ids), read=counts[row.id])) for row in rows
        ]
        return _page(rows, views, query.limit)

    async def _for_student(self, caller: Caller, query: ListBroadcasts) -> Broadcasts:
        """What is for a student of the classes that they are in now."""
        names = {one.id: one.name for one in await self._classes.active_of(caller.id)}
        if query.class_id is not None:
            names = {class_id: name for class_id, name in names.items() if class_id == query.class_id}
        rows = await self._store.for_student(caller.id, position_of(query.cursor), query.limit + 1)
        read = await self._store.read_by(caller.id, [row.id for row in rows])
        views = [
            _view(row, names[row.class_id], read=row.id in read) for row in rows[: query.limit] if row.class_id in names
        ]
        return _page(rows, sorted(views, key=lambda view: view.read is True), query.limit)

    async def _with_reach(self, broadcast: Broadcast, class_: Class) -> BroadcastView:
        counts = await self._store.counts([broadcast.id])
        reached = Reach(addressed=len(broadcast.student_ids), read=counts[broadcast.id])
        return _view(broadcast, class_.name, reached=reached)


def _page(rows: list[Broadcast], views: list[BroadcastView], limit: int) -> Broadcasts:
    last = rows[limit - 1] if len(rows) > limit else None
    return Broadcasts(items=views[:limit], next=cursor_of(last.sent_at, last.id) if last is not None else None)


def _view(
    broadcast: Broadcast, class_name: str, *, read: bool | None = None, reached: Reach | None = None
) -> BroadcastView:
    return BroadcastView(
        id=broadcast.id,
        class_id=broadcast.class_id,
        class_name=class_name,
        teacher_id=broadcast.teacher_id,
        teacher_name=broadcast.teacher_name,
        text=broadcast.text,
        sent_at=broadcast.sent_at,
        read=read,
        reached=reached,
    )
