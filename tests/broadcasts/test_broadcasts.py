"""What a teacher says to a class reaches those it is for: live, later, once, and nobody else."""

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest

from tests.conftest import Serve
from tests.core.raw import until
from tests.factories import Json, People, Person, Refused, Socket, a_client_id


@dataclass
class Room:
    """A class of three, its teacher's desk, and what can be done there."""

    people: People
    teacher: Person
    students: list[Person]
    class_id: str
    desk: Socket

    async def say(self, text: str = "明天带尺子", **changes: Any) -> Json:
        """Send a broadcast and return its view."""
        said = {"class_id": self.class_id, "client_id": a_client_id(), "text": text, **changes}
        view: Json = (await self.desk.ask("broadcast.send", **said))["broadcast"]
        return view

    async def sent(self) -> list[Json]:
        """What the teacher's list says."""
        items: list[Json] = (await self.teacher.call("GET", f"/broadcasts?class_id={self.class_id}"))["items"]
        return items


async def texts(student: Person) -> list[tuple[str, bool]]:
    """What a student's list says: each text, and whether it was read."""
    return [(item["text"], item["read"]) for item in (await student.call("GET", "/broadcasts"))["items"]]


@pytest.fixture
async def room(people: People) -> Room:
    teacher, students, class_id = await people.classroom(students=3)
    desk = await teacher.connect()
    await desk.ask("class.watch", class_id=class_id)
    return Room(people, teacher, students, class_id, desk)


# Sending


async def test_a_broadcast_reaches_everybody_who_is_there_and_waits_for_the_others(room: Room) -> None:
    socket = await room.students[0].connect()
    view = await room.say(" 明天带尺子\n")
    heard = (await socket.until("broadcast.added"))["broadcast"]
    assert heard == {**view, "reached": None, "read": False}
    assert (view["text"], view["class_name"], view["teacher_name"]) == ("明天带尺子", "七年级一班", "王老师")
    assert view["reached"] == {"addressed": 3, "read": 0}
    assert [await texts(student) for student in room.students] == [[("明天带尺子", False)]] * 3


async def test_the_teachers_who_watch_the_class_hear_of_it(room: Room) -> None:
    view = await room.say()
    assert (await room.desk.until("broadcast.added"))["broadcast"] == view
    assert await room.sent() == [view]


async def test_a_selection_is_told_to_nobody_else(room: Room) -> None:
    first, second, third = room.students
    sockets = [await student.connect() for student in room.students]
    await room.say("你们两个", student_ids=[first.id, third.id, first.id])
    await room.say("全班")
    for socket, heard in zip(sockets, [["你们两个", "全班"], ["全班"], ["你们两个", "全班"]], strict=True):
        await socket.until("broadcast.added", len(heard))
        assert [body["broadcast"]["text"] for body in socket.heard["broadcast.added"]] == heard
    assert await texts(second) == [("全班", False)]
    assert [item["reached"]["addressed"] for item in await room.sent()] == [3, 2]


async def test_the_same_broadcast_again_is_one_broadcast(room: Room) -> None:
    socket, client_id = await room.students[0].connect(), a_client_id()
    views = await asyncio.gather(*(room.say(client_id=each) for each in [client_id, client_id.upper()] * 3))
    await room.say("最后")
    await socket.until("broadcast.added", 1)
    await until(lambda: socket.heard["broadcast.added"][-1]["broadcast"]["text"] == "最后")
    assert len({view["id"] for view in views}) == 1
    assert len(socket.heard["broadcast.added"]) == 2


async def test_the_same_id_with_something_else_is_a_conflict(room: Room) -> None:
    client_id = a_client_id()
    await room.say(client_id=client_id)
    for changes in ({"text": "别的"}, {"student_ids": [room.students[0].id]}):
        with pytest.raises(Refused, match="conflict"):
            await room.say(client_id=client_id, **changes)


@pytest.mark.parametrize(
    "changes", [{"text": " "}, {"text": "x" * 2001}, {"student_ids": []}, {"client_id": "1"}], ids=str
)
async def test_a_broadcast_that_cannot_be_is_invalid_input(room: Room, changes: Json) -> None:
    with pytest.raises(Refused, match="invalid_input"):
        await room.say(**changes)


async def test_two_thousand_characters_are_told(room: Room) -> None:
    assert len((await room.say("力" * 2000))["text"]) == 2000


async def test_a_selection_of_somebody_elses_student_is_not_found(room: Room) -> None:
    other = await room.people.student()
    with pytest.raises(Refused, match="not_found"):
        await room.say(student_ids=[room.students[0].id, other.id])
    assert await room.sent() == []


async def test_another_teacher_and_an_archived_class_are_not_found(room: Room) -> None:
    stranger = await (await room.people.teacher()).connect()
    with pytest.raises(Refused, match="not_found"):
        await stranger.ask("broadcast.send", class_id=room.class_id, client_id=a_client_id(), text="喂")
    await room.teacher.call("PATCH", f"/classes/{room.class_id}", {"archived": True})
    with pytest.raises(Refused, match="not_found"):
        await room.say()


async def test_a_teacher_says_so_much_in_a_short_time(serve: Serve) -> None:
    server = await serve(limits={"broadcast_user": "2/h burst 2"})
    async with People(server) as people:
        teacher, (student,), class_id = await people.classroom()
        desk = await teacher.connect()
        room = Room(people, teacher, [student], class_id, desk)
        for text in ("一", "二"):
            await room.say(text)
        with pytest.raises(Refused, match="rate_limited") as refused:
            await room.say("三")
        assert refused.value.details["what"] == "broadcast"
        assert [text for text, _ in await texts(student)] == ["二", "一"]


async def test_a_class_without_students_cannot_be_told_anything(people: People) -> None:
    teacher, _, class_id = await people.classroom(students=0)
    with pytest.raises(Refused, match="nobody_to_tell"):
        await (await teacher.connect()).ask(
            "broadcast.send", class_id=class_id, client_id=a_client_id(), text="喂"
        )  # fmt: skip


# Reading


async def test_reading_is_counted_once_and_told_to_the_teachers_and_the_own_devices(room: Room) -> None:
    view = await room.say()
    here, there = [await room.students[0].connect() for _ in range(2)]
    for _ in range(3):
        assert await here.ask("broadcast.read", broadcast_id=view["id"]) == {}
    assert await there.until("broadcast.seen") == {"id": view["id"]}
    await (await room.students[1].connect()).ask("broadcast.read", broadcast_id=view["id"])
    await room.desk.until("broadcast.changed", 2)
    assert room.desk.heard["broadcast.changed"] == [
        {"class_id": room.class_id, "id": view["id"], "read": read} for read in (1, 2)
    ]
    assert (await room.sent())[0]["reached"] == {"addressed": 3, "read": 2}


async def test_what_was_not_read_comes_first(room: Room) -> None:
    views = [await room.say(text) for text in ("一", "二", "三")]
    socket = await room.students[0].connect()
    await socket.ask("broadcast.read", broadcast_id=views[2]["id"])
    assert await texts(room.students[0]) == [("二", False), ("一", False), ("三", True)]


async def test_the_list_comes_in_pages(room: Room) -> None:
    said = [(await room.say(f"第{number}件"))["text"] for number in range(5)]
    for asker, query in ((room.students[0], ""), (room.teacher, f"&class_id={room.class_id}")):
        shown, cursor = [], ""
        while True:
            page = await asker.call("GET", f"/broadcasts?limit=2{query}{cursor}")
            shown += [item["text"] for item in page["items"]]
            if page["next"] is None:
                break
            cursor = f"&cursor={page['next']}"
        assert shown == said[::-1]


async def test_who_left_the_class_sees_nothing_of_it_any_more(room: Room) -> None:
    view = await room.say()
    gone = room.students[0]
    socket = await gone.connect()
    await room.teacher.call("DELETE", f"/classes/{room.class_id}/students/{gone.id}")
    assert await texts(gone) == []
    with pytest.raises(Refused, match="not_found"):
        await socket.ask("broadcast.read", broadcast_id=view["id"])


async def test_who_joins_later_does_not_get_what_was_said_before(room: Room) -> None:
    view = await room.say()
    code = (await room.teacher.call("GET", f"/classes/{room.class_id}"))["class"]["code"]
    late = await room.people.student()
    await late.call("POST", "/classes/join", {"code": code})
    assert await texts(late) == []
    with pytest.raises(Refused, match="not_found"):
        await (await late.connect()).ask("broadcast.read", broadcast_id=view["id"])
    await room.say("新的")
    assert await texts(late) == [("新的", False)]


async def test_a_student_may_ask_for_one_class(room: Room) -> None:
    await room.say()
    student = room.students[0]
    for class_id, count in ((room.class_id, 1), ("0" * 24, 0)):
        assert len((await student.call("GET", f"/broadcasts?class_id={class_id}"))["items"]) == count


async def test_a_teacher_names_a_class_of_hers(room: Room) -> None:
    with pytest.raises(Refused, match="invalid_input"):
        await room.teacher.call("GET", "/broadcasts")
    with pytest.raises(Refused, match="not_found"):
        await (await room.people.teacher()).call("GET", f"/broadcasts?class_id={room.class_id}")


async def test_a_student_says_nothing_and_a_teacher_reads_nothing(room: Room) -> None:
    view = await room.say()
    with pytest.raises(Refused, match="not_allowed"):
        await room.desk.ask("broadcast.read", broadcast_id=view["id"])
    with pytest.raises(Refused, match="not_allowed"):
        await (await room.students[0].connect()).ask(
            "broadcast.send", class_id=room.class_id, client_id=a_client_id(), text="喂"
        )
