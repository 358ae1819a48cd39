"""The floor: who answers the student, as teachers say, and the tutor again when they are gone.

Called by `floor_sockets.py` and `jobs.py`. A change is one conditional update of the conversation; what follows from it
may be done twice without harm, so a teacher whose answer was lost asks again.
"""

from dataclasses import replace

from tutor.chat import floor
from tutor.chat.access import Access
from tutor.chat.floor_messages import FloorChanged, FloorSet, SetFloor
from tutor.chat.models import Author, Conversation, Floor, Notice
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
    ) -> None:
        self._store = store
        self._access = access
        self._replies = replies
        self._notices = notices
        self._rooms = rooms
        self._clock = clock
        self._vigils = vigils

    async def set(self, caller: Caller, command: SetFloor) -> FloorSet:
        """Let the caller, the tutor, or the tutor under the caller's eyes answer from now on.

        Raises:
            Conflict: somebody else has changed the floor; the facts tell how it is now.

        """
        before = await self._access.taught(caller, command.conversation_id)
        teacher = by(caller)
        if floor.is_already(before.floor, command.state, caller.id):
            now = before
        elif command.number not in {None, before.floor.number}:
            raise _conflict(before.floor)
        else:
            now = await self._change(before, floor.changed(before.floor, command.state, teacher, self._clock.now()))
        if now.floor.state != "tutor" and command.running == "stop":
            await self._stop(now.id)
        await self._follow(now, floor.told(before.floor, now.floor, teacher))
        return FloorSet(conversation=conversation_view(now))

    async def _change(self, before: Conversation, wanted: Floor) -> Conversation:
        """Change the floor if nobody else did. The vigil comes first: a floor without one would never end."""
        vigil, number = new_id(), str(wanted.number)
        if wanted.teacher_id is not None:
            await self._vigils.begin(vigil, number, before.id, wanted.teacher_id)
        won = await self._store.floors.change(before.id, before.floor.number, wanted)
        for other in await self._vigils.of(before.id):
            if (other.id == vigil and not won) or (won and other.id != vigil and int(other.subject) <= wanted.number):
                await self._vigils.end(other)
        if not won:
            now = await self._store.conversation(before.id)
            raise _conflict(now.floor if now is not None else before.floor)
        return replace(before, floor=wanted)

    async def _follow(self, conversation: Conversation, notice: Notice) -> None:
        """Tell the room, and do what follows from a change of the floor."""
        now = conversation.floor
        await self._notices.add(conversation, f"floor:{now.number}", notice)
        news = FloorChanged(conversation_id=conversation.id, floor=floor_view(now))
        self._rooms.send(room_of(conversation.id), news)
        if now.state == "tutor":
            for draft in await self._store.floors.waiting_in(conversation.id):
                await self._replies.drafts.send(draft)
        self._replies.changes.tell(conversation.id, conversation.student_id)

    async def _stop(self, conversation_id: str) -> None:
        """Stop whatever has the claim, also a reply that is only about to be stored."""
        if (claim := await self._replies.claims.held_by(conversation_id)) is not None:
            await self._replies.stop(conversation_id, claim.subject)

    # What goes on by itself

    async def came(self, caller: Caller, conversation_id: str) -> None:
        """A teacher has opened a conversation: the floor that she had a moment ago is still hers."""
        await self._vigils.came(conversation_id, caller.id)

    async def look(self, *, patient: bool) -> None:
        """Give back the floors of teachers who are gone, unless `patient`.

        Raises:
            StoreFault: MongoDB is away.

        """
        for vigil in await self._vigils.look(patient=patient):
            await self._lose(vigil)

    async def _lose(self, vigil: Lease) -> None:
        """Its teacher is gone: the tutor answers again, unless somebody has changed the floor meanwhile."""
        before = await self._store.conversation(vigil.group)
        if before is not None and str(before.floor.number) == vigil.subject and before.floor.state != "tutor":
            teacher = Author("teacher", before.floor.teacher_id, before.floor.teacher_name)
            wanted = floor.changed(before.floor, "tutor", teacher, self._clock.now())
            if await self._store.floors.change(before.id, before.floor.number, wanted):
                notice = floor.told(before.floor, wanted, teacher, kind=floor.LOST)
                await self._follow(replace(before, floor=wanted), notice)
        await self._vigils.end(vigil)


def _conflict(now: Floor) -> Conflict:
    facts = {"state": now.state, "teacher_id": now.teacher_id, "teacher_name": now.teacher_name, "number": now.number}
    return Conflict(what="floor", floor=facts)
