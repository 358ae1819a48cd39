"""A class that is watched: every state on the board, over real sockets, and only what changed."""

import asyncio
from itertools import pairwise
from typing import Any

import pytest

from tests.board.factories import Watcher, watch
from tests.chat.factories import Puppet, a_room, asked
from tests.core.raw import until
from tests.factories import People, Person, Refused, Server
from tutor.board.context import LIVE, NEWS
from tutor.board.live import EVERY_S


async def test_a_class_is_shown_whole_with_everybody_in_it(cast: People) -> None:
    teacher, (here, away), class_id = await cast.classroom(2)
    room = await a_room(cast, here, title="移项")
    desk = await watch(teacher, class_id)
    tile = desk.first[here.id]
    assert (tile["state"], tile["conversation_id"], tile["title"], tile["name"]) == ("idle", room.id, "移项", "小明")
    assert (desk.first[away.id]["state"], desk.first[away.id]["conversation_id"]) == ("offline", None)


async def test_a_lesson_goes_through_its_states(cast: People, puppet: Puppet) -> None:
    teacher, (student,), class_id = await cast.classroom()
    desk = await watch(teacher, class_id)
    room = await a_room(cast, student)
    await desk.until(student, "idle", conversation_id=room.id)
    await room.socket.ask("typing.set", conversation_id=room.id, on=True)
    await desk.until(student, "writing")
    said = await asked(puppet, room)
    await desk.until(student, "answering", preview=said.question, said_by="student")
    said.line.say("先看\n", "再想一想")
    said.line.finish()
    await said.ended("complete")
    await room.socket.ask("typing.set", conversation_id=room.id, on=False)
    await desk.until(student, "idle", preview="再想一想", said_by="tutor")
    await room.socket.close()
    await desk.until(student, "offline", conversation_id=room.id)


async def test_who_was_there_before_is_shown_with_their_last_conversation(cast: People, puppet: Puppet) -> None:
    teacher, (student,), class_id = await cast.classroom()
    room = await a_room(cast, student)
    said = await asked(puppet, room)
    said.line.finish()
    await said.ended("complete")
    await room.socket.close()
    desk = await watch(teacher, class_id)
    await desk.until(student, "offline", conversation_id=room.id, preview=said.question)


async def test_low_ratings_put_a_student_among_the_stuck(cast: People, puppet: Puppet) -> None:
    teacher, (student,), class_id = await cast.classroom()
    desk, room = await watch(teacher, class_id), await a_room(cast, student)
    for _ in range(2):
        said = await asked(puppet, room)
        said.line.say("嗯")
        said.line.finish()
        await said.ended("complete")
        await room.on_reply("rate", said.reply_id, rating="down")
    await desk.until(student, "stuck")


async def test_a_teachers_word_is_the_last_line(cast: People) -> None:
    teacher, (student,), class_id = await cast.classroom()
    desk, room = await watch(teacher, class_id), await a_room(cast, student)
    await room.open(desk.socket)
    await room.say("看第二步", desk.socket)
    await desk.until(student, "idle", preview="看第二步", said_by="teacher")


async def test_only_what_changed_comes_and_at_most_once_a_second(cast: People, puppet: Puppet) -> None:
    teacher, (first, second), class_id = await cast.classroom(2)
    desk = await watch(teacher, class_id)
    rooms = [await a_room(cast, one) for one in (first, second)]
    for one, room in zip((first, second), rooms, strict=True):
        await desk.until(one, "idle", conversation_id=room.id)
    heard = desk.socket.heard["tiles.changed"]
    before, moments = len(heard), list[float]()
    loop = asyncio.get_running_loop()
    for _ in range(3):
        said = await asked(puppet, rooms[0])
        await desk.until(first, "answering")
        moments.append(loop.time())
        said.line.finish()
        await said.ended("complete")
        await desk.until(first, "idle")
    news = heard[before:]
    assert all([tile["student_id"] for tile in body["tiles"]] == [first.id] for body in news)
    assert all(later - earlier > EVERY_S * 1.5 for earlier, later in pairwise(moments))


async def test_a_deleted_conversation_leaves_the_board(cast: People) -> None:
    teacher, (student,), class_id = await cast.classroom()
    desk, room = await watch(teacher, class_id), await a_room(cast, student)
    await desk.until(student, "idle", conversation_id=room.id)
    await student.call("DELETE", f"/conversations/{room.id}")
    await desk.until(student, "offline", conversation_id=None)


async def test_who_joins_and_who_leaves_the_class(cast: People) -> None:
    teacher, (old,), class_id = await cast.classroom()
    desk = await watch(teacher, class_id)
    new = await cast.student()
    code = (await teacher.call("GET", f"/classes/{class_id}"))["class"]["code"]
    await new.call("POST", "/classes/join", {"code": code})
    await teacher.call("DELETE", f"/classes/{class_id}/students/{old.id}")
    async with asyncio.timeout(10):
        await desk.until(new, "offline")
        await until(lambda: old.id not in desk.tiles)


async def test_what_is_said_after_leaving_the_class_is_shown_to_nobody(cast: People, puppet: Puppet) -> None:
    teacher, (student, _), class_id = await cast.classroom(2)
    desk, room = await watch(teacher, class_id), await a_room(cast, student)
    await room.socket.ask("hand.raise", conversation_id=room.id, line="第三步")
    await desk.until(student, "waiting", conversation_id=room.id)
    await teacher.call("DELETE", f"/classes/{class_id}/students/{student.id}")
    async with asyncio.timeout(10):
        await until(lambda: student.id not in desk.tiles)
        await until(lambda: desk.socket.heard["hands.changed"][-1]["hands"] == [])
    heard = len(desk.socket.heard["tiles.changed"])
    said = await asked(puppet, room)
    said.line.finish()
    await said.ended("complete")
    assert desk.socket.heard["tiles.changed"][heard:] == []


async def test_news_of_another_server_arrive(cast: People, serve: Any, puppet: Puppet) -> None:
    teacher, (student,), class_id = await cast.classroom()
    other = await serve()
    async with People(other) as elsewhere:
        again = await elsewhere.sign_in(teacher.user["username"])
        desk = await watch(again, class_id)
        room = await a_room(cast, student)
        await desk.until(student, "idle", conversation_id=room.id)
        await room.socket.ask("typing.set", conversation_id=room.id, on=True)
        await desk.until(student, "writing")
        said = await asked(puppet, room)
        await desk.until(student, "answering")
        said.line.finish()
        await said.ended("complete")
        await room.socket.close()
        await desk.until(student, "offline")


async def test_what_nobody_told_is_found(cast: People, monkeypatch: pytest.MonkeyPatch) -> None:
    teacher, (student,), class_id = await cast.classroom()
    desk, live = await watch(teacher, class_id), cast.server.app[LIVE]
    monkeypatch.setattr(cast.server.app[NEWS], "_tell", lost)
    room = await a_room(cast, student)
    live._fell_behind([f"class:{class_id}"])
    await desk.until(student, "idle", conversation_id=room.id)


async def lost(*_news: object) -> None:
    """What a node that dies at this moment tells."""


async def test_nothing_is_kept_of_a_class_that_nobody_watches(cast: People) -> None:
    teacher, _, class_id = await cast.classroom()
    live = cast.server.app[LIVE]
    one, two = await watch(teacher, class_id), await watch(teacher, class_id)
    assert class_id in live._desks
    await one.socket.ask("class.unwatch", class_id=class_id)
    assert class_id in live._desks
    await two.socket.close()
    await until(lambda: class_id not in live._desks)


async def test_an_archived_class_is_not_watched(cast: People) -> None:
    teacher, _, class_id = await cast.classroom()
    await teacher.call("PATCH", f"/classes/{class_id}", {"archived": True})
    assert await refused(teacher, "class.watch", class_id=class_id) == "not_found"


async def refused(person: Person, command: str, **payload: Any) -> str:
    socket = await person.connect()
    try:
        await socket.ask(command, **payload)
    except Refused as error:
        return error.code
    return "ok"


async def test_a_second_server_takes_over_a_watch_with_the_same_board(cast: People, serve: Any, puppet: Puppet) -> None:
    teacher, (student,), class_id = await cast.classroom()
    room = await a_room(cast, student)
    said = await asked(puppet, room)
    here = await watch(teacher, class_id)
    other: Server = await serve()
    async with People(other) as elsewhere:
        there = await watch(await elsewhere.sign_in(teacher.user["username"]), class_id)
        assert drop_time(there) == drop_time(here)
    said.line.finish()
    await said.ended("complete")


def drop_time(watcher: Watcher) -> list[tuple[str, str, str | None]]:
    return [(tile["student_id"], tile["state"], tile["conversation_id"]) for tile in watcher.first.values()]
