"""What the tests of records need: a lesson whose student has left, and the log as its readers get it."""

from dataclasses import dataclass

import pytest

from tests.chat.factories import Room, a_room
from tests.factories import Json, People, Person, Socket


@dataclass
class Lesson:
    """A student's conversation with one answered question; the student has closed it. The teacher has a socket."""

    student: Person
    teacher: Person
    desk: Socket
    room: Room

    @property
    def id(self) -> str:
        return self.room.id

    async def look(self, socket: Socket | None = None, **changes: str) -> Json:
        """The teacher opens the conversation."""
        return await self.room.open(socket or self.desk, **changes)

    async def reads(self, person: Person | None = None) -> list[Json]:
        """The log of the student as somebody sees it."""
        items: list[Json] = (await self.page(person))["items"]
        return items

    async def page(self, person: Person | None = None, query: str = "") -> Json:
        return await (person or self.student).call("GET", f"/reads?student_id={self.student.id}{query}")


async def a_lesson(people: People, text: str = "2x=6", *, school: str | None = None) -> Lesson:
    """A fresh class of one, its student's lesson, and nobody in it."""
    teacher, (student,), _ = await people.classroom(school=school)
    room = await a_room(people, student)
    await room.say(text)
    await room.socket.until("reply.finished")
    await room.socket.ask("conversation.close", conversation_id=room.id)
    return Lesson(student, teacher, await teacher.connect(), room)


@pytest.fixture
async def lesson(people: People) -> Lesson:
    return await a_lesson(people)
