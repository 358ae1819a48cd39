"""What is told once: by one of many nodes, for each thing anew, and again when it was told to nobody."""

import asyncio

import pytest
from redis.exceptions import ConnectionError as RedisGone

from tests.conftest import Serve
from tests.factories import People, Server
from tutor.core.clock import new_id
from tutor.core.messages import Event
from tutor.core.once import ONCE, Once
from tutor.homework.assignment_messages import AssignmentGivenNews


def news(title: str) -> Event:
    return AssignmentGivenNews(assignment_id=new_id(), title=title)


async def test_of_many_nodes_one_tells_and_each_thing_is_told(server: Server, serve: Serve, people: People) -> None:
    student = await people.student()
    socket = await student.connect()
    nodes = [server.app[ONCE], (await serve()).app[ONCE], (await serve()).app[ONCE]]
    room = f"user:{student.id}"
    for title in ("one", "two"):
        thing = f"thing:{new_id()}"
        told = await asyncio.gather(*(node.tell(thing, [(room, news(title))]) for node in nodes * 4))
        assert told.count(True) == 1
        await socket.until("assignment.changed", 1, title=title)
    await nodes[1].tell(f"thing:{new_id()}", [(room, news("last"))])
    await socket.until("assignment.changed", 1, title="last")
    assert [one["title"] for one in socket.heard["assignment.changed"]] == ["one", "two", "last"]


@pytest.mark.parametrize("arrived", [True, False])
async def test_who_got_no_answer_asks_again_and_its_own_sockets_hear_it_once(
    server: Server, people: People, monkeypatch: pytest.MonkeyPatch, *, arrived: bool
) -> None:
    student = await people.student()
    socket = await student.connect()
    once, thing, what = server.app[ONCE], f"thing:{new_id()}", [(f"user:{student.id}", news("once"))]
    say = once._say

    async def gone(keys: list[str], args: list[str]) -> int:
        if arrived:
            await say(keys=keys, args=args)
        raise RedisGone

    with monkeypatch.context() as patched:
        patched.setattr(once, "_say", gone)
        with pytest.raises(RedisGone):
            await once.tell(thing, what)
    assert [await once.tell(thing, what) for _ in range(3)] == [True, False, False]
    await socket.until("assignment.changed")
    assert await once.tell(f"thing:{new_id()}", [(f"user:{student.id}", news("last"))])
    await socket.until("assignment.changed", 1, title="last")
    assert len(socket.heard["assignment.changed"]) == 2


def test_the_application_has_it(server: Server) -> None:
    assert isinstance(server.app[ONCE], Once)
