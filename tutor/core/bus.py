"""Hints between nodes over Redis: an event sent to a room here reaches the room's members on other nodes.

A hint may get lost; the truth is MongoDB and the parts log. A node listens only to rooms that it has members of.
"""

import asyncio
from collections import deque
from contextlib import suppress
from typing import Protocol

import structlog
from aiohttp import web
from redis.asyncio.client import PubSub

from tutor.core.clock import new_id
from tutor.core.redis import REDIS_FAULTS, RedisClient

log = structlog.get_logger(__name__)

MAX_OUTGOING = 4096
SUBSCRIBE_S = 2.0
FIRST_PAUSE_S = 0.2
SILENCE_S = 10.0


class Deliver(Protocol):
    """Where hints from other nodes go: `core/rooms.py Rooms.deliver`."""

    def __call__(self, room: str, name: str, body: bytes, *, droppable: bool) -> None: ...


class Bus:
    """A node's end of the bus. Works without Redis too: then only this node's members hear."""

    def __init__(
        self, commands: RedisClient, listening: RedisClient, prefix: str, *, silence_s: float = SILENCE_S
    ) -> None:
        """`silence_s` is after how many seconds without news Redis is asked whether it is still there."""
        self.node = new_id()
        self._commands = commands
        self._pubsub: PubSub = listening.pubsub()
        self._listening = listening
        self._prefix = f"{prefix}:room:"
        self._silence_s = silence_s
        self._deliver: Deliver | None = None
        self._outgoing: deque[tuple[str, str]] = deque(maxlen=MAX_OUTGOING)
        self._wake = asyncio.Event()
        self._asking = asyncio.Lock()
        self._wanted: dict[str, asyncio.Event] = {}
        self.up = False

    def deliver_to(self, deliver: Deliver) -> None:
        """Say who takes the hints of other nodes."""
        self._deliver = deliver

    def publish(self, room: str, name: str, body: bytes, *, droppable: bool) -> None:
        """Queue a hint for the other nodes; without Redis it is forgotten."""
        if self.up:
            self._outgoing.append((self._prefix + room, f"{self.node} {int(droppable)} {name} {body.decode()}"))
            self._wake.set()

    async def subscribe(self, room: str) -> None:
        """Hear a room's hints from now on: returns when Redis has confirmed it, or gives up after a moment."""
        channel = self._prefix + room
        confirmed = self._wanted.setdefault(channel, asyncio.Event())
        if confirmed.is_set() or not self.up:
            return
        try:
            async with asyncio.timeout(SUBSCRIBE_S):
                async with self._asking:
                    if self.up:
                        await self._pubsub.subscribe(channel)
                await confirmed.wait()
        except REDIS_FAULTS as error:
            log.warning("bus_subscribe_failed", error=type(error).__name__)

    async def unsubscribe(self, room: str) -> None:
        """Stop hearing a room."""
        channel = self._prefix + room
        if self._wanted.pop(channel, None) is None or not self.up:
            return
        try:
            async with asyncio.timeout(SUBSCRIBE_S), self._asking:
                if channel not in self._wanted and self.up:
                    await self._pubsub.unsubscribe(channel)
        except REDIS_FAULTS as error:
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
                except REDIS_FAULTS as error:
                    log.warning("bus_publish_failed", lost=len(batch), error=type(error).__name__)

    async def hear_hints(self) -> None:
        """Run for ever: take hints in; after a break, subscribe to everything again."""
        pause = FIRST_PAUSE_S
        while True:
            try:
                await self._listen()
            except REDIS_FAULTS as error:
                pause = FIRST_PAUSE_S if self.up else min(pause * 2, 5)
                self.up = False
                for confirmed in self._wanted.values():
                    confirmed.clear()
                log.warning("bus_down", error=type(error).__name__, retry_s=pause)
                await self._begin_anew()
                await asyncio.sleep(pause)

    async def _begin_anew(self) -> None:
        broken, self._pubsub = self._pubsub, self._listening.pubsub()
        async with self._asking:  # redis-py stumbles over a connection that is closed while another task asks on it
            with suppress(*REDIS_FAULTS):
                await broken.aclose()  # type: ignore[no-untyped-call]  # redis-py leaves it untyped

    async def _listen(self) -> None:
        async with asyncio.timeout(self._silence_s):
            await self._subscribe_to_all()
        waited_for_pong = False
        while True:
            message = await self._pubsub.get_message(timeout=self._silence_s)
            if message is None:
                if waited_for_pong:  # a link that is dead at the other end only never fails by itself
                    raise TimeoutError
                waited_for_pong = True
                async with asyncio.timeout(self._silence_s):
                    await self._pubsub.ping()
                continue
            waited_for_pong = False
            if message["type"] == "subscribe" and (confirmed := self._wanted.get(message["channel"])) is not None:
                confirmed.set()
            elif message["type"] == "message":
                self._take(message["channel"], message["data"])

    async def _subscribe_to_all(self) -> None:
        # The node's own channel keeps the subscription alive while no room is listened to.
        await self._pubsub.subscribe(f"{self._prefix}{self.node}")
        heard: set[str] = set()
        while heard != (wanted := set(self._wanted)):  # rooms come and go while Redis is told of others
            if left := heard - wanted:
                await self._pubsub.unsubscribe(*left)
            if new := wanted - heard:
                await self._pubsub.subscribe(*new)
            heard = wanted
        self.up = True

    def _take(self, channel: str, payload: str) -> None:
        node, droppable, name, body = payload.split(" ", 3)
        if node != self.node and self._deliver is not None:
            self._deliver(channel.removeprefix(self._prefix), name, body.encode(), droppable=droppable == "1")

    async def close(self) -> None:
        """Close both ends."""
        self.up = False
        with suppress(*REDIS_FAULTS):
            await self._pubsub.aclose()  # type: ignore[no-untyped-call]  # same


BUS: web.AppKey[Bus] = web.AppKey("bus", Bus)
