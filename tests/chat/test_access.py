"""Guardians read along with their children and write nothing; admins and operators read no lesson."""

from collections.abc import Awaitable, Callable

import pytest

from tests.chat.factories import Puppet, Room, a_room, asked
from tests.factories import People, Person, Refused, Socket, a_client_id

Deed = Callable[[Person, Socket, Room], Awaitable[object]]


async def family(cast: People) -> tuple[Person, Person, Room, str]:
    """A teacher, the guardian of her student, the student's room, and the class's id."""
    teacher, (student,), class_id = await cast.classroom()
    guardian = await cast.guardian(teacher, class_id, student)
    return teacher, guardian, await a_room(cast, student), class_id


async def test_a_guardian_sees_the_childs_room_live_and_is_seen_there(cast: People, puppet: Puppet) -> None:
    _, guardian, room, _ = await family(cast)
    phone = await guardian.connect()
    opened = await room.open(phone)
    assert (opened["conversation"]["id"], opened["messages"]) == (room.id, [])
    here = await room.socket.until("presence.changed", 2)
    assert {(one["id"], one["role"]) for one in here["present"]} == {
        (room.student.id, "student"),
        (guardian.id, "guardian"),
    }
    said = await asked(puppet, room)
    said.line.say("because")
    said.line.finish()
    assert (await phone.until("reply.finished"))["message"]["text"] == "because"


async def test_a_guardian_reads_what_was_said_and_the_list_of_conversations(cast: People) -> None:
    teacher, guardian, room, _ = await family(cast)
    desk = await teacher.connect()
    await room.say("早上好", desk)
    read = await guardian.call("GET", f"/conversations/{room.id}/messages")
    assert [message["text"] for message in read["items"]] == ["早上好"]
    assert (await guardian.call("GET", f"/conversations/{room.id}"))["conversation"]["id"] == room.id
    for reader in (guardian, teacher, room.student):
        page = await reader.call("GET", f"/students/{room.student.id}/conversations")
        assert ([one["id"] for one in page["items"]], page["next"]) == ([room.id], None)


async def test_the_list_of_a_students_conversations_comes_in_pages(cast: People) -> None:
    teacher, (student,), _ = await cast.classroom()
    ids = [(await a_room(cast, student)).id for _ in range(3)]
    path = f"/students/{student.id}/conversations?limit=2"
    first = await teacher.call("GET", path)
    second = await teacher.call("GET", f"{path}&cursor={first['next']}")
    assert [one["id"] for one in first["items"] + second["items"]] == ids[::-1]
    assert second["next"] is None


DEEDS: dict[str, Deed] = {
    "say something": lambda _, socket, room: room.say("喂", socket),
    "stop a reply": lambda _, socket, room: room.on_reply("stop", "0" * 24, socket),
    "retry": lambda _, socket, room: room.on_reply("retry", "0" * 24, socket),
    "rate": lambda _, socket, room: room.on_reply("rate", "0" * 24, socket, rating="up"),
    "create": lambda _, socket, __: socket.ask("conversation.create", client_id=a_client_id()),
    "rename": lambda person, _, room: person.call("PATCH", f"/conversations/{room.id}", {"title": "x"}),
    "delete": lambda person, _, room: person.call("DELETE", f"/conversations/{room.id}"),
    "search": lambda person, _, __: person.call("GET", "/conversations/search?q=x"),
}


@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS)
async def test_a_guardian_changes_nothing(cast: People, deed: Deed) -> None:
    _, guardian, room, _ = await family(cast)
    phone = await guardian.connect()
    await room.open(phone)
    with pytest.raises(Refused, match="not_allowed"):
        await deed(guardian, phone, room)
    assert await room.messages() == []


@pytest.mark.parametrize("who", ["another guardian", "an admin", "an operator", "another student", "another teacher"])
async def test_nobody_else_sees_a_room_or_the_list(cast: People, who: str) -> None:
    school = await cast.school()
    teacher, (student,), class_id = await cast.classroom(school=school)
    room = await a_room(cast, student)
    makers: dict[str, Callable[[], Awaitable[Person]]] = {
        "an admin": lambda: cast.appointed("admin", school),
        "an operator": lambda: cast.appointed("operator"),
        "another student": cast.student,
        "another teacher": lambda: cast.teacher(school=school),
    }
    if who == "another guardian":
        other_teacher, (child,), elsewhere = await cast.classroom(school=school)
        person = await cast.guardian(other_teacher, elsewhere, child)
    else:
        person = await makers[who]()
    socket = await person.connect()
    with pytest.raises(Refused, match="not_found"):
        await room.open(socket)
    paths = (f"/conversations/{room.id}", f"/conversations/{room.id}/messages", f"/students/{student.id}/conversations")
    for path in paths:
        with pytest.raises(Refused, match="not_found"):
            await person.call("GET", path)
    with pytest.raises(Refused, match=r"not_found|not_allowed"):
        await socket.ask("class.watch", class_id=class_id)
    assert (await teacher.call("GET", paths[2]))["items"]


async def test_a_ward_that_was_left_is_seen_no_more_at_once(cast: People) -> None:
    _, guardian, room, _ = await family(cast)
    await guardian.call("GET", f"/conversations/{room.id}")
    await guardian.call("DELETE", f"/wards/{room.student.id}")
    for path in (f"/conversations/{room.id}", f"/students/{room.student.id}/conversations"):
        with pytest.raises(Refused, match="not_found"):
            await guardian.call("GET", path)


async def test_a_childs_guardian_stays_when_the_child_leaves_the_class(cast: People) -> None:
    teacher, guardian, room, class_id = await family(cast)
    await teacher.call("DELETE", f"/classes/{class_id}/students/{room.student.id}")
    assert (await guardian.call("GET", f"/conversations/{room.id}"))["conversation"]["id"] == room.id


@pytest.mark.parametrize("seq", ["x", "cursor=x", "limit=0", "who=me"])
async def test_a_list_that_cannot_be_is_invalid_input(cast: People, seq: str) -> None:
    student = await cast.student()
    with pytest.raises(Refused, match="invalid_input"):
        await student.call("GET", f"/students/{student.id}/conversations?{seq}")
