"""Who is typing: seen by everybody in the room on every server, and over when nobody goes on."""

from typing import Any

import pytest

from tests.chat.factories import Room, a_room
from tests.core.raw import until
from tests.factories import People, Refused, Socket
from tutor.board.context import TYPING


def names(socket: Socket) -> list[str] | None:
    heard = socket.heard["typing.changed"]
    return [person["name"] for person in heard[-1]["people"]] if heard else None


async def types(room: Room, socket: Socket | None = None, *, on: bool = True) -> None:
    await (socket or room.socket).ask("typing.set", conversation_id=room.id, on=on)


async def test_both_see_who_types_across_servers(cast: People, serve: Any) -> None:
    teacher, (student,), _ = await cast.classroom()
    room = await a_room(cast, student)
    async with People(await serve()) as elsewhere:
        desk = await (await elsewhere.sign_in(teacher.user["username"])).connect()
        await room.open(desk)
        await types(room)
        await until(lambda: names(desk) == ["小明"])
        await types(room, desk)
        await until(lambda: names(desk) == names(room.socket) == ["小明", "王老师"])
        await types(room, on=False)
        await until(lambda: names(desk) == names(room.socket) == ["王老师"])


async def test_who_does_not_go_on_has_ended_it(cast: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tutor.board.typing.LIFE_S", 0.2)
    room = await a_room(cast)
    await types(room)
    await until(lambda: names(room.socket) == ["小明"])
    await until(lambda: names(room.socket) == [])
    assert room.id not in cast.server.app[TYPING]._typists


async def test_a_stranger_types_nowhere(cast: People) -> None:
    room = await a_room(cast)
    stranger = await (await cast.student()).connect()
    with pytest.raises(Refused, match="not_found"):
        await types(room, stranger)
