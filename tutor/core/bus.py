"""Hints between nodes over Redis: an event sent to a room here reaches the room's members on other nodes.

A hint may get lost; the truth is MongoDB and the parts log. A node listens only to rooms that it has members of. Where
hints were lost for sure, the nodes that should have heard them are told so, and their viewers ask again at once.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

import structlog
from aiohttp import web

from tutor.core.clock import new_id
from tutor.core.ears import Ears
from tutor.core.redis import REDIS_FAULTS, RedisClient, guard_of

log = structlog.get_logger(__name__)

MAX_OUTGOING = 4096
MAX_MISSED = 10_000
MAX_BATCH = 128
MAX_BATCH_BYTES = 1_000_000
MAX_PAYLOAD_BYTES = 64 * 1024
BEAT_S = 5.0
LINGER_S = 5.0

# Publishes when somebody beside the asker listens, so that a lone node never reads its own hints. A script that asks
# Redis for something anyway may begin with this text and call it with Bus.channel, Bus.ears and Bus.payload.
TELL = """
local function tell(channel, ears, payload)
  if redis.call('PUBSUB', 'NUMSUB', channel)[2] > tonumber(ears) then redis.call('PUBLISH', channel, payload) end
end
"""
PUBLISH = f"{TELL} for i = 1, #ARGV, 3 do tell(ARGV[i], ARGV[i + 1], ARGV[i + 2]) end"

Back = Callable[[Sequence[str]], None]


class Deliver(Protocol):
    """Where hints from other nodes go: `core/rooms.py Rooms.deliver`."""

    def __call__(self, room: str, name: str, body: bytes, *, droppable: bool) -> None: ...


class Bus:
    """A node's end of the bus. Works without Redis too: then only this node's members hear."""

    def __init__(
        self,
        commands: RedisClient,
        listening: RedisClient,
        prefix: str,
        *,
        beat_s: float = BEAT_S,
        linger_s: float = LINGER_S,
    ) -> None:
        """`commands` is a guarded client, `listening` one for listening.

        A link that shows no sign of life for two times `beat_s` seconds is given up. A room that was left is heard
        for `linger_s` seconds more: longer than a publishing call takes, which may have counted its ear.
        """
        self.node = new_id()
        self._mine = self.node.encode()
        self._prefix = f"{prefix}:room:"
        self._breaker = guard_of(commands).breaker
        self._breaker.watch(self._go_on)
        self._publish = commands.register_script(PUBLISH)
        self._ears = Ears(listening, self.channel(self.node), self, beat_s=beat_s, linger_s=linger_s)
        self._deliver: Deliver | None = None
        self._back: list[Back] = []
        self._outgoing: deque[tuple[str, bytes]] = deque()
        self._missed: dict[str, None] = {}
        self._wake = asyncio.Event()

    def deliver_to(self, deliver: Deliver) -> None:
        """Say who takes the hints of other nodes."""
        self._deliver = deliver

    def when_back(self, callback: Back) -> None:
        """Call `callback(rooms)` when hints to these rooms of this node may have been lost, and new ones arrive again.

        That is after a break of the link (every room that is listened to), and when another node says so (one room).
        """
        self._back.append(callback)

    @property
    def up(self) -> bool:
        """Whether hints are heard."""
        return self._ears.up

    @property
    def down_s(self) -> float:
        """For how many seconds no hints have been heard; 0 while they are."""
        return self._ears.down_s

    def channel(self, room: str) -> str:
        """The Redis channel of a room."""
        return self._prefix + room

    def ears(self, room: str) -> int:
        """How many of the channel's subscriptions are this node's own, 1 or 0; to be asked right before `tell`."""
        return int(self._ears.hears(self.channel(room)))

    def payload(self, name: str, body: bytes, *, droppable: bool) -> bytes:
        """An event as it travels. One larger than 64 KB becomes the word that something is missing: see `missed`."""
        whole = b"%b %d %b %b" % (self._mine, droppable, name.encode(), body)
        return whole if len(whole) <= MAX_PAYLOAD_BYTES else self._mine

    def publish(self, room: str, name: str, body: bytes, *, droppable: bool) -> None:
        """Queue a hint for the other nodes; when it cannot be sent, they are told later that one is missing."""
        if not self.up or self._breaker.away or len(self._outgoing) >= MAX_OUTGOING:
            self.missed(room)
            return
        self._outgoing.append((room, self.payload(name, body, droppable=droppable)))
        self._wake.set()

    def missed(self, room: str) -> None:
        """Have the other nodes told, as soon as that works, that a hint to this room was lost."""
        if len(self._missed) < MAX_MISSED:  # beyond, the heartbeat of the rooms finds it
            self._missed[room] = None

    async def subscribe(self, room: str) -> None:
        """Hear a room's hints from now on: returns when Redis has confirmed it, or gives up after a moment."""
        await self._ears.open(self.channel(room))

    async def unsubscribe(self, room: str) -> None:
        """Stop hearing a room."""
        self._ears.close(self.channel(room))

    async def send_hints(self) -> None:
        """Run for ever: push queued hints out, in order, many in one round trip."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while batch := self._next_batch():
                try:
                    await self._publish(args=self._arguments(batch))
                except REDIS_FAULTS as error:
                    log.info("bus_publish_failed", lost=len(batch), error=type(error).__name__)
                    for room, _ in batch:
                        self.missed(room)
                    break

    def _next_batch(self) -> list[tuple[str, bytes]]:
        batch: list[tuple[str, bytes]] = []
        size = 0
        while self._outgoing and len(batch) < MAX_BATCH and size < MAX_BATCH_BYTES:
            batch.append(self._outgoing.popleft())
            size += len(batch[-1][1])
        while self._missed and self.up and not self._breaker.away and len(batch) < MAX_BATCH:
            batch.append((self._missed.popitem()[0], self._mine))
        return batch

    def _arguments(self, batch: list[tuple[str, bytes]]) -> list[str | int | bytes]:
        return [value for room, payload in batch for value in (self.channel(room), self.ears(room), payload)]

    async def hear_hints(self) -> None:
        """Run for ever: take hints in."""
        await self._ears.listen()

    def hear(self, channel: str, payload: bytes) -> None:
        """Take a hint, or the word that one is missing; the ears call it."""
        if payload.startswith(self._mine):
            return
        room = channel.removeprefix(self._prefix)
        _, *event = payload.split(b" ", 3)
        if not event:
            self._tell_back([room])
        elif self._deliver is not None:
            droppable, name, body = event
            self._deliver(room, name.decode(), body, droppable=droppable == b"1")

    def link_is_up(self, channels: list[str]) -> None:
        """Tell what may have been missed; the ears call it."""
        self._go_on()
        self._tell_back([channel.removeprefix(self._prefix) for channel in channels])

    def link_is_down(self, channels: list[str]) -> None:
        """Note what others may have missed: until now these ears were counted, and were gone. The ears call it."""
        for channel in channels:
            self.missed(channel.removeprefix(self._prefix))

    def _go_on(self) -> None:
        self._wake.set()

    def _tell_back(self, rooms: Sequence[str]) -> None:
        if rooms:
            for callback in self._back:
                callback(rooms)

    async def close(self) -> None:
        """Close the link."""
        await self._ears.aclose()


BUS: web.AppKey[Bus] = web.AppKey("bus", Bus)
