"""What lasts only while its teacher is there: floors and holds. Each is a lease that the nodes renew where she has the
conversation open, so that it ends a while after her last socket left, on whichever node that was.

`floors.py` begins and ends them; `jobs.py` looks after them.
"""

from collections import defaultdict
from datetime import timedelta

from tutor.chat.places import staff_room_of
from tutor.core.clock import Clock
from tutor.core.leases import Lease, Leases
from tutor.core.rooms import Rooms

RENEW_EVERY = 1 / 12  # of the time that a teacher may be away
NOBODY = ""


class Vigils:
    """Leases of one kind, held by teachers in conversations. `away_s` is how long she may be away, in seconds."""

    def __init__(self, leases: Leases, rooms: Rooms, clock: Clock, away_s: float) -> None:
        self._leases = leases
        self._rooms = rooms
        self._clock = clock
        self._good_for = timedelta(seconds=away_s * (1 + RENEW_EVERY))

    async def begin(self, thing: str, subject: str, conversation_id: str, teacher_id: str) -> None:
        """Let a teacher hold a thing in a conversation; one that is held stays with whoever holds it."""
        until = self._clock.now() + self._good_for
        await self._leases.take(Lease(thing, subject, conversation_id, teacher_id, until))

    async def end(self, vigil: Lease) -> None:
        """Nobody needs to be there for it any more."""
        await self._leases.give_back(vigil.id, vigil.subject)

    async def of(self, conversation_id: str) -> list[Lease]:
        """What is held in a conversation."""
        return await self._leases.of([conversation_id])

    async def every(self) -> list[Lease]:
        """What is held anywhere."""
        return await self._leases.every()

    async def came(self, conversation_id: str, teacher_id: str) -> None:
        """A teacher has the conversation open again: what she holds there goes on."""
        mine = [vigil.id for vigil in await self.of(conversation_id) if vigil.owner == teacher_id]
        if mine:
            await self._renew(mine, teacher_id)

    async def look(self, *, patient: bool) -> list[Lease]:
        """Renew what its teacher is here for. Gives what nobody was there for in time, to be ended by this node alone.

        Raises:
            StoreFault: MongoDB is away.

        """
        now, kept, left = self._clock.now(), defaultdict[str, list[str]](list), list[Lease]()
        for vigil in await self._leases.every():
            if self._is_here(vigil):
                kept[vigil.owner].append(vigil.id)
            elif vigil.until < now and not patient:
                left.append(vigil)
        for teacher_id, things in kept.items():
            await self._renew(things, teacher_id)
        # With no owner it cannot be renewed any more; should this node die, another finds it again.
        return [vigil for vigil in left if await self._leases.pass_on(vigil, NOBODY, now + self._good_for)]

    async def _renew(self, things: list[str], teacher_id: str) -> None:
        await self._leases.renew(things, teacher_id, self._clock.now() + self._good_for)

    def _is_here(self, vigil: Lease) -> bool:
        return any(person.id == vigil.owner for person in self._rooms.present(staff_room_of(vigil.group)))
