"""Who wants to know of readers is waited for, and a conversation that cannot be recorded as read is not shown."""

import pytest

from tests.chat.factories import a_room
from tests.conftest import Serve
from tests.factories import People, Refused
from tutor.chat.context import VISITS
from tutor.chat.places import room_of, staff_room_of
from tutor.chat.visits import Visit
from tutor.core.errors import StoreUnavailable
from tutor.core.rooms import ROOMS


async def refuse(_visit: Visit) -> None:
    raise StoreUnavailable


async def test_what_cannot_be_recorded_is_not_shown(serve: Serve) -> None:
    server = await serve()
    async with People(server) as people:
        teacher, (student,), _ = await people.classroom()
        room = await a_room(people, student)
        desk = await teacher.connect()
        server.app[VISITS].listen(refuse)
        with pytest.raises(Refused, match="store_unavailable"):
            await room.open(desk)
        for path in ("messages", "replay"):
            with pytest.raises(Refused, match="store_unavailable"):
                await teacher.call("GET", f"/conversations/{room.id}/{path}")
        assert [one.id for one in server.app[ROOMS].present(room_of(room.id))] == [student.id]
        assert server.app[ROOMS].present(staff_room_of(room.id)) == []
        assert await room.open()


async def test_a_student_is_never_told_of(serve: Serve) -> None:
    server = await serve()
    server.app[VISITS].listen(refuse)
    async with People(server) as people:
        room = await a_room(people)
        assert await room.messages() == []
