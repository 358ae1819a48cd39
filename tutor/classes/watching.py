"""Who looks on in rooms without being the student: asked by what takes lost rights away, in chat and homework."""

from collections import defaultdict

from tutor.core.evictions import Sockets
from tutor.core.rooms import Rooms


def watchers(rooms: Rooms, *prefixes: str) -> dict[str, Sockets]:
    """The sockets in rooms of these kinds whose people are no students, by what comes after the prefix."""
    found: defaultdict[str, Sockets] = defaultdict(dict)
    for prefix in prefixes:
        for room in rooms.names(prefix):
            watching = {sid: who for sid, who in rooms.members(room).items() if who.role != "student"}
            if watching:
                found[room.removeprefix(prefix)] |= watching
    return found
