"""Presence when a student and the teacher are on different servers."""

from typing import Any

from tests.chat.conftest import Stage
from tests.chat.factories import a_room
from tests.core.raw import until
from tests.factories import People


async def test_people_on_two_servers_see_each_other(cast: People, serve: Any, stage: Stage) -> None:
    teacher, (student,), _ = await cast.classroom()
    room = await a_room(cast, student)
    other = await serve()
    async with People(other) as elsewhere:
        again = await elsewhere.sign_in(teacher.user["username"])
        desk = await again.connect()
        await until(lambda: room.socket.heard["presence.changed"])
        opened = await room.open(desk)
        assert {person["id"] for person in opened["present"]} == {student.id, teacher.id}
        await until(lambda: len(room.socket.heard["presence.changed"][-1]["present"]) == 2)
        await room.socket.close()
        await until(lambda: [one["id"] for one in desk.heard["presence.changed"][-1]["present"]] == [teacher.id])
