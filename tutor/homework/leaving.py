"""Who has lost assignments and appeals that are open on a socket: former teachers.

`core/evictions.py` asks, and takes them out.
"""

from collections.abc import Mapping

from tutor.classes.messages import AccessLost
from tutor.classes.service import Classes
from tutor.classes.watching import watchers
from tutor.core.evictions import Loss, Sockets
from tutor.core.rooms import Rooms
from tutor.homework.audience import Audience
from tutor.homework.models import Assignment, Submission
from tutor.homework.places import APPEALS, appeal_room_of
from tutor.homework.stores import Stores
from tutor.homework.telling import watchers_room_of


class Lapses:
    """Teachers in rooms of this node. What is asked does not grow with the rooms: a few queries."""

    def __init__(self, stores: Stores, audience: Audience, classes: Classes, rooms: Rooms) -> None:
        self._stores = stores
        self._audience = audience
        self._classes = classes
        self._rooms = rooms

    async def look(self) -> list[Loss]:
        """Those whose rights are gone."""
        lost = await self._of_assignments(watchers(self._rooms, watchers_room_of("")))
        return lost + await self._of_appeals(watchers(self._rooms, APPEALS))

    async def _of_assignments(self, watched: Mapping[str, Sockets]) -> list[Loss]:
        if not watched:
            return []
        there = await self._stores.assignments.find_many(watched)
        looks_after = await self._looks_after(there, watched)
        return [
            Loss(sid, who, (watchers_room_of(name),), AccessLost(assignment_id=name))
            for name, sockets in watched.items()
            for sid, who in sockets.items()
            if (who.id, name) not in looks_after
        ]

    async def _of_appeals(self, watched: Mapping[str, Sockets]) -> list[Loss]:
        if not watched:
            return []
        found = await self._stores.submissions.find_many({name.partition(":")[0] for name in watched})
        about = {name: work for name in watched if (work := found.get(name.partition(":")[0])) is not None}
        assignments = await self._stores.assignments.find_many({one.assignment_id or "" for one in found.values()})
        wanted: dict[str, Sockets] = {}
        for name, work in about.items():
            wanted[work.assignment_id or ""] = wanted.get(work.assignment_id or "", {}) | watched[name]
        looks_after = await self._looks_after(assignments, wanted)
        teachers = await self._classes.teachers_of({one.student_id for one in found.values()})

        def may_see(teacher_id: str, work: Submission | None) -> bool:
            if work is None or work.state == "withdrawn" or teacher_id not in teachers.get(work.student_id, ()):
                return False
            return (teacher_id, work.assignment_id or "") in looks_after

        return [
            Loss(sid, who, (appeal_room_of(name),), AccessLost(submission_id=name.partition(":")[0]))
            for name, sockets in watched.items()
            for sid, who in sockets.items()
            if not may_see(who.id, about.get(name))
        ]

    async def _looks_after(
        self, assignments: Mapping[str, Assignment], watched: Mapping[str, Sockets]
    ) -> set[tuple[str, str]]:
        """The pairs of teacher and assignment that hold."""
        pairs = [
            (who.id, assignments[name])
            for name, sockets in watched.items()
            if name in assignments
            for who in sockets.values()
        ]
        return await self._audience.looked_after(pairs)
