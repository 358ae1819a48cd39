"""Who reads a conversation while its student is away is written down, and those whom it concerns can look."""

import asyncio
from datetime import datetime, timedelta

import pytest

from tests.conftest import Serve
from tests.factories import FakeClock, People, Refused
from tests.records.conftest import Lesson, a_lesson
from tutor.core.clock import Clock
from tutor.records.context import READ_LOG
from tutor.records.service import VISIT_LASTS


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def test_a_teacher_who_opens_a_conversation_while_its_student_is_away_is_written_down(lesson: Lesson) -> None:
    before = Clock().now() - timedelta(seconds=5)
    await lesson.look(why=" 检查作业 ")
    (read,) = await lesson.reads()
    assert moment(read.pop("until")) - moment(at := read.pop("at")) == VISIT_LASTS
    assert before <= moment(at)
    assert read == {
        "conversation_id": lesson.id,
        "title": "2x=6",
        "reader_id": lesson.teacher.id,
        "reader_name": "王老师",
        "role": "teacher",
        "why": "检查作业",
    }


async def test_it_is_written_down_when_the_answer_comes(lesson: Lesson, people: People) -> None:
    opened, log = await lesson.look(), people.server.app[READ_LOG]
    assert opened["messages"]
    assert len(await log._store.reads_of(lesson.student.id)) == 1


async def test_a_teacher_beside_the_student_is_not_written_down(lesson: Lesson) -> None:
    await lesson.room.open()
    await lesson.look()
    assert await lesson.reads() == []


async def test_a_student_who_is_there_on_another_server_is_there(lesson: Lesson, serve: Serve) -> None:
    async with People(await serve()) as elsewhere:
        again = await elsewhere.sign_in(lesson.student.user["username"])
        there = await again.connect()
        await lesson.room.open(there)
        await there.until("presence.changed")  # it is written down in Redis then
        await lesson.look()
    assert await lesson.reads() == []


async def test_the_students_own_reading_is_nobodys_business(lesson: Lesson) -> None:
    await lesson.student.call("GET", f"/conversations/{lesson.id}/messages")
    await lesson.room.open()
    assert await lesson.reads() == []


async def test_messages_read_over_http_count(lesson: Lesson) -> None:
    await lesson.teacher.call("GET", f"/conversations/{lesson.id}/messages")
    assert [read["reader_id"] for read in await lesson.reads()] == [lesson.teacher.id]


async def test_who_may_not_see_a_conversation_is_not_written_down(lesson: Lesson, people: People) -> None:
    stranger = await people.teacher()
    with pytest.raises(Refused, match="not_found"):
        await lesson.look(await stranger.connect())
    assert await lesson.reads() == []


@pytest.mark.parametrize("why", ["", "x" * 201, 3])
async def test_a_reason_has_its_bounds(lesson: Lesson, why: str) -> None:
    with pytest.raises(Refused, match="invalid_input"):
        await lesson.look(why=why)


# One row a visit


async def test_two_tabs_at_once_are_one_visit(lesson: Lesson) -> None:
    tabs = [lesson.desk, *[await lesson.teacher.connect() for _ in range(3)]]
    await asyncio.gather(*(lesson.look(tab) for tab in tabs))
    assert len(await lesson.reads()) == 1


async def test_coming_back_within_ten_minutes_makes_the_visit_longer(serve: Serve) -> None:
    clock = FakeClock()
    async with People(await serve(clock=clock)) as people:
        lesson = await a_lesson(people)
        await lesson.look()
        (first,) = await lesson.reads()
        clock.advance(9 * 60)
        await lesson.look()
        (read,) = await lesson.reads()
        assert read["at"] == first["at"]
        assert moment(read["until"]) - moment(first["until"]) >= timedelta(minutes=9)


async def test_coming_back_later_is_another_visit(serve: Serve) -> None:
    clock = FakeClock()
    async with People(await serve(clock=clock)) as people:
        lesson = await a_lesson(people)
        await lesson.look()
        clock.advance(10 * 60 + 1)
        await lesson.look()
        newest, oldest = await lesson.reads()
        assert moment(newest["at"]) > moment(oldest["until"])


async def test_a_reason_that_comes_later_is_kept_and_another_one_is_a_visit_of_its_own(lesson: Lesson) -> None:
    await lesson.look()
    await lesson.look(why="家长来电")
    await lesson.look()
    assert [read["why"] for read in await lesson.reads()] == ["家长来电"]
    await lesson.look(why="检查作业")
    assert [read["why"] for read in await lesson.reads()] == ["检查作业", "家长来电"]


async def test_a_teacher_who_stays_goes_on_with_her_visit(serve: Serve) -> None:
    clock = FakeClock()
    async with People(await serve(clock=clock)) as people:
        lesson = await a_lesson(people)
        await lesson.look()
        for _ in range(2):
            clock.advance(6 * 60)
            await people.server.app[READ_LOG].renew()
        (read,) = await lesson.reads()
        assert moment(read["until"]) - moment(read["at"]) >= timedelta(minutes=22)


async def test_a_teacher_who_stays_behind_is_written_down(lesson: Lesson, people: People) -> None:
    await lesson.room.open()
    await lesson.look()
    await people.server.app[READ_LOG].renew()
    assert await lesson.reads() == []
    await lesson.room.socket.ask("conversation.close", conversation_id=lesson.id)
    await people.server.app[READ_LOG].renew()
    assert [read["reader_id"] for read in await lesson.reads()] == [lesson.teacher.id]


async def test_a_teacher_who_has_left_is_not_written_down_again(lesson: Lesson, people: People) -> None:
    await lesson.room.open()
    await lesson.look()
    for socket in (lesson.desk, lesson.room.socket):
        await socket.ask("conversation.close", conversation_id=lesson.id)
    await people.server.app[READ_LOG].renew()
    assert await lesson.reads() == []


# Who may look


async def test_a_student_sees_the_own_log_without_saying_whose(lesson: Lesson) -> None:
    await lesson.look()
    assert (await lesson.student.call("GET", "/reads"))["items"] == await lesson.reads()


async def test_a_teacher_sees_the_log_of_her_students_and_of_nobody_else(lesson: Lesson, people: People) -> None:
    await lesson.look()
    assert await lesson.reads(lesson.teacher) == await lesson.reads()
    for person in (await people.teacher(), await people.student()):
        with pytest.raises(Refused, match="not_found"):
            await lesson.reads(person)
    with pytest.raises(Refused, match="not_found"):
        await lesson.teacher.call("GET", "/reads")


async def test_an_ex_teacher_does_not_see_it_any_more(lesson: Lesson) -> None:
    await lesson.look()
    class_id = (await lesson.teacher.call("GET", "/classes"))["items"][0]["id"]
    await lesson.teacher.call("PATCH", f"/classes/{class_id}", {"archived": True})
    with pytest.raises(Refused, match="not_found"):
        await lesson.reads(lesson.teacher)
    assert len(await lesson.reads()) == 1


async def test_a_deleted_conversation_keeps_its_reads(lesson: Lesson) -> None:
    await lesson.look()
    await lesson.student.call("DELETE", f"/conversations/{lesson.id}")
    assert [read["title"] for read in await lesson.reads()] == [None]


async def test_the_log_comes_in_pages_newest_first(lesson: Lesson) -> None:
    reasons = [f"第{number}次" for number in range(5)]
    for why in reasons:
        await lesson.look(why=why)
    shown, cursor = [], ""
    while True:
        page = await lesson.page(query=f"&limit=2{cursor}")
        shown += [read["why"] for read in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert shown == reasons[::-1]


@pytest.mark.parametrize("query", ["&cursor=x", "&limit=0", "&limit=101", "&who=me"])
async def test_a_strange_page_is_invalid_input(lesson: Lesson, query: str) -> None:
    with pytest.raises(Refused, match="invalid_input"):
        await lesson.page(query=query)


async def test_the_log_is_given_out_as_a_file(lesson: Lesson) -> None:
    await lesson.look(why="=1+1")
    headers = {"Authorization": f"Bearer {lesson.student.access_token}"}
    async with lesson.student.http.get("/api/v1/reads.csv", headers=headers) as response:
        assert response.content_type == "text/csv"
        assert response.headers["Content-Disposition"] == 'attachment; filename="reads.csv"'
        body = await response.read()
    (read,) = await lesson.reads()
    heading, row, end = body.decode("utf-8-sig").split("\r\n")
    assert body.startswith(b"\xef\xbb\xbf")
    assert heading == "at,until,reader,role,why,conversation,title"
    assert row.split(",")[2:] == ["王老师", "teacher", "'=1+1", lesson.id, "2x=6"]
    assert moment(row.split(",")[0]) == moment(read["at"]).replace(microsecond=0)
    assert end == ""


async def test_the_file_of_another_student_is_not_found(lesson: Lesson, people: People) -> None:
    with pytest.raises(Refused, match="not_found"):
        await (await people.student()).call("GET", f"/reads.csv?student_id={lesson.student.id}")


# Guardians and admins


async def test_a_guardian_who_reads_is_written_down_and_sees_the_log(lesson: Lesson, people: People) -> None:
    class_id = (await lesson.teacher.call("GET", "/classes"))["items"][0]["id"]
    guardian = await people.guardian(lesson.teacher, class_id, lesson.student)
    await lesson.look(await guardian.connect())
    assert [(read["reader_id"], read["role"]) for read in await lesson.reads(guardian)] == [(guardian.id, "guardian")]
    other = await people.student()
    with pytest.raises(Refused, match="not_found"):
        await guardian.call("GET", f"/reads?student_id={other.id}")


async def test_an_admin_sees_the_log_of_the_school_without_a_word_of_the_lessons(people: People) -> None:
    school = await people.school()
    lesson = await a_lesson(people, school=school)
    await lesson.look(why="检查")
    here, elsewhere = await people.appointed("admin", school), await people.appointed("admin", await people.school())
    assert [(read["reader_name"], read["why"], read["title"]) for read in await lesson.reads(here)] == [
        ("王老师", "检查", None)
    ]
    for stranger in (elsewhere, await people.appointed("operator")):
        with pytest.raises(Refused, match="not_found"):
            await lesson.reads(stranger)
    with pytest.raises(Refused, match="not_found"):
        await here.call("GET", f"/reads?student_id={lesson.teacher.id}")
