"""Hints between nodes: an event sent on one server reaches the people on another, once and in order."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from tests.conftest import Serve
from tests.core.raw import until
from tests.factories import People, Server, a_client_id
from tutor.core import redis
from tutor.core.bus import BUS, Bus
from tutor.core.embedded import EmbeddedStores
from tutor.core.messages import Event
from tutor.core.redis import RedisSettings
from tutor.core.rooms import ROOMS
from tutor.settings import Settings


class Counted(Event):
    event: ClassVar[str] = "test.counted"
    number: int


@dataclass
class Node:
    """A bus and what it heard."""

    bus: Bus
    heard: list[tuple[str, str, bytes, bool]] = field(default_factory=list)

    def take(self, room: str, name: str, body: bytes, *, droppable: bool) -> None:
        self.heard.append((room, name, body, droppable))


@asynccontextmanager
async def a_node(url: str, prefix: str = "bus") -> AsyncIterator[Node]:
    where = RedisSettings(url, 2.0, prefix)
    commands, listening = redis.connect(where), redis.connect(where, blocking=True)
    node = Node(Bus(commands, listening, prefix))
    node.bus.deliver_to(node.take)
    running = [asyncio.create_task(node.bus.hear_hints()), asyncio.create_task(node.bus.send_hints())]
    try:
        yield node
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await node.bus.close()
        await commands.aclose()
        await listening.aclose()


async def test_a_hint_reaches_the_nodes_that_listen_and_no_others(settings: Settings) -> None:
    async with a_node(settings.redis.url) as one, a_node(settings.redis.url) as two, a_node(settings.redis.url) as idle:
        await until(lambda: one.bus.up and two.bus.up and idle.bus.up)
        await two.bus.subscribe("hall")
        await one.bus.subscribe("hall")
        for number in range(300):
            one.bus.publish("hall", "bell.rang", b'{"n": %d}' % number, droppable=number % 2 == 1)
        await until(lambda: len(two.heard) == 300)
        assert two.heard == [("hall", "bell.rang", b'{"n": %d}' % n, n % 2 == 1) for n in range(300)]
        assert one.heard == []
        assert idle.heard == []


async def test_a_room_that_was_left_is_heard_no_more(settings: Settings) -> None:
    async with a_node(settings.redis.url) as one, a_node(settings.redis.url) as two:
        await until(lambda: one.bus.up and two.bus.up)
        await two.bus.subscribe("hall")
        await two.bus.subscribe("yard")
        await two.bus.unsubscribe("hall")
        await two.bus.unsubscribe("hall")
        one.bus.publish("hall", "bell.rang", b"1", droppable=False)
        one.bus.publish("yard", "bell.rang", b"2", droppable=False)
        await until(lambda: two.heard)
        assert [body for _, _, body, _ in two.heard] == [b"2"]


async def test_environments_with_other_prefixes_do_not_mix(settings: Settings) -> None:
    async with a_node(settings.redis.url, "one") as one, a_node(settings.redis.url, "two") as two:
        await until(lambda: one.bus.up and two.bus.up)
        await two.bus.subscribe("hall")
        one.bus.publish("hall", "bell.rang", b"1", droppable=False)
        two.bus.publish("hall", "bell.rang", b"2", droppable=False)
        await asyncio.sleep(0.1)
        assert two.heard == []


async def test_after_redis_was_killed_the_bus_hears_every_room_again(tmp_path: Path) -> None:
    stores = EmbeddedStores(tmp_path, mongodb=False)
    url = str((await stores.start()).redis_url)
    async with a_node(url) as one, a_node(url) as two:
        await until(lambda: one.bus.up and two.bus.up)
        await two.bus.subscribe("hall")
        os.kill(stores.pids[0], signal.SIGKILL)
        await until(lambda: not (one.bus.up or two.bus.up))
        await two.bus.subscribe("yard")  # without Redis this must neither fail nor wait
        one.bus.publish("hall", "bell.rang", b"lost", droppable=False)
        await until(lambda: one.bus.up and two.bus.up)
        await until(lambda: all(wanted.is_set() for wanted in two.bus._wanted.values()))
        for room in ("hall", "yard"):
            one.bus.publish(room, "bell.rang", b"again", droppable=False)
        await until(lambda: len(two.heard) == 2)
        assert [(room, body) for room, _, body, _ in two.heard] == [("hall", b"again"), ("yard", b"again")]
    await stores.stop()


async def test_a_bus_without_redis_is_quiet_and_patient(tmp_path: Path) -> None:
    async with a_node(f"unix://{tmp_path}/nothing.sock") as alone:
        async with asyncio.timeout(1):
            await alone.bus.subscribe("hall")
            alone.bus.publish("hall", "bell.rang", b"1", droppable=False)
            await alone.bus.unsubscribe("hall")
        assert not alone.bus.up
        assert not alone.bus._outgoing


async def two_nodes(server: Server, serve: Serve) -> Server:
    other = await serve()
    await until(lambda: server.app[BUS].up and other.app[BUS].up)
    return other


async def test_people_on_two_servers_see_the_same_events_once_and_in_order(
    server: Server, serve: Serve, people: People
) -> None:
    other = await two_nodes(server, serve)
    student = await people.student()
    here = await student.connect()
    conversation_id = await student.converse(here)
    async with People(other) as elsewhere:
        again = await elsewhere.sign_in(student.user["username"])
        there = await again.connect()
        await there.ask("conversation.open", conversation_id=conversation_id)
        room = f"conversation:{conversation_id}"
        for number in range(200):
            (server if number % 2 else other).app[ROOMS].send(room, Counted(number=number))
        for socket in (here, there):
            await socket.until("test.counted", 200)
            await asyncio.sleep(0.05)
            numbers = [body["number"] for body in socket.heard["test.counted"]]
            assert sorted(numbers) == list(range(200))
            assert [n for n in numbers if n % 2] == list(range(1, 200, 2))
            assert [n for n in numbers if not n % 2] == list(range(0, 200, 2))


async def test_a_reply_written_on_one_server_is_read_on_another(server: Server, serve: Serve, people: People) -> None:
    other = await two_nodes(server, serve)
    student = await people.student()
    here = await student.connect()
    conversation_id = await student.converse(here)
    async with People(other) as elsewhere:
        there = await (await elsewhere.sign_in(student.user["username"])).connect()
        await there.ask("conversation.open", conversation_id=conversation_id)
        await here.ask("message.send", conversation_id=conversation_id, client_id=a_client_id(), text="1/2 + 1/3")
        ends = [await socket.until("reply.finished") for socket in (here, there)]
        assert ends[0] == ends[1]
        texts = ["".join(body["text"] for body in socket.heard["reply.delta"]) for socket in (here, there)]
        assert texts == [ends[0]["message"]["text"]] * 2


async def test_a_server_without_redis_chats_alone(serve: Serve, tmp_path: Path) -> None:
    alone = await serve(redis={"url": f"unix://{tmp_path}/nothing.sock", "timeout_s": 0.2})
    async with People(alone) as people:
        student = await people.student()
        tabs = [await student.connect() for _ in range(2)]
        conversation_id = await student.converse(tabs[0])
        await tabs[1].ask("conversation.open", conversation_id=conversation_id)
        await tabs[0].ask("message.send", conversation_id=conversation_id, client_id=a_client_id(), text="2x=6")
        ends = [await tab.until("reply.finished") for tab in tabs]
        assert ends[0] == ends[1]
        assert ends[0]["state"] == "complete"
