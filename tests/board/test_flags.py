"""Flags: set by a teacher or by a student's words, seen by all teachers of the class, cleared by one of them."""

import pytest

from tests.board.factories import watch
from tests.chat.factories import Puppet, Room, a_room
from tests.factories import People
from tutor.board.context import FLAGS

SERIOUS = "我不想活了"


async def say(puppet: Puppet, room: Room, text: str) -> None:
    """Say something, and have it answered."""
    before = len(puppet._lines[text])
    sent = await room.say(text)
    (await puppet.line(text, before + 1)).finish()
    await room.socket.until("reply.finished", reply_id=sent["reply"]["id"])


async def test_a_teacher_sets_and_clears_a_flag(cast: People) -> None:
    teacher, (student,), class_id = await cast.classroom()
    desk, room = await watch(teacher, class_id), await a_room(cast, student)
    await desk.socket.ask("tile.flag", conversation_id=room.id, on=True)
    await desk.until(student, "flagged")
    await desk.socket.ask("tile.flag", conversation_id=room.id, on=False)
    await desk.until(student, "idle")


async def test_serious_words_flag_a_conversation_until_a_teacher_clears_it(cast: People, puppet: Puppet) -> None:
    teacher, (student,), class_id = await cast.classroom()
    room = await a_room(cast, student)
    await say(puppet, room, SERIOUS)
    for number in range(8):
        await say(puppet, room, f"{number} 和别的数")
    desk = await watch(teacher, class_id)
    assert desk.first[student.id]["state"] == "flagged"
    await desk.socket.ask("tile.flag", conversation_id=room.id, on=False)
    await desk.until(student, "idle")
    await say(puppet, room, SERIOUS)
    await desk.until(student, "flagged")


async def test_a_cleared_word_is_not_judged_again(cast: People, puppet: Puppet) -> None:
    teacher, (student,), class_id = await cast.classroom()
    room = await a_room(cast, student)
    await say(puppet, room, SERIOUS)
    desk = await watch(teacher, class_id)
    await desk.until(student, "flagged")
    await desk.socket.ask("tile.flag", conversation_id=room.id, on=False)
    await desk.until(student, "idle")
    await say(puppet, room, "1+1")
    await desk.until(student, "idle", said_by="student", preview="1+1")


async def test_a_flag_that_a_crash_prevented_is_set_when_the_class_is_watched(
    cast: People, puppet: Puppet, monkeypatch: pytest.MonkeyPatch
) -> None:
    teacher, (student,), class_id = await cast.classroom()
    room = await a_room(cast, student)
    with monkeypatch.context() as crash:
        flags = cast.server.app[FLAGS]
        crash.setattr(flags, "_tasks", Nowhere())
        await say(puppet, room, SERIOUS)
    desk = await watch(teacher, class_id)
    assert desk.first[student.id]["state"] == "flagged"


class Nowhere:
    """Where work goes that is never done."""

    def spawn(self, work: object, _name: str) -> None:
        work.close()  # type: ignore[attr-defined]  # a coroutine


async def test_a_student_learns_nothing_of_a_flag(cast: People, puppet: Puppet) -> None:
    teacher, (student,), class_id = await cast.classroom()
    desk, room = await watch(teacher, class_id), await a_room(cast, student)
    await say(puppet, room, SERIOUS)
    await desk.until(student, "flagged")
    assert not {name for name in room.socket.heard if name.startswith(("tile", "hand"))}
    assert all(message["notice"] is None for message in await room.messages())
