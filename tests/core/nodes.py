"""Nodes that are nothing but a bus, the stores they can lose, and a link to Redis that can fall silent."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tutor.core import redis
from tutor.core.bus import Bus
from tutor.core.embedded import EmbeddedStores
from tutor.core.redis import Breaker, RedisClient, RedisSettings, guard_of


class SpyingBus(Bus):
    """A bus that counts what it had to parse."""

    parsed = 0

    def hear(self, channel: str, payload: bytes) -> None:
        self.parsed += 1
        super().hear(channel, payload)


@dataclass
class Node:
    """A bus, what it heard, and the rooms of which it heard that something may be missing."""

    bus: SpyingBus
    commands: RedisClient
    heard: list[tuple[str, str, str, bool]] = field(default_factory=list)
    back: list[str] = field(default_factory=list)

    def take(self, room: str, name: str, body: bytes, *, droppable: bool) -> None:
        self.heard.append((room, name, body.decode(), droppable))

    def say(self, room: str, body: str, *, droppable: bool = False) -> None:
        self.bus.publish(room, "bell.rang", body.encode(), droppable=droppable)

    @property
    def bodies(self) -> list[str]:
        return [body for _, _, body, _ in self.heard]

    @property
    def breaker(self) -> Breaker:
        return guard_of(self.commands).breaker

    async def until_up(self) -> None:
        """Wait until the bus hears, and every room is confirmed."""
        async with asyncio.timeout(20):
            ears = self.bus._ears
            while not (ears.up and all(ears.hears(channel) for channel in ears.wanted)):  # noqa: ASYNC110  # nobody tells
                await asyncio.sleep(0.005)

    async def listeners(self, room: str) -> int:
        """How many nodes listen to a room, as Redis counts."""
        return int((await self.commands.pubsub_numsub(self.bus.channel(room)))[0][1])


@asynccontextmanager
async def a_node(
    url: str, prefix: str = "bus", *, timeout_s: float = 1.0, beat_s: float = 5.0, linger_s: float = 5.0
) -> AsyncIterator[Node]:
    where = RedisSettings(url, timeout_s, prefix)
    commands, listening = redis.connect(where), redis.connect(where, blocking=True)
    node = Node(SpyingBus(commands, listening, prefix, beat_s=beat_s, linger_s=linger_s), commands)
    node.bus.deliver_to(node.take)
    node.bus.when_back(node.back.extend)
    works = (node.bus.hear_hints, node.bus.send_hints, guard_of(commands).watch)
    running = [asyncio.create_task(work()) for work in works]
    try:
        yield node
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await node.bus.close()
        await commands.aclose()
        await listening.aclose()


@asynccontextmanager
async def nodes(url: str, rooms: Sequence[str], count: int, **changes: float) -> AsyncIterator[list[Node]]:
    """Several nodes that listen to some rooms."""
    async with a_node(url, **changes) as first:  # type: ignore[arg-type]  # the keywords of a_node
        await first.until_up()
        for room in rooms:
            await first.bus.subscribe(room)
        if count == 1:
            yield [first]
            return
        async with nodes(url, rooms, count - 1, **changes) as others:
            yield [first, *others]


@dataclass
class OwnRedis:
    """A Redis of the test's own, to be hurt."""

    stores: EmbeddedStores
    url: str

    def kill(self) -> None:
        os.kill(self.stores.pids[0], signal.SIGKILL)

    @contextmanager
    def hung(self) -> Iterator[None]:
        """Redis answers nothing while the block runs."""
        pid = self.stores.pids[0]
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)


@asynccontextmanager
async def own_redis(folder: Path) -> AsyncIterator[OwnRedis]:
    stores = EmbeddedStores(folder, mongodb=False)
    addresses = await stores.start()
    try:
        yield OwnRedis(stores, str(addresses.redis_url))
    finally:
        await stores.stop()
