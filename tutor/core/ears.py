"""The Redis channels that a node listens to, over one link that is watched: a silent one is given up and made anew.

`core/bus.py` owns it. redis-py's own PubSub would wait for ever on a link that is dead at the other end only.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

import structlog
from redis.asyncio.client import PubSub

from tutor.core.redis import REDIS_FAULTS, RedisClient

log = structlog.get_logger(__name__)

SUBSCRIBE_S = 2.0
FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 2.0
LEAST_READ_S = 0.01


class Hearer(Protocol):
    """What the ears tell: `core/bus.py Bus`."""

    def hear(self, channel: str, payload: bytes) -> None:
        """Take a message."""
        ...

    def link_is_up(self, channels: list[str]) -> None:
        """These channels are heard, for the first time or after a break in which messages may have been lost."""
        ...

    def link_is_down(self, channels: list[str]) -> None:
        """These channels were heard and are not any more."""
        ...


@dataclass(slots=True)
class Ear:
    """A subscription: whether Redis has confirmed it, and since when (loop's time) nobody here needs it any more."""

    confirmed: asyncio.Event = field(default_factory=asyncio.Event)
    left_at: float | None = None


class Ears:
    """A node's subscriptions."""

    def __init__(self, listening: RedisClient, own: str, hearer: Hearer, *, beat_s: float, linger_s: float) -> None:
        """`own` is a channel of the node's own, which keeps the link in use while there is no other.

        Every `beat_s` seconds Redis must show a sign of life; a channel that was left is heard for `linger_s` more.
        """
        self._listening = listening
        self._pubsub: PubSub = listening.pubsub()
        self._own = own
        self._hearer = hearer
        self._beat_s = beat_s
        self._linger_s = linger_s
        self._ears: dict[str, Ear] = {}
        self._asking = asyncio.Lock()
        self._linked = False
        self._down_since: float | None = None
        self.up = False

    @property
    def down_s(self) -> float:
        """For how many seconds nothing has been heard for sure; 0 while the link is up."""
        if self.up or self._down_since is None:
            return 0
        return asyncio.get_running_loop().time() - self._down_since

    @property
    def wanted(self) -> list[str]:
        """The channels that are to be heard."""
        return [channel for channel, ear in self._ears.items() if ear.left_at is None]

    def hears(self, channel: str) -> bool:
        """Whether Redis has confirmed a channel that is to be heard."""
        ear = self._ears.get(channel)
        return ear is not None and ear.left_at is None and ear.confirmed.is_set()

    async def open(self, channel: str) -> None:
        """Hear a channel from now on: returns when Redis has confirmed it, or gives up after a moment."""
        ear = self._ears.setdefault(channel, Ear())
        ear.left_at = None
        if ear.confirmed.is_set() or not self._linked:
            return
        try:
            async with asyncio.timeout(SUBSCRIBE_S):
                await self._ask(self._pubsub.subscribe, [channel])
                await ear.confirmed.wait()
        except REDIS_FAULTS as error:  # the next beat asks again
            log.warning("bus_subscribe_failed", error=type(error).__name__)

    def close(self, channel: str) -> None:
        """Stop hearing a channel: later, and together with others."""
        if (ear := self._ears.get(channel)) is not None:
            ear.left_at = asyncio.get_running_loop().time()

    async def _ask(self, command: Callable[..., Awaitable[object]], channels: list[str]) -> None:
        async with self._asking:
            if self._linked and channels:
                await command(*channels)

    async def listen(self) -> None:
        """Run for ever: after a break, subscribe to everything again."""
        pause = FIRST_PAUSE_S
        self._down_since = asyncio.get_running_loop().time()
        while True:
            try:
                await self._listen()
            except REDIS_FAULTS as error:
                pause = FIRST_PAUSE_S if self.up else min(pause * 2, LONGEST_PAUSE_S)
                log.warning("bus_down", error=type(error).__name__, retry_s=pause)
                self._fall_silent()
                await self._begin_anew()
                await asyncio.sleep(pause)

    def _fall_silent(self) -> None:
        if self.up:
            self._down_since = asyncio.get_running_loop().time()
        self.up = self._linked = False
        heard = [channel for channel, ear in self._ears.items() if ear.confirmed.is_set()]
        for channel in heard:
            self._ears[channel].confirmed.clear()
        self._hearer.link_is_down(heard)

    async def _begin_anew(self) -> None:
        broken, self._pubsub = self._pubsub, self._listening.pubsub()
        async with self._asking:  # redis-py stumbles over a connection that is closed while another task asks on it
            with suppress(*REDIS_FAULTS):
                await broken.aclose()  # type: ignore[no-untyped-call]  # redis-py leaves it untyped

    async def _listen(self) -> None:
        """Take messages in; raises one of the REDIS_FAULTS when the link is gone, or silent for two beats."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(self._beat_s):
            await self._subscribe_to_all()
        beat, heard = loop.time() + self._beat_s, False
        while True:
            # Even when the beat is overdue because this process was held up, what has arrived meanwhile is read.
            message = await self._pubsub.get_message(timeout=max(beat - loop.time(), LEAST_READ_S))
            if message is not None:
                heard = True
                self._take(message["type"], message["channel"] or b"", message["data"])
            if loop.time() < beat:
                continue
            if not heard:  # a link that is dead at the other end only never fails by itself
                raise TimeoutError
            beat, heard = loop.time() + self._beat_s, False
            async with asyncio.timeout(self._beat_s):
                await self._tidy_up()

    async def _subscribe_to_all(self) -> None:
        await self._pubsub.subscribe(self._own)
        self._ears = {channel: self._ears[channel] for channel in self.wanted}
        asked: set[str] = set()
        while new := self._ears.keys() - asked:  # rooms come while Redis is told of others
            await self._pubsub.subscribe(*new)
            asked |= new
        await self._pubsub.ping()  # it is answered after the subscriptions
        self._linked = True

    async def _tidy_up(self) -> None:
        """Ask for a sign of life, for what was not confirmed, and for an end of what nobody needs any more."""
        long_ago = asyncio.get_running_loop().time() - self._linger_s
        left = [channel for channel, ear in self._ears.items() if ear.left_at is not None and ear.left_at < long_ago]
        for channel in left:
            del self._ears[channel]
        await self._ask(self._pubsub.unsubscribe, left)
        unconfirmed = [channel for channel, ear in self._ears.items() if not ear.confirmed.is_set()]
        await self._ask(self._pubsub.subscribe, unconfirmed)
        async with self._asking:
            await self._pubsub.ping()

    def _take(self, kind: str, channel: bytes, data: bytes) -> None:
        if kind == "message":
            self._hearer.hear(channel.decode(), data)
        elif kind == "subscribe" and (ear := self._ears.get(channel.decode())) is not None:
            ear.confirmed.set()
        elif kind == "pong" and not self.up:
            self.up = True
            self._hearer.link_is_up(self.wanted)

    async def aclose(self) -> None:
        """Close the link."""
        self.up = self._linked = False
        with suppress(*REDIS_FAULTS):
            await self._pubsub.aclose()  # type: ignore[no-untyped-call]  # same
