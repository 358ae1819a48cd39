"""Redis in bad hours: bursts, links that are dead at one end only, connections that close under the writer."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from redis.asyncio import Redis

from tests.core.nodes import a_node
from tests.core.raw import until
from tutor.core import redis
from tutor.core.caller import Caller
from tutor.core.clock import Clock
from tutor.core.frames import Frame
from tutor.core.redis import RedisSettings
from tutor.core.roll import Roll
from tutor.core.rooms import Rooms
from tutor.settings import Settings


@dataclass
class Link:
    """A TCP way to Redis that a test can make silent without closing it."""

    url: str = ""
    open: asyncio.Event = field(default_factory=asyncio.Event)
    connections: int = 0


@asynccontextmanager
async def a_link(settings: Settings) -> AsyncIterator[Link]:
    link = Link()
    link.open.set()
    socket = settings.redis.url.removeprefix("unix://").partition("?")[0]
    ends: set[asyncio.StreamWriter] = set()

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, is_open: asyncio.Event) -> None:
        while data := await reader.read(4096):
            await is_open.wait()
            writer.write(data)
        writer.close()

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        link.connections += 1
        is_open = link.open
        there, back = await asyncio.open_unix_connection(socket)
        ends.update((writer, back))
        await asyncio.gather(pump(reader, back, is_open), pump(there, writer, is_open), return_exceptions=True)

    server = await asyncio.start_server(carry, "127.0.0.1", 0)
    link.url = f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield link
    finally:
        server.close()
        for end in ends:
            end.transport.abort()


async def test_a_bus_whose_link_died_in_silence_finds_out_and_hears_again(settings: Settings) -> None:
    async with (
        a_link(settings) as link,
        a_node(link.url, "deaf", beat_s=0.4) as deaf,
        a_node(settings.redis.url, "deaf") as other,
    ):
        await deaf.until_up()
        await other.until_up()
        await deaf.bus.subscribe("hall")
        before, link.open = link.open, asyncio.Event()
        before.clear()  # the old connections carry nothing any more and stay open
        link.open.set()
        await until(lambda: not deaf.bus.up, within_s=1)
        await deaf.until_up()
        assert deaf.back == ["hall"]
        other.say("hall", "again")
        await until(lambda: deaf.bodies == ["again"])


async def test_a_quiet_link_is_kept(settings: Settings) -> None:
    async with a_link(settings) as link, a_node(link.url, "quiet", beat_s=0.4) as quiet:
        await quiet.until_up()
        await until(lambda: not quiet.breaker.in_doubt)
        connections = link.connections
        await asyncio.sleep(1.3)
        assert link.connections == connections


async def test_a_process_that_was_held_up_keeps_its_link(settings: Settings) -> None:
    async with a_link(settings) as link, a_node(link.url, "busy", beat_s=0.2) as busy:
        await busy.until_up()
        for _ in range(3):
            time.sleep(0.5)  # noqa: ASYNC251  # that is what is tested
            await asyncio.sleep(0.05)
        assert busy.bus.up
        assert busy.back == []


async def test_a_room_entered_while_the_bus_comes_up_is_heard_too(settings: Settings) -> None:
    async with a_link(settings) as link:
        link.open.clear()
        async with a_node(link.url, "late", beat_s=0.4, timeout_s=0.4) as late:
            await until(lambda: link.connections > 1)  # one that never answers is given up, too
            await late.bus.subscribe("hall")  # not up: returns at once
            assert not late.bus.up
            link.open.set()
            await late.until_up()
            assert late.bus.ears("hall") == 1


async def test_a_burst_of_commands_waits_for_connections(settings: Settings) -> None:
    client = redis.connect(RedisSettings(settings.redis.url, 2.0, "burst"))
    assert await asyncio.gather(*(client.ping() for _ in range(300))) == [True] * 300
    await client.aclose()


class Torn(Redis):
    """uvloop's answer to a write on a connection that was closed meanwhile, which no test can time by hand."""

    async def execute_command(self, *_args: object, **_options: object) -> object:
        raise RuntimeError("unable to perform operation on <TCPTransport closed=True>; the handler is closed")


class Alone:
    """No other nodes."""

    def publish(self, room: str, name: str, body: bytes, *, droppable: bool) -> None: ...

    async def subscribe(self, room: str) -> None: ...

    async def unsubscribe(self, room: str) -> None: ...


def drop(sids: Iterable[str], frame: Frame, *, droppable: bool = False) -> None:
    """Nobody is connected."""


async def test_a_connection_that_closes_under_the_writer_counts_as_redis_being_away() -> None:
    rooms = Rooms(drop, Alone())
    roll = Roll(Torn(), rooms, Clock(), prefix="torn", node="one")
    await rooms.enter("s1", Caller("u1", "student", "小明", "zh", "s", Clock().now()), "hall")
    assert [person.id for person in await roll.present("hall")] == ["u1"]


async def test_a_roll_that_another_version_wrote_is_left_out(settings: Settings) -> None:
    client = redis.connect(RedisSettings(settings.redis.url, 2.0, "versions"))
    clock = Clock()
    rooms = Rooms(drop, Alone())
    roll = Roll(client, rooms, clock, prefix="versions", node="one")
    await rooms.enter("s1", Caller("u1", "student", "小明", "zh", "s", clock.now()), "hall")
    await client.hset("versions:roll:hall", "two", '{"until": 9e9, "crowd": []}')
    assert [person.id for person in await roll.present("hall")] == ["u1"]
    await client.delete("versions:roll:hall")
    await client.aclose()
