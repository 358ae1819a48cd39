"""The roll: who is in a room on all nodes, without the nodes that died, and on this one alone without Redis."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.core.nodes import own_redis
from tests.core.raw import until
from tests.core.test_rooms import HONG, MING, Wire
from tests.factories import FakeClock
from tutor.core import redis
from tutor.core.clock import new_id
from tutor.core.redis import RedisClient, RedisSettings
from tutor.core.roll import GOOD_FOR_S, Roll
from tutor.core.rooms import Rooms
from tutor.settings import Settings

Node = tuple[Rooms, Roll, list[str]]
MakeNode = Callable[[str], Node]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def client(settings: Settings) -> AsyncIterator[RedisClient]:
    connected = redis.connect(RedisSettings(settings.redis.url, 2.0, "roll"))
    yield connected
    await connected.aclose()


def a_node(client: RedisClient, clock: FakeClock, name: str, refresh_s: float = 20.0) -> Node:
    rooms = Rooms(Wire().post, Wire())
    roll = Roll(client, rooms, clock, prefix="roll", node=name, refresh_s=refresh_s)
    told: list[str] = []

    async def changed(room: str) -> None:
        await roll.present(room)
        told.append(room)

    roll.watch("hall:", changed)
    return rooms, roll, told


@pytest.fixture
async def make_node(client: RedisClient, clock: FakeClock) -> AsyncIterator[MakeNode]:
    keeping: list[asyncio.Task[None]] = []

    def make(name: str) -> Node:
        node = a_node(client, clock, name)
        keeping.append(asyncio.create_task(node[1].keep()))
        return node

    yield make
    for task in keeping:
        task.cancel()
    await asyncio.gather(*keeping, return_exceptions=True)


async def names(roll: Roll, room: str) -> list[str]:
    return [one.name for one in await roll.present(room)]


async def until_names(roll: Roll, room: str, wanted: list[str]) -> None:
    async with asyncio.timeout(5):
        while await names(roll, room) != wanted:  # noqa: ASYNC110  # it becomes true in Redis
            await asyncio.sleep(0.005)


async def test_people_on_two_nodes_see_each_other_come_and_go(make_node: MakeNode) -> None:
    room = f"hall:{new_id()}"
    one, other = make_node("one"), make_node("other")
    await one[0].enter("a", MING, room)
    await other[0].enter("b", HONG, room)
    await until_names(one[1], room, ["ming", "hong"])
    await until_names(other[1], room, ["hong", "ming"])
    await one[0].leave("a", room)
    await until_names(other[1], room, ["hong"])
    await until_names(one[1], room, ["hong"])
    assert set(one[2]) == set(other[2]) == {room}


async def test_a_person_on_two_nodes_is_present_once(make_node: MakeNode) -> None:
    room = f"hall:{new_id()}"
    one, other = make_node("one"), make_node("other")
    await one[0].enter("a", MING, room)
    await other[0].enter("b", MING, room)
    await other[0].enter("c", HONG, room)
    await until_names(one[1], room, ["ming", "hong"])


async def test_who_was_on_a_node_that_died_is_forgotten_in_time(make_node: MakeNode, clock: FakeClock) -> None:
    room = f"hall:{new_id()}"
    dead, alive = make_node("dead"), make_node("alive")
    await dead[0].enter("a", MING, room)
    await alive[0].enter("b", HONG, room)
    await until_names(alive[1], room, ["hong", "ming"])
    clock.advance(GOOD_FOR_S + 1)
    assert await names(alive[1], room) == ["hong"]


async def test_the_rooms_of_some_people_are_found_on_any_node(make_node: MakeNode) -> None:
    room = f"hall:{new_id()}"
    one, other = make_node("one"), make_node("other")
    await one[0].enter("a", MING, room)
    await until_names(other[1], room, ["ming"])
    assert room in await other[1].rooms_with(["ming"], "hall:")
    assert room not in await other[1].rooms_with(["hong"], "hall:")
    assert await other[1].rooms_with(["ming"], "yard:") == set()


async def test_without_redis_the_node_knows_its_own(clock: FakeClock, tmp_path: Path) -> None:
    nowhere = redis.connect(RedisSettings(f"unix://{tmp_path}/nothing.sock", 0.1, "roll"))
    rooms, roll, told = a_node(nowhere, clock, "alone")
    keeping = asyncio.create_task(roll.keep())
    await rooms.enter("a", MING, "hall:1")
    assert await names(roll, "hall:1") == ["ming"]
    assert await roll.rooms_with(["ming"], "hall:") == {"hall:1"}
    async with asyncio.timeout(5):
        while not told:  # noqa: ASYNC110  # a callback of the product tells
            await asyncio.sleep(0.005)
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)


async def test_people_of_a_node_that_died_leave_the_others_pages(client: RedisClient, clock: FakeClock) -> None:
    room = f"hall:{new_id()}"
    dead, alive = a_node(client, clock, "dead"), a_node(client, clock, "alive", refresh_s=0.05)
    dying, living = asyncio.create_task(dead[1].keep()), asyncio.create_task(alive[1].keep())
    await dead[0].enter("a", MING, room)
    await until_names(alive[1], room, ["ming"])
    await alive[0].enter("b", HONG, room)
    await until_names(alive[1], room, ["hong", "ming"])
    dying.cancel()
    await asyncio.wait([dying])
    alive[2].clear()
    clock.advance(GOOD_FOR_S + 1)
    await names(alive[1], room)  # that somebody asks meanwhile does not make it old news
    await until(lambda: alive[2] == [room])
    assert await names(alive[1], room) == ["hong"]
    clock.advance(GOOD_FOR_S)
    await names(alive[1], room)
    assert list(await client.hgetall(f"roll:roll:{room}")) == ["alive"]
    living.cancel()
    await asyncio.wait([living])


async def test_what_redis_forgot_is_written_down_again(make_node: MakeNode, client: RedisClient) -> None:
    room = f"hall:{new_id()}"
    one, other = make_node("one"), make_node("other")
    await one[0].enter("a", MING, room)
    await until_names(other[1], room, ["ming"])
    await client.delete(f"roll:roll:{room}")
    assert await names(other[1], room) == []
    one[1].renew([room, "user:1"])
    await until_names(other[1], room, ["ming"])
    assert await client.exists("roll:roll:user:1") == 0


async def test_many_rooms_are_renewed_in_few_round_trips(make_node: MakeNode, client: RedisClient) -> None:
    one, other = make_node("one"), make_node("other")
    rooms = [f"hall:{new_id()}" for _ in range(250)]
    for number, room in enumerate(rooms):
        await one[0].enter(f"s{number}", MING, room)
    await until_names(other[1], rooms[-1], ["ming"])
    await client.delete(*(f"roll:roll:{room}" for room in rooms))
    before = (await client.info("stats"))["total_connections_received"]
    one[1].renew(rooms)
    await until_names(other[1], rooms[-1], ["ming"])
    assert await names(other[1], rooms[0]) == ["ming"]
    assert (await client.info("stats"))["total_connections_received"] - before <= 2
    assert await other[1].rooms_with(["ming"], "hall:") >= set(rooms)


async def test_while_redis_is_away_presence_is_answered_at_once(clock: FakeClock, tmp_path: Path) -> None:
    async with own_redis(tmp_path) as own:
        client = redis.connect(RedisSettings(own.url, 0.2, "roll"))
        rooms, roll, _ = a_node(client, clock, "one")
        await rooms.enter("a", MING, "hall:1")
        with own.hung():
            for _ in range(3):
                assert await names(roll, "hall:1") == ["ming"]
            async with asyncio.timeout(0.1):
                assert await names(roll, "hall:1") == ["ming"]
                assert await roll.rooms_with(["ming"], "hall:") == {"hall:1"}
        await client.aclose()
