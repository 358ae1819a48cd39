"""Who comes to an assignment: teachers who look after it, students who have it, and the lists of both."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from tests.factories import Json, People, Person, Refused, Server, a_photo
from tests.homework.factories import a_grade, a_submission, drafted, given
from tutor.core.caller import Caller
from tutor.core.clock import new_id
from tutor.core.errors import NotFound
from tutor.core.http import AUTHENTICATE
from tutor.core.mongo import Database
from tutor.homework.assignments import Assignments
from tutor.homework.context import ASSIGNMENTS
from tutor.homework.grade_store import GradeStore
from tutor.homework.models import Release, Submission, SubmissionState
from tutor.homework.submission_store import SubmissionStore

CallerOf = Callable[[Person], Awaitable[Caller]]


@pytest.fixture
def assignments(server: Server) -> Assignments:
    return server.app[ASSIGNMENTS]


@pytest.fixture
def caller_of(server: Server) -> CallerOf:
    async def caller(person: Person) -> Caller:
        return await server.app[AUTHENTICATE](person.access_token)

    return caller


async def a_colleague(people: People, teacher: Person, class_id: str) -> Person:
    """Somebody who teaches a class too."""
    colleague = await people.teacher(school=teacher.user["school_id"], display_name="李老师")
    await teacher.call("POST", f"/classes/{class_id}/teachers", {"username": colleague.user["username"]})
    return colleague


async def another_class(teacher: Person, *students: Person, name: str = "七年级二班") -> str:
    """One more class of a teacher's."""
    made: Json = (await teacher.call("POST", "/classes", {"name": name}))["class"]
    for student in students:
        await student.call("POST", "/classes/join", {"code": made["code"]})
    class_id: str = made["id"]
    return class_id


async def archive(teacher: Person, class_id: str) -> None:
    await teacher.call("PATCH", f"/classes/{class_id}", {"archived": True})


async def code_of(asked: Awaitable[object]) -> str:
    """What a refused request is answered."""
    with pytest.raises(Refused) as refused:
        await asked
    return refused.value.code


# Students


async def test_a_student_of_the_class_has_it_through_the_class(
    people: People, assignments: Assignments, caller_of: CallerOf
) -> None:
    teacher, (student,), class_id = await people.classroom()
    homework = await given(teacher, class_id)
    found, through = await assignments.for_student(await caller_of(student), homework["id"])
    assert (found.id, through) == (homework["id"], class_id)
    assert [(one.id, where) for one, where in await assignments.of_student(student.id)] == [(found.id, class_id)]
    assert await assignments.students_of(found) == {student.id: "小明"}


async def test_a_student_named_alone_has_it_through_no_class(
    people: People, assignments: Assignments, caller_of: CallerOf
) -> None:
    teacher, (student, other), _ = await people.classroom(2)
    draft = await drafted(teacher, student_ids=[student.id])
    await teacher.call("POST", f"/assignments/{draft['id']}/publish", {})
    found, through = await assignments.for_student(await caller_of(student), draft["id"])
    assert through is None
    assert list(await assignments.students_of(found)) == [student.id]
    with pytest.raises(NotFound):
        await assignments.for_student(await caller_of(other), draft["id"])
    assert await assignments.of_student(other.id) == []


async def test_who_has_it_twice_is_one_student(people: People, assignments: Assignments, caller_of: CallerOf) -> None:
    teacher, (student,), class_id = await people.classroom()
    second = await another_class(teacher, student)
    homework = await given(teacher, class_id, student_ids=[student.id])
    await teacher.call("PATCH", f"/assignments/{homework['id']}", {"revision": 1, "class_ids": [class_id, second]})
    found, through = await assignments.for_student(await caller_of(student), homework["id"])
    assert through in {class_id, second}
    assert list(await assignments.students_of(found)) == [student.id]
    assert len(await assignments.of_student(student.id)) == 1


async def test_a_draft_and_a_scheduled_one_are_nobodys_yet_and_a_closed_one_stays(
    people: People, assignments: Assignments, caller_of: CallerOf
) -> None:
    teacher, (student,), class_id = await people.classroom()
    caller = await caller_of(student)
    draft = await drafted(teacher, class_ids=[class_id], opens_at="2999-01-01T00:00:00Z")
    with pytest.raises(NotFound):
        await assignments.for_student(caller, draft["id"])
    scheduled = await teacher.call("POST", f"/assignments/{draft['id']}/publish", {})
    assert scheduled["assignment"]["state"] == "scheduled"
    with pytest.raises(NotFound):
        await assignments.for_student(caller, draft["id"])
    assert await assignments.of_student(student.id) == []
    closed = await given(teacher, class_id)
    await teacher.call("POST", f"/assignments/{closed['id']}/close", {})
    assert (await assignments.for_student(caller, closed["id"]))[0].state == "closed"


async def test_who_joins_later_has_what_was_given_and_who_leaves_has_it_no_more(
    people: People, assignments: Assignments, caller_of: CallerOf
) -> None:
    teacher, (student,), class_id = await people.classroom()
    homework, late = await given(teacher, class_id, student_ids=[student.id]), await people.student()
    code = (await teacher.call("GET", f"/classes/{class_id}"))["class"]["code"]
    await late.call("POST", "/classes/join", {"code": code})
    await assignments.for_student(await caller_of(late), homework["id"])
    await teacher.call("DELETE", f"/classes/{class_id}/students/{student.id}")
    with pytest.raises(NotFound):
        await assignments.for_student(await caller_of(student), homework["id"])
    assert await assignments.of_student(student.id) == []
    found, _ = await assignments.for_student(await caller_of(late), homework["id"])
    assert list(await assignments.students_of(found)) == [late.id]


async def test_an_archived_class_gives_nobody_anything(
    people: People, assignments: Assignments, caller_of: CallerOf
) -> None:
    teacher, (student,), class_id = await people.classroom()
    colleague, homework = await a_colleague(people, teacher, class_id), await given(teacher, class_id)
    await archive(teacher, class_id)
    with pytest.raises(NotFound):
        await assignments.for_student(await caller_of(student), homework["id"])
    for person in (teacher, colleague):
        with pytest.raises(NotFound):
            await assignments.for_teacher(await caller_of(person), homework["id"])


# Teachers


async def test_whoever_teaches_one_of_its_classes_looks_after_it(
    people: People, assignments: Assignments, caller_of: CallerOf
) -> None:
    teacher, _, class_id = await people.classroom(school=await people.school())
    colleague, homework = await a_colleague(people, teacher, class_id), await given(teacher, class_id)
    path = f"/assignments/{homework['id']}"
    changed = (await colleague.call("PATCH", path, {"revision": 1, "title": "改过"}))["assignment"]
    assert (changed["title"], changed["teacher_id"]) == ("改过", teacher.id)
    await colleague.call("POST", f"{path}/close", {})
    found = await assignments.for_teacher(await caller_of(colleague), homework["id"])
    assert await assignments.teacher_names([found]) == {teacher.id: "王老师"}


async def test_a_teacher_sees_work_of_those_alone_whom_she_teaches(
    people: People, assignments: Assignments, caller_of: CallerOf
) -> None:
    teacher, (student,), class_id = await people.classroom()
    other = await people.student(display_name="小红")
    second = await another_class(teacher, other)
    colleague = await a_colleague(people, teacher, second)
    homework = await given(teacher, class_id)
    path, classes = f"/assignments/{homework['id']}", [class_id, second]
    await teacher.call("PATCH", path, {"revision": 1, "class_ids": classes})
    found = await assignments.for_teacher(await caller_of(colleague), homework["id"])
    assert await assignments.students_for(await caller_of(colleague), found) == {other.id: "小红"}
    assert await assignments.students_for(await caller_of(teacher), found) == {student.id: "小明", other.id: "小红"}


async def test_an_author_reads_and_copies_what_she_gave_to_a_class_that_is_gone(people: People) -> None:
    teacher, _, class_id = await people.classroom()
    homework = await given(teacher, class_id)
    path = f"/assignments/{homework['id']}"
    await archive(teacher, class_id)
    assert (await teacher.call("GET", path))["assignment"]["class_names"] == ["七年级一班"]
    copy = await teacher.call("POST", f"{path}/copy", {"client_id": "0" * 8 + "-0000-0000-0000-" + "0" * 12})
    assert copy["assignment"]["questions"] == homework["questions"]
    assert [row["id"] for row in (await teacher.call("GET", "/assignments"))["items"]][-1] == homework["id"]
    assert await code_of(teacher.call("PATCH", path, {"revision": 1, "title": "改"})) == "not_found"
    assert await code_of(teacher.call("POST", f"{path}/close", {})) == "not_found"
    assert await code_of(teacher.call("GET", f"/assignments?class_id={class_id}")) == "not_found"


async def test_a_draft_is_its_authors_alone_until_it_names_a_class(people: People) -> None:
    teacher, _, class_id = await people.classroom()
    colleague, draft = await a_colleague(people, teacher, class_id), await drafted(teacher)
    path = f"/assignments/{draft['id']}"
    assert await code_of(colleague.call("GET", path)) == "not_found"
    await teacher.call("PATCH", path, {"revision": 0, "class_ids": [class_id]})
    assert (await colleague.call("GET", path))["assignment"]["id"] == draft["id"]


# Files


async def test_files_are_seen_by_its_teachers_and_by_those_who_have_it(people: People) -> None:
    teacher, (student,), class_id = await people.classroom()
    colleague, stranger = await a_colleague(people, teacher, class_id), await people.student()
    file = await teacher.send_file(a_photo())
    draft = await drafted(teacher, class_ids=[class_id], file_ids=[file["id"]])
    assert draft["files"] == [file]
    assert await colleague.picture(file["id"])
    assert await code_of(student.picture(file["id"])) == "not_found"
    await teacher.call("POST", f"/assignments/{draft['id']}/publish", {})
    assert await student.picture(file["id"])
    assert await code_of(stranger.picture(file["id"])) == "not_found"
    assert await code_of(teacher.call("DELETE", f"/files/{file['id']}")) == "file_in_use"


# Lists


async def a_hand_in(
    database: Database, homework: Json, student: Person, version: int = 1, state: SubmissionState = "graded"
) -> Submission:
    """Work as handing in and grading leave it."""
    submission = replace(
        a_submission(assignment_id=homework["id"], student_id=student.id, version=version, state=state), text=""
    )
    await SubmissionStore(database).add(submission)
    await GradeStore(database).add(a_grade(submission))
    return submission


async def test_a_row_counts_students_not_hand_ins(people: People, database: Database) -> None:
    teacher, students, class_id = await people.classroom(5)
    homework = await given(teacher, class_id)
    grades = GradeStore(database)
    await a_hand_in(database, homework, students[0], 1)
    back = await a_hand_in(database, homework, students[0], 2)
    await grades.release(Release(back.id, homework["id"], students[0].id, teacher.id, back.submitted_at))
    await a_hand_in(database, homework, students[1], 1, "needs_teacher")
    await a_hand_in(database, homework, students[1], 2, "withdrawn")
    await a_hand_in(database, homework, students[2], 1, "pending")
    await a_hand_in(database, homework, students[3], 1, "withdrawn")
    await a_hand_in(database, homework, await people.student())  # has left the class since
    (row,) = (await teacher.call("GET", f"/assignments?class_id={class_id}"))["items"]
    assert {name: row[name] for name in ("students", "handed_in", "to_review", "released")} == {
        "students": 5,
        "handed_in": 3,
        "to_review": 1,
        "released": 1,
    }
    assert (row["class_names"], row["points"], row["state"]) == (["七年级一班"], 10.0, "published")


async def test_a_row_counts_the_students_of_the_teacher_who_looks(people: People, database: Database) -> None:
    teacher, (student,), class_id = await people.classroom()
    hers = await people.student()
    second = await another_class(teacher, hers)
    colleague = await a_colleague(people, teacher, second)
    homework = await given(teacher, class_id)
    await teacher.call("PATCH", f"/assignments/{homework['id']}", {"revision": 1, "class_ids": [class_id, second]})
    await a_hand_in(database, homework, student, 1, "needs_teacher")
    for reader, listed, students, waiting in ((teacher, class_id, 2, 1), (colleague, second, 1, 0)):
        (row,) = (await reader.call("GET", f"/assignments?class_id={listed}"))["items"]
        assert (row["students"], row["handed_in"], row["to_review"]) == (students, waiting, waiting)


async def test_own_assignments_and_templates_are_two_lists_in_pages(people: People) -> None:
    teacher, _, _ = await people.classroom()
    for number in range(7):
        await drafted(teacher, title=str(number), is_template=number % 3 == 0)
    for templates, titles in (("false", ["5", "4", "2", "1"]), ("true", ["6", "3", "0"])):
        seen: list[str] = []
        cursor = ""
        while True:
            page = await teacher.call("GET", f"/assignments?templates={templates}&limit=2{cursor}")
            seen += [row["title"] for row in page["items"]]
            if page["next"] is None:
                break
            cursor = f"&cursor={page['next']}"
        assert seen == titles
    assert await code_of(teacher.call("GET", "/assignments?cursor=x")) == "invalid_input"


async def test_a_class_has_the_assignments_of_all_its_teachers(people: People) -> None:
    teacher, _, class_id = await people.classroom()
    colleague = await a_colleague(people, teacher, class_id)
    first, second = await given(teacher, class_id), await given(colleague, class_id)
    rows = (await teacher.call("GET", f"/assignments?class_id={class_id}"))["items"]
    assert [row["id"] for row in rows] == [second["id"], first["id"]]
    assert [row["id"] for row in (await teacher.call("GET", "/assignments"))["items"]] == [first["id"]]


async def test_what_is_not_there_is_not_found(people: People) -> None:
    teacher, _, _ = await people.classroom()
    for path in (new_id(), "x"):
        assert await code_of(teacher.call("GET", f"/assignments/{path}")) == "not_found"
