"""Hints between nodes over Redis: an event sent to a room here reaches the room's members on other nodes.

A hint may get lost; the truth is MongoDB and the parts log. A node listens only to rooms that it has members of.
"""

import asyncio
from collections import deque
from typing import Protocol

import structlog
from aiohttp import web
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from tutor.core.clock import new_id
from tutor.core.redis import RedisClient

log = structlog.get_logger(__name__)

MAX_OUTGOING = 4096
SUBSCRIBE_S = 2.0


class Deliver(Protocol):
    """Where hints from other nodes go: `core/rooms.py Rooms.deliver`."""

    def __call__(self, room: str, name: str, body: str, *, droppable: bool) -> None: ...


class Bus:
    """A node's end of the bus. Works without Redis too: then only this node's members hear."""

    def __init__(self, commands: RedisClient, listening: RedisClient, prefix: str) -> None:
        self.node = new_id()
        self._commands = commands
        self._pubsub: PubSub = listening.pubsub()
        self._listening = listening
        self._prefix = f"{prefix}:room:"
        self._deliver: Deliver | None = None
        self._outgoing: deque[tuple[str, str]] = deque(maxlen=MAX_OUTGOING)
        self._wake = asyncio.Event()
        self._wanted: dict[str, asyncio.Event] = {}
        self.up = False

    def deliver_to(self, deliver: Deliver) -> None:
        """Say who takes the hints of other nodes."""
        self._deliver = deliver

    def publish(self, room: str, name: str, body: str, *, droppable: bool) -> None:
        """Queue a hint for the other nodes; without Redis it is forgotten."""
        if self.up:
            self._outgoing.append((self._prefix + room, f"{self.node} {int(droppable)} {name} {body}"))
            self._wake.set()

    async def subscribe(self, room: str) -> None:
        """Hear a room's hints from now on: returns when Redis has confirmed it, or gives up after a moment."""
        channel = self._prefix + room
        confirmed = self._wanted.setdefault(channel, asyncio.Event())
        if confirmed.is_set() or not self.up:
            return
        try:
            await self._pubsub.subscribe(channel)
            async with asyncio.timeout(SUBSCRIBE_S):
                await confirmed.wait()
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("bus_subscribe_failed", error=type(error).__name__)

    async def unsubscribe(self, room: str) -> None:
        """Stop hearing a room."""
        channel = self._prefix + room
        if self._wanted.pop(channel, None) is None or not self.up:
            return
        try:
            await self._pubsub.unsubscribe(channel)
        except (RedisError, OSError) as error:
            log.warning("bus_unsubscribe_failed", error=type(error).__name__)

    async def send_hints(self) -> None:
        """Run for ever: push queued hints out, in order, many in one round trip."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._outgoing:
                batch = [self._outgoing.popleft() for _ in range(min(len(self._outgoing), 128))]
                try:
                    async with self._commands.pipeline(transaction=False) as pipe:
                        for channel, payload in batch:
                            pipe.publish(channel, payload)
                        await pipe.execute()
                except (RedisError, OSError) as error:
                    log.warning("bus_publish_failed", lost=len(batch), error=type(error).__name__)

    async def hear_hints(self) -> None:
        """Run for ever: take hints in; after a break, subscribe to everything again."""
        pause = 0.2
        while True:
            try:
                await self._listen()
            except (RedisError, OSError) as error:
                self.up = False
                for confirmed in self._wanted.values():
                    confirmed.clear()
                log.warning("bus_down", error=type(error).__name__, retry_s=pause)
                await asyncio.sleep(pause)
                pause = min(pause * 2, 5)
                await self._pubsub.aclose()  # type: ignore[no-untyped-call]  # redis-py leaves it untyped
                self._pubsub = self._listening.pubsub()
            else:
                pause = 0.2

    async def _listen(self) -> None:
        # The node's own channel keeps the subscription alive while no room is listened to.
        await self._pubsub.subscribe(f"{self._prefix}{self.node}", *self._wanted)
        self.up = True
        while True:
            message = await self._pubsub.get_message(timeout=None)
            if message is None:
                continue
            if message["type"] == "subscribe" and (confirmed := self._wanted.get(message["channel"])) is not None:
                confirmed.set()
            elif message["type"] == "message":
                self._take(message["channel"], message["data"])

    def _take(self, channel: str, payload: str) -> None:
        node, droppable, name, body = payload.split(" ", 3)
        if node != self.node and self._deliver is not None:
            self._deliver(channel.removeprefix(self._prefix), name, body, droppable=droppable == "1")

    async def close(self) -> None:
        """Close both ends."""
        self.up = False
        await self._pubsub.aclose()  # type: ignore[no-untyped-call]  # same


BUS: web.AppKey[Bus] = web.AppKey("bus", Bus)
