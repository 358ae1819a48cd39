"""Rooms: who is in them, and sending an event to everybody there. Services send; socket handlers enter and leave.

A room is a name. Membership is local to the node; `core/bus.py` carries events to the other nodes' members.
"""

from collections.abc import Callable, Iterable
from typing import Protocol

from aiohttp import web

from tutor.core.caller import Caller
from tutor.core.frames import Frame, event_frame
from tutor.core.messages import Event, NodeEvent


class Post(Protocol):
    """How a frame reaches the sockets of a room."""

    def __call__(self, sids: Iterable[str], frame: Frame, *, droppable: bool = False) -> None: ...


class Hints(Protocol):
    """How an event reaches the other nodes; a hint may get lost."""

    def publish(self, room: str, name: str, body: bytes, *, droppable: bool) -> None: ...

    async def subscribe(self, room: str) -> None: ...

    async def unsubscribe(self, room: str) -> None: ...


class Rooms:
    """The rooms of this node."""

    def __init__(self, post: Post, hints: Hints) -> None:
        self._post = post
        self._hints = hints
        self._members: dict[str, dict[str, Caller]] = {}
        self._rooms_of: dict[str, set[str]] = {}
        self._watchers: list[tuple[str, Callable[[str], None]]] = []
        self._heard: dict[str, Callable[[bytes], None]] = {}

    def watch(self, prefix: str, changed: Callable[[str], None]) -> None:
        """Call `changed(room)` whenever somebody enters or leaves a room whose name begins with `prefix`."""
        self._watchers.append((prefix, changed))

    def hear(self, event: type[NodeEvent], heard: Callable[[bytes], None]) -> None:
        """Take an event that nodes tell each other: every node in its room has `heard(body)` called, and no socket.

        The node that sends it hears it even when nobody of its own is in the room.
        """
        self._heard[event.event] = heard

    async def enter(self, sid: str, caller: Caller, room: str) -> None:
        """Put a socket into a room. When this returns, everything sent from now on reaches it."""
        self._members.setdefault(room, {})[sid] = caller
        self._rooms_of.setdefault(sid, set()).add(room)
        self._tell(room)
        await self._hints.subscribe(room)

    async def leave(self, sid: str, room: str) -> None:
        """Take a socket out of a room; not being there is no error."""
        members = self._members.get(room, {})
        if members.pop(sid, None) is None:
            return
        rooms = self._rooms_of[sid]
        rooms.discard(room)
        if not rooms:
            del self._rooms_of[sid]
        if not members:
            del self._members[room]
        self._tell(room)
        if room not in self._members:
            await self._hints.unsubscribe(room)

    async def leave_all(self, sid: str) -> None:
        """Take a socket out of every room."""
        for room in tuple(self._rooms_of.get(sid, ())):
            await self.leave(sid, room)

    def present(self, room: str) -> list[Caller]:
        """The people in a room on this node, each once, in the order they came."""
        return list({caller.id: caller for caller in self._members.get(room, {}).values()}.values())

    def names(self, prefix: str) -> list[str]:
        """The rooms on this node whose name begins with `prefix`."""
        return [room for room in self._members if room.startswith(prefix)]

    def members(self, room: str) -> dict[str, Caller]:
        """The sockets in a room on this node, and who is behind each."""
        return dict(self._members.get(room, {}))

    def sids(self, room: str) -> list[str]:
        """The sockets in a room on this node."""
        return list(self._members.get(room, ()))

    @property
    def count(self) -> int:
        """How many rooms have members; zero when everybody is gone."""
        return len(self._members)

    def send(self, room: str, event: Event | NodeEvent, *, droppable: bool = False) -> None:
        """Send an event to everybody in a room, on every node. A droppable one may be left out for a slow reader."""
        body = event.as_json()
        self.deliver(room, event.event, body, droppable=droppable)
        self._hints.publish(room, event.event, body, droppable=droppable)

    def send_here(self, room: str, event: Event, *, droppable: bool = False) -> None:
        """Send an event to the members on this node only, for news that every node makes for itself."""
        if room in self._members:
            self.deliver(room, event.event, event.as_json(), droppable=droppable)

    def deliver(self, room: str, name: str, body: bytes, *, droppable: bool) -> None:
        """Send an encoded event to this node's members only; the bus calls it for events of other nodes."""
        if (heard := self._heard.get(name)) is not None:
            heard(body)
        elif members := self._members.get(room):
            self._post(members, event_frame(name, body), droppable=droppable)

    def _tell(self, room: str) -> None:
        for prefix, changed in self._watchers:
            if room.startswith(prefix):
                changed(room)


ROOMS: web.AppKey[Rooms] = web.AppKey("rooms", Rooms)
