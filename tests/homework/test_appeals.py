"""Appeals over real sockets: who takes part, what is told to whom, and how they end."""

import asyncio

import pytest

from tests.factories import Json, People, Person, Refused, Socket, a_client_id
from tests.homework.desk import Desk, a_desk
from tutor.core.evictions import EVICTIONS
from tutor.core.rooms import ROOMS
from tutor.homework.models import appeal_id
from tutor.homework.places import appeal_room_of
from tutor.homework.telling import watchers_room_of


async def a_result(people: People, students: int = 1) -> tuple[Desk, Json]:
    """A desk with a result that is back, and what names its first question."""
    desk = await a_desk(people, students)
    grade = await desk.released(await desk.graded(desk.students[0]))
    return desk, {"submission_id": grade.submission_id, "question_id": "q1"}


async def says(socket: Socket, about: Json, text: str = "第二步我写了呀", **changes: str) -> Json:
    message: Json = (await socket.ask("appeal.send", **{**about, "client_id": a_client_id(), "text": text, **changes}))[
        "message"
    ]
    return message


async def both(desk: Desk, about: Json) -> tuple[Socket, Socket]:
    """Sockets of the student and the teacher who have the appeal open."""
    pupil, teacher = await desk.students[0].connect(), await desk.teacher.connect()
    await pupil.ask("appeal.open", **about)
    await teacher.ask("appeal.open", **about)
    return pupil, teacher


async def test_a_student_and_a_teacher_talk_until_it_is_settled(people: People) -> None:
    desk, about = await a_result(people)
    pupil, teacher = await both(desk, about)
    await says(pupil, about)
    heard = await teacher.until("appeal.added")
    assert (heard["message"]["seq"], heard["message"]["role"], heard["message"]["text"]) == (
        1, "student", "第二步我写了呀",
    )  # fmt: skip
    await says(teacher, about, "我看看")
    assert (await pupil.until("appeal.added", 2))["message"]["author_name"] == desk.teacher.user["display_name"]
    settled = await teacher.ask("appeal.settle", **about)
    assert settled["appeal"]["state"] == "settled"
    await pupil.until("appeal.settled", **about)
    for socket in (pupil, teacher):
        with pytest.raises(Refused, match="appeal_settled"):
            await says(socket, about)
    read = await pupil.ask("appeal.open", **about)
    assert [one["seq"] for one in read["appeal"]["messages"]] == [1, 2]


async def test_each_device_of_the_student_hears_a_message_once(people: People) -> None:
    desk, about = await a_result(people)
    pupil, teacher = await both(desk, about)
    phone = await desk.students[0].connect()
    await says(pupil, about, "一")
    await says(teacher, about, "二")
    for socket in (pupil, phone, teacher):
        await socket.until("appeal.added", 2)
        assert [one["message"]["seq"] for one in socket.heard["appeal.added"]] == [1, 2]


async def test_before_the_first_message_there_is_nothing_and_the_student_speaks_first(people: People) -> None:
    desk, about = await a_result(people)
    pupil, teacher = await both(desk, about)
    assert (await pupil.ask("appeal.open", **about))["appeal"] == about | {"state": "none", "messages": []}
    for ask in ("appeal.send", "appeal.settle"):
        more = {"client_id": a_client_id(), "text": "?"} if ask == "appeal.send" else {}
        with pytest.raises(Refused, match="not_found"):
            await teacher.ask(ask, **about, **more)


async def test_the_same_message_again_is_there_once(people: People) -> None:
    desk, about = await a_result(people)
    pupil, teacher = await both(desk, about)
    client_id = a_client_id()
    first, again = [await says(pupil, about, client_id=client_id) for _ in range(2)]
    assert first == again
    await says(pupil, about, "还有")
    await teacher.until("appeal.added", 2)
    assert len((await pupil.ask("appeal.open", **about))["appeal"]["messages"]) == 2
    with pytest.raises(Refused, match="conflict"):
        await says(pupil, about, "别的", client_id=client_id)


async def test_messages_at_once_have_numbers_without_a_gap(people: People) -> None:
    desk, about = await a_result(people)
    pupil, teacher = await both(desk, about)
    await says(pupil, about)
    phone = await desk.students[0].connect()
    await asyncio.gather(*(says(one, about, f"{n}") for n in range(5) for one in (pupil, teacher, phone)))
    read = (await pupil.ask("appeal.open", **about))["appeal"]
    assert [one["seq"] for one in read["messages"]] == list(range(1, 17))


async def test_nobody_else_takes_part(people: People) -> None:
    desk, about = await a_result(people, 2)
    stranger = await people.teacher()
    guardian = await people.guardian(desk.teacher, desk.class_id, desk.students[0])
    refusals: list[tuple[Person, str]] = [
        (desk.students[1], "not_found"), (stranger, "not_found"), (guardian, "not_allowed"),
    ]  # fmt: skip
    for person, code in refusals:
        socket = await person.connect()
        with pytest.raises(Refused, match=code):
            await socket.ask("appeal.open", **about)
        with pytest.raises(Refused, match=code):
            await says(socket, about)


async def test_there_is_no_appeal_before_the_result_nor_about_another_question(people: People) -> None:
    desk = await a_desk(people)
    grade = await desk.graded(desk.students[0])
    pupil = await desk.students[0].connect()
    with pytest.raises(Refused, match="not_released"):
        await pupil.ask("appeal.open", submission_id=grade.submission_id, question_id="q1")
    await desk.released(grade)
    with pytest.raises(Refused, match="not_found"):
        await pupil.ask("appeal.open", submission_id=grade.submission_id, question_id="q9")


async def test_the_queue_and_the_result_show_an_open_appeal(people: People) -> None:
    desk, about = await a_result(people)
    watcher = await desk.teacher.connect()
    await watcher.ask("homework.watch", assignment_id=desk.assignment.id)
    pupil, teacher = await both(desk, about)
    await says(pupil, about)
    await watcher.until("submission.changed", submission_id=about["submission_id"])
    assert watcher.heard["appeal.added"] == []

    async def shown() -> tuple[bool, str]:
        (row,) = (await desk.teacher.call("GET", f"{desk.path}/queue"))["items"]
        result = await desk.students[0].call("GET", f"/submissions/{about['submission_id']}/result")
        return row["appeal"], result["questions"][0]["appeal"]

    assert await shown() == (True, "open")
    await teacher.ask("appeal.settle", **about)
    assert await shown() == (False, "settled")


async def test_who_has_closed_it_hears_nothing_more(people: People) -> None:
    desk, about = await a_result(people)
    pupil, teacher = await both(desk, about)
    await teacher.ask("appeal.close", **about)
    await says(pupil, about)
    await pupil.until("appeal.added")
    rooms = people.server.app[ROOMS]
    assert rooms.sids(appeal_room_of(appeal_id(**about))) == []
    assert teacher.heard["appeal.added"] == []


async def test_a_teacher_who_loses_the_class_is_taken_out_of_its_homework(people: People) -> None:
    desk, about = await a_result(people)
    colleague = await people.teacher()
    await desk.teacher.call("POST", f"/classes/{desk.class_id}/teachers", {"username": colleague.user["username"]})
    stays, goes = await desk.teacher.connect(), await colleague.connect()
    for socket in (stays, goes):
        await socket.ask("homework.watch", assignment_id=desk.assignment.id)
        await socket.ask("appeal.open", **about)
    await desk.teacher.call("DELETE", f"/classes/{desk.class_id}/teachers/{colleague.id}")
    await people.server.app[EVICTIONS].sweep()
    await goes.until("access.lost", assignment_id=desk.assignment.id)
    await goes.until("access.lost", submission_id=about["submission_id"])
    rooms = people.server.app[ROOMS]
    for room in (watchers_room_of(desk.assignment.id), appeal_room_of(appeal_id(**about))):
        assert [one.id for one in rooms.present(room)] == [desk.teacher.id]
    assert stays.heard["access.lost"] == []


async def test_a_teacher_whose_student_has_left_hears_no_more_of_the_appeal(people: People) -> None:
    desk, about = await a_result(people, 2)
    _, teacher = await both(desk, about)
    await teacher.ask("homework.watch", assignment_id=desk.assignment.id)
    await desk.teacher.call("DELETE", f"/classes/{desk.class_id}/students/{desk.students[0].id}")
    await people.server.app[EVICTIONS].sweep()
    await teacher.until("access.lost", submission_id=about["submission_id"])
    assert [one["assignment_id"] for one in teacher.heard["access.lost"]] == [None]
