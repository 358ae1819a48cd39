"""Homework over HTTP as a student has it: tasks, submissions, and the whole way to a grade at the socket."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from tests.conftest import Serve
from tests.factories import Json, People, Refused, Server, a_photo, start_server
from tests.homework.factories import Grader, given, work_body
from tests.homework.test_handing_in import a_task, hand_in
from tutor.core.clock import Clock
from tutor.settings import Settings


@pytest.fixture
async def graded_school(settings: Settings, grader: Grader) -> AsyncIterator[Server]:
    """A server that grades by itself, only woken."""
    own = {"database": f"graded-{uuid.uuid4().hex}"}
    section = {"graders": 2, "look_s": 60.0}
    async with start_server(settings, mongodb=own, homework=section, grading=grader) as server:
        yield server
        grader.gate.set()


async def test_work_goes_its_way_to_a_grade_at_the_socket(graded_school: Server, grader: Grader) -> None:
    async with People(graded_school) as people:
        teacher, (student,), class_id = await people.classroom()
        assignment = await given(teacher, class_id, release="at_once")
        socket = await student.connect()
        grader.gate.clear()
        taken = await hand_in(student, assignment["id"])
        told = await socket.until("homework.progressed", 1, submission_id=taken["id"])
        assert (told["done"], told["of"]) == (1, 2)
        path = f"/submissions/{taken['id']}"
        now = (await student.call("GET", path))["submission"]
        assert (now["state"], now["done"], now["of"]) == ("grading", 1, 2)
        grader.gate.set()
        await socket.until("homework.released", 1, submission_id=taken["id"], points=10.0)
        graded = await socket.until("homework.graded", 1, submission_id=taken["id"])
        assert (graded["state"], graded["title"]) == ("graded", "一元一次方程")
        now = (await student.call("GET", path))["submission"]
        assert (now["state"], now["released"]) == ("graded", True)
        task = (await student.call("GET", f"/homework/{assignment['id']}"))["task"]
        assert (task["state"], task["may_hand_in"], task["may_withdraw"]) == ("released", False, False)


async def test_a_server_that_stops_gives_its_work_to_another(settings: Settings) -> None:
    own = {"database": f"stopped-{uuid.uuid4().hex}"}
    slow, quick = Grader(), Grader()
    slow.gate.clear()
    idle = {"graders": 0, "look_s": 60.0}
    async with start_server(settings, mongodb=own, homework=idle) as front, People(front) as people:
        teacher, (student,), class_id = await people.classroom()
        assignment = await given(teacher, class_id)
        socket = await student.connect()
        section = {"graders": 1, "look_s": 60.0}
        async with start_server(settings, mongodb=own, homework=section, grading=slow):
            taken = await hand_in(student, assignment["id"])
            await socket.until("homework.progressed")
        assert slow.seen == [taken["id"]]
        async with start_server(settings, mongodb=own, homework=section, grading=quick):
            await socket.until("homework.graded", 1, submission_id=taken["id"])
        assert quick.seen == [taken["id"]]


async def test_tasks_are_listed_with_what_is_to_do_first(pupils: People) -> None:
    teacher, (student,), class_id = await pupils.classroom()
    soon, later = (Clock().now() + timedelta(days=days) for days in (1, 2))
    made = [
        await given(teacher, class_id, title=title, **({"due_at": due.isoformat()} if due else {}))
        for title, due in (("done", soon), ("whenever", None), ("later", later), ("soon", soon))
    ]
    taken = await hand_in(student, made[0]["id"])
    items = (await student.call("GET", "/homework"))["items"]
    assert [one["title"] for one in items] == ["soon", "later", "whenever", "done"]
    assert [one["state"] for one in items] == ["todo"] * 3 + ["pending"]
    assert items[-1]["submission_id"] == taken["id"]
    assert (items[0]["may_hand_in"], items[0]["may_withdraw"], items[-1]["may_withdraw"]) == (True, False, True)
    assert items[0]["teacher_name"] == teacher.user["display_name"]
    assert "5/6" not in str(items)


async def test_a_task_comes_with_its_draft_and_submissions(pupils: People) -> None:
    _, student, assignment_id = await a_task(pupils)
    first = await hand_in(student, assignment_id)
    second = await hand_in(student, assignment_id, "x=3")
    await student.call("PUT", f"/drafts/{assignment_id}", {"text": "better"})
    found = await student.call("GET", f"/homework/{assignment_id}")
    assert [one["id"] for one in found["submissions"]] == [second["id"], first["id"]]
    assert found["draft"]["text"] == "better"
    assert found["task"]["submission_id"] == second["id"]
    await student.call("POST", f"/submissions/{second['id']}/withdraw", {})
    assert (await student.call("GET", f"/homework/{assignment_id}"))["task"]["submission_id"] == first["id"]


async def test_submissions_are_paged_newest_first(pupils: People) -> None:
    _, student, assignment_id = await a_task(pupils)
    own = [
        (await hand_in(student, None, answers=[], text=f"1+{number} = ? ok", subject="math", grade=7))["id"]
        for number in range(3)
    ]
    given_work = (await hand_in(student, assignment_id))["id"]
    page = await student.call("GET", "/submissions?limit=2")
    rest = await student.call("GET", f"/submissions?limit=2&cursor={page['next']}")
    assert [one["id"] for one in page["items"] + rest["items"]] == [given_work, *own[::-1]]
    assert rest["next"] is None
    of_it = await student.call("GET", f"/submissions?assignment_id={assignment_id}")
    assert [one["id"] for one in of_it["items"]] == [given_work]


async def test_photos_are_seen_by_their_student_and_the_teachers_of_the_work(pupils: People) -> None:
    teacher, student, assignment_id = await a_task(pupils)
    stranger, (other,), _ = await pupils.classroom()
    photo, own = [(await student.send_file(a_photo(colour=colour)))["id"] for colour in ("red", "green")]
    await hand_in(student, assignment_id, file_ids=[photo])
    await hand_in(student, None, answers=[], file_ids=[own], subject="math", grade=7)
    await asyncio.gather(teacher.picture(photo), student.picture(photo), student.picture(own))
    for person, file_id in ((stranger, photo), (other, photo), (teacher, own), (stranger, own)):
        with pytest.raises(Refused) as caught:
            await person.picture(file_id)
        assert caught.value.code == "not_found"


async def test_nobody_sees_the_work_of_another_student(pupils: People) -> None:
    _, student, assignment_id = await a_task(pupils)
    taken = await hand_in(student, assignment_id)
    other = await pupils.student()
    for path in (f"/submissions/{taken['id']}", f"/homework/{assignment_id}"):
        with pytest.raises(Refused) as caught:
            await other.call("GET", path)
        assert caught.value.code == "not_found"
    assert (await other.call("GET", "/submissions"))["items"] == []
    assert (await other.call("GET", f"/submissions?assignment_id={assignment_id}"))["items"] == []


async def test_handing_in_answers_before_grading_with_202(pupils: People) -> None:
    _, student, assignment_id = await a_task(pupils)
    headers = {"Authorization": f"Bearer {student.access_token}"}
    body = work_body(assignment_id, "x=2")
    async with student.http.post("/api/v1/submissions", json=body, headers=headers) as response:
        assert response.status == 202


async def test_nobody_hands_in_more_than_anybody_can_write(serve: Serve) -> None:
    async with People(await serve(limits={"hand_in_user": "1/h burst 2"})) as people:
        student = await people.student()
        own: Json = {"answers": [], "text": "1+1 = ? I say 2", "subject": "math", "grade": 7}
        for _ in range(2):
            await hand_in(student, None, **own)
        with pytest.raises(Refused) as caught:
            await hand_in(student, None, **own)
        assert caught.value.code == "rate_limited"
