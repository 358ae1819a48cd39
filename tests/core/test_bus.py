"""Hints between nodes: an event sent on one server reaches the people on another, once and in order."""

import asyncio
from pathlib import Path
from typing import ClassVar

from tests.conftest import Serve
from tests.core.nodes import a_node, nodes, own_redis
from tests.core.raw import until
from tests.factories import People, Server, a_client_id
from tutor.core.bus import BUS, MAX_PAYLOAD_BYTES
from tutor.core.messages import Event
from tutor.core.rooms import ROOMS
from tutor.settings import Settings


class Counted(Event):
    event: ClassVar[str] = "test.counted"
    number: int


async def test_a_hint_reaches_the_nodes_that_listen_and_no_others(settings: Settings) -> None:
    async with nodes(settings.redis.url, ["hall"], 2) as (one, two), a_node(settings.redis.url) as idle:
        await idle.until_up()
        for number in range(300):
            one.say("hall", f'{{"n": {number}}}', droppable=number % 2 == 1)
        await until(lambda: len(two.heard) == 300)
        assert two.heard == [("hall", "bell.rang", f'{{"n": {n}}}', n % 2 == 1) for n in range(300)]
        assert one.heard == idle.heard == []
        assert idle.bus.parsed == 0


async def test_a_node_that_nobody_else_hears_parses_nothing_of_its_own(settings: Settings) -> None:
    async with nodes(settings.redis.url, ["hall"], 1) as (alone,), nodes(settings.redis.url, ["yard"], 1) as (other,):
        for number in range(50):
            alone.say("hall", str(number))
            alone.say("yard", str(number))
        await until(lambda: len(other.heard) == 50)
        assert alone.bus.parsed == 0


async def test_a_node_that_does_not_listen_itself_is_heard(settings: Settings) -> None:
    async with nodes(settings.redis.url, ["hall"], 1) as (listener,), a_node(settings.redis.url) as speaker:
        await speaker.until_up()
        speaker.say("hall", "1")
        await until(lambda: listener.bodies == ["1"])


async def test_a_room_that_was_left_is_heard_no_more_and_its_subscription_ends(settings: Settings) -> None:
    async with nodes(settings.redis.url, ["hall", "yard"], 2, beat_s=0.5, linger_s=0.1) as (one, two):
        await two.bus.unsubscribe("hall")
        await two.bus.unsubscribe("hall")
        assert two.bus.ears("hall") == 0
        async with asyncio.timeout(5):
            while await one.listeners("hall") > 1:  # noqa: ASYNC110  # it becomes true in Redis
                await asyncio.sleep(0.02)
        one.say("hall", "1")
        one.say("yard", "2")
        await until(lambda: two.heard)
        assert two.bodies == ["2"]


async def test_who_comes_back_before_the_subscription_ends_hears_on_without_asking(settings: Settings) -> None:
    async with nodes(settings.redis.url, ["hall"], 2) as (one, two):
        await two.bus.unsubscribe("hall")
        await two.bus.subscribe("hall")
        assert two.bus.ears("hall") == 1
        one.say("hall", "1")
        await until(lambda: two.bodies == ["1"])


async def test_no_hint_is_lost_when_its_node_leaves_the_room_meanwhile(settings: Settings) -> None:
    async with nodes(settings.redis.url, ["hall"], 2, beat_s=1.0, linger_s=0.3) as (one, two):
        for number in range(400):
            one.say("hall", str(number))
            if number == 20:
                await one.bus.unsubscribe("hall")
            await asyncio.sleep(0.006)
        assert await one.listeners("hall") == 1
        await until(lambda: len(two.heard) == 400)
        assert two.bodies == [str(number) for number in range(400)]


async def test_a_hint_too_large_for_the_bus_becomes_the_word_that_one_is_missing(settings: Settings) -> None:
    async with nodes(settings.redis.url, ["hall"], 2) as (one, two):
        one.say("hall", "x" * MAX_PAYLOAD_BYTES)
        await until(lambda: two.back == ["hall"])
        assert two.heard == []
        one.say("hall", "x" * (MAX_PAYLOAD_BYTES - 100))
        await until(lambda: len(two.heard) == 1)


async def test_environments_with_other_prefixes_do_not_mix(settings: Settings) -> None:
    async with a_node(settings.redis.url, "one") as one, a_node(settings.redis.url, "two") as two:
        await one.until_up()
        await two.until_up()
        await two.bus.subscribe("hall")
        one.say("hall", "1")
        two.say("hall", "2")
        await asyncio.sleep(0.1)
        assert two.heard == []


async def test_after_redis_was_killed_the_bus_hears_every_room_again(tmp_path: Path) -> None:
    async with own_redis(tmp_path) as own, nodes(own.url, ["hall"], 2) as (one, two):
        own.kill()
        await until(lambda: not (one.bus.up or two.bus.up))
        async with asyncio.timeout(0.05):
            await two.bus.subscribe("yard")  # without Redis this must neither fail nor wait
            one.say("hall", "lost")
        await one.until_up()
        await two.until_up()
        assert "hall" in two.back
        await until(lambda: not (one.breaker.away or one.breaker.in_doubt))
        for room in ("hall", "yard"):
            one.say(room, "again")
        await until(lambda: len(two.heard) == 2)
        assert [(room, body) for room, _, body, _ in two.heard] == [("hall", "again"), ("yard", "again")]
        assert await one.listeners("hall") == 2


async def test_listeners_are_told_of_hints_that_could_not_be_sent(settings: Settings) -> None:
    async with nodes(settings.redis.url, ["hall"], 1) as (listener,), nodes(settings.redis.url, [], 1) as (speaker,):
        loop = asyncio.get_running_loop()
        for second in range(3):
            speaker.breaker.failed(loop.time() + second)
        assert speaker.breaker.away
        speaker.say("hall", "lost")
        await until(lambda: listener.back == ["hall"])
        assert listener.heard == []


async def test_a_link_that_redis_cuts_comes_back_and_both_ends_know(settings: Settings) -> None:
    async with nodes(settings.redis.url, ["hall", "yard"], 2) as (one, two):
        await one.commands.client_kill_filter(_type="pubsub")
        await until(lambda: {"hall", "yard"} <= set(one.back) & set(two.back))
        await one.until_up()
        await two.until_up()
        assert [await one.listeners(room) for room in ("hall", "yard")] == [2, 2]
        one.say("hall", "again")
        await until(lambda: two.bodies[-1:] == ["again"])


FLOOD = """
for _ = 1, 50 do redis.call('PUBLISH', ARGV[1], string.rep('x', 10000)) end
return redis.call('PUBSUB', 'NUMSUB', ARGV[1])[2]
"""


async def test_a_listener_that_redis_cut_for_its_full_buffer_hears_again(tmp_path: Path) -> None:
    async with own_redis(tmp_path) as own, nodes(own.url, ["hall"], 2) as (one, two):
        await one.commands.config_set("client-output-buffer-limit", "pubsub 65536 32768 1")
        await one.commands.eval(FLOOD, 0, one.bus.channel("hall"))
        await until(lambda: not (one.bus.up or two.bus.up))
        await one.until_up()
        await two.until_up()
        assert "hall" in two.back
        assert await one.listeners("hall") == 2
        one.say("hall", "again")
        await until(lambda: two.bodies[-1:] == ["again"])


async def test_a_redis_that_hangs_is_noticed_within_two_beats(tmp_path: Path) -> None:
    async with own_redis(tmp_path) as own, nodes(own.url, ["hall"], 2, beat_s=0.5, timeout_s=0.3) as (one, two):
        with own.hung():
            await until(lambda: not (one.bus.up or two.bus.up), within_s=2)
            assert two.bus.ears("hall") == 0
        await one.until_up()
        await two.until_up()
        await until(lambda: "hall" in two.back and not one.breaker.away)
        one.say("hall", "again")
        await until(lambda: two.bodies[-1:] == ["again"])
        assert two.bus.down_s == 0


async def test_a_bus_without_redis_is_quiet_and_patient(tmp_path: Path) -> None:
    async with a_node(f"unix://{tmp_path}/nothing.sock") as alone:
        async with asyncio.timeout(1):
            await alone.bus.subscribe("hall")
            alone.say("hall", "1")
            await alone.bus.unsubscribe("hall")
        assert not alone.bus.up
        assert not alone.bus._outgoing
        await until(lambda: alone.bus.down_s > 0)


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
