"""The floor: who answers the student, as teachers say, and the tutor again when they are gone.

Called by `floor_sockets.py` and `jobs.py`. A change is one conditional update of the conversation; what follows from it
may be done twice without harm, so a teacher whose answer was lost asks again.
"""

from dataclasses import replace
from datetime import timedelta

from tutor.chat import floor
from tutor.chat.access import Access
from tutor.chat.changes import Changes
from tutor.chat.floor_messages import FloorChanged, FloorSet, SetFloor
from tutor.chat.models import Author, Conversation, Floor, FloorState
from tutor.chat.notices import Notices, by
from tutor.chat.places import room_of
from tutor.chat.reply import Replies
from tutor.chat.store import ChatStore
from tutor.chat.views import conversation_view, floor_view
from tutor.chat.vigils import Vigils
from tutor.core.caller import Caller
from tutor.core.clock import Clock, new_id
from tutor.core.errors import Conflict
from tutor.core.leases import Lease
from tutor.core.rooms import Rooms

STRAY = timedelta(seconds=5)  # by then whoever has changed a floor has told of it, or never will


class Floors:
    """Who has the floor in conversations."""

    def __init__(
        self,
        store: ChatStore,
        access: Access,
        replies: Replies,
        notices: Notices,
        rooms: Rooms,
        clock: Clock,
        vigils: Vigils,
        changes: Changes,
    ) -> None:
        self._store = store
        self._access = access
        self._replies = replies
        self._notices = notices
        self._rooms = rooms
        self._clock = clock
        self._vigils = vigils
        self._changes = changes
        self._told: dict[str, int] = {}

    async def set(self, caller: Caller, command: SetFloor) -> FloorSet:
        """Let the caller, the tutor, or the tutor under the caller's eyes answer from now on.

        Raises:
            Conflict: somebody else has changed the floor; the facts tell how it is now.

        """
        before = await self._access.taught(caller, command.conversation_id)
        if floor.is_already(before.floor, command.state, caller.id):
            now = before
        elif command.number not in {None, before.floor.number}:
            raise _conflict(before.floor)
        else:
            now = await self._change(before, command.state, by(caller))
        if now.floor.state != "tutor" and command.running == "stop":
            await self._stop(now.id)
        await self._follow(now)
        return FloorSet(conversation=conversation_view(now))

    async def _change(self, before: Conversation, state: FloorState, teacher: Author) -> Conversation:
        """Change the floor if nobody else did. The vigil comes first: a floor without one would never end."""
        wanted = floor.changed(before.floor, state, teacher, self._clock.now(), new_id())
        if wanted.vigil is not None and teacher.id is not None:
            await self._vigils.begin(wanted.vigil, str(wanted.number), before.id, teacher.id)
        if await self._store.floors.change(before.id, before.floor.number, wanted):
            return replace(before, floor=wanted)
        for vigil in await self._vigils.of(before.id):
            if vigil.id == wanted.vigil:
                await self._vigils.end(vigil)
        now = await self._store.conversation(before.id)
        raise _conflict(now.floor if now is not None else before.floor)

    async def _follow(self, conversation: Conversation) -> None:
        """Tell the room, and do what follows from a change. The vigils of earlier floors are kept until it is done:
        should this node die before, they show where something is left to do.
        """
        now = conversation.floor
        if now.notice is not None:
            await self._notices.add(conversation, _key(now), now.notice)
        self._rooms.send(room_of(conversation.id), FloorChanged(conversation_id=conversation.id, floor=floor_view(now)))
        if now.state == "tutor":
            for draft in await self._store.floors.waiting_in(conversation.id):
                await self._replies.drafts.send(draft)
        self._changes.tell(conversation.id, conversation.student_id)
        for vigil in await self._vigils.of(conversation.id):
            if vigil.id != now.vigil and int(vigil.subject) <= now.number:
                await self._vigils.end(vigil)

    async def _stop(self, conversation_id: str) -> None:
        """Stop whatever has the claim, also a reply that is only about to be stored."""
        if (claim := await self._replies.claims.held_by(conversation_id)) is not None:
            await self._replies.stop(conversation_id, claim.subject)

    # What goes on by itself

    async def came(self, caller: Caller, conversation_id: str) -> None:
        """A teacher has opened a conversation: the floor that she had a moment ago is still hers."""
        await self._vigils.came(conversation_id, caller.id)

    async def look(self, *, patient: bool) -> None:
        """Give back the floors of teachers who are gone, unless `patient`, and tell of changes that were not told.

        Raises:
            StoreFault: MongoDB is away.

        """
        for vigil in await self._vigils.look(patient=patient):
            await self._lose(vigil)
        await self._tell_late()

    async def _lose(self, vigil: Lease) -> None:
        """Its teacher is gone: the tutor answers again, unless somebody has changed the floor meanwhile."""
        before = await self._store.conversation(vigil.group)
        if before is not None and before.floor.vigil == vigil.id:
            wanted = floor.lost(before.floor, self._clock.now())
            if await self._store.floors.change(before.id, before.floor.number, wanted):
                await self._follow(replace(before, floor=wanted))
        elif before is not None:
            await self._see_told(before)
        await self._vigils.end(vigil)

    async def _tell_late(self) -> None:
        """Follow changes whose node died before it could: the vigils of the floors before them are still there."""
        places = {vigil.group for vigil in await self._vigils.every()}
        there, told = await self._store.conversations_by_id(places), self._told
        self._told = {one.id: told[one.id] for one in there if one.id in told}
        for one in there:
            since = one.floor.since
            if self._told.get(one.id) != one.floor.number and since is not None and self._clock.now() - since > STRAY:
                await self._see_told(one)
                self._told[one.id] = one.floor.number

    async def _see_told(self, conversation: Conversation) -> None:
        now = conversation.floor
        if now.notice is not None and not await self._notices.is_told(conversation.id, _key(now)):
            await self._follow(conversation)


def _key(now: Floor) -> str:
    """The name of a change's notice."""
    return f"floor:{now.number}"


def _conflict(now: Floor) -> Conflict:
    facts = {"state": now.state, "teacher_id": now.teacher_id, "teacher_name": now.teacher_name, "number": now.number}
    return Conflict(what="floor", floor=facts)
