"""Writing and giving assignments: once for each request, told to those who have them, with the files they need."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass
from datetime import timedelta

import pytest

from tests.conftest import Serve
from tests.factories import FakeClock, Json, People, Person, Refused, Server, a_client_id, a_photo
from tests.homework.factories import an_assignment_body, drafted, given
from tests.homework.test_assignments import a_colleague, another_class
from tutor.core.clock import Clock
from tutor.core.mongo import Database
from tutor.homework.context import AUTHORING


async def refusal_of(asked: Awaitable[object]) -> Refused:
    with pytest.raises(Refused) as refused:
        await asked
    return refused.value


async def code_of(asked: Awaitable[object]) -> str:
    """What a refused request is answered."""
    return (await refusal_of(asked)).code


async def uses_of(database: Database, file: Json) -> int:
    """How many things use a file."""
    found = await database["files"].find_one({"_id": file["id"]})
    assert found is not None
    uses = found["uses"]
    assert isinstance(uses, list)
    return len(uses)


@pytest.fixture
async def classroom(people: People) -> tuple[Person, Person, str]:
    teacher, (student,), class_id = await people.classroom()
    return teacher, student, class_id


# Writing


async def test_the_same_request_again_gives_the_same_assignment(
    classroom: tuple[Person, Person, str], database: Database
) -> None:
    teacher, _, class_id = classroom
    file = await teacher.send_file(a_photo())
    body = an_assignment_body(class_ids=[class_id], file_ids=[file["id"]])
    made = await asyncio.gather(*(teacher.call("POST", "/assignments", body) for _ in range(4)))
    assert [one["assignment"] for one in made] == [made[0]["assignment"]] * 4
    assert await database["assignments"].count_documents({"teacher_id": teacher.id}) == 1
    assert await uses_of(database, file) == 1


async def test_a_request_is_known_again_after_the_assignment_was_changed(
    classroom: tuple[Person, Person, str],
) -> None:
    teacher, _, _ = classroom
    body = an_assignment_body()
    draft = (await teacher.call("POST", "/assignments", body))["assignment"]
    await teacher.call("PATCH", f"/assignments/{draft['id']}", {"revision": 0, "title": "改过"})
    again = await teacher.call("POST", "/assignments", body | {"client_id": body["client_id"].upper()})
    assert (again["assignment"]["id"], again["assignment"]["title"]) == (draft["id"], "改过")


async def test_another_request_with_the_same_client_id_is_a_conflict(classroom: tuple[Person, Person, str]) -> None:
    teacher, _, _ = classroom
    body = an_assignment_body()
    draft = (await teacher.call("POST", "/assignments", body))["assignment"]
    assert await code_of(teacher.call("POST", "/assignments", body | {"title": "别的"})) == "conflict"
    copy = {"client_id": body["client_id"]}
    assert await code_of(teacher.call("POST", f"/assignments/{draft['id']}/copy", copy)) == "conflict"


async def test_she_gives_it_to_those_alone_whom_she_teaches(people: People) -> None:
    teacher, _, class_id = await people.classroom()
    _, (stranger,), other_class = await people.classroom()
    for wrong in ({"class_ids": [class_id, other_class]}, {"student_ids": [stranger.id]}):
        assert await code_of(teacher.call("POST", "/assignments", an_assignment_body(**wrong))) == "not_found"
        draft = await drafted(teacher)
        changes = {"revision": 0, **wrong}
        assert await code_of(teacher.call("PATCH", f"/assignments/{draft['id']}", changes)) == "not_found"


async def test_a_colleague_leaves_the_classes_in_it_that_are_not_hers(people: People) -> None:
    teacher, _, class_id = await people.classroom()
    mine, colleague = (await teacher.call("POST", "/classes", {"name": "二班"}))["class"]["id"], await people.teacher()
    await teacher.call("POST", f"/classes/{class_id}/teachers", {"username": colleague.user["username"]})
    draft = await drafted(teacher, class_ids=[class_id, mine])
    changes = {"revision": 0, "title": "改", "class_ids": [mine, class_id]}
    changed = await colleague.call("PATCH", f"/assignments/{draft['id']}", changes)
    assert changed["assignment"]["class_ids"] == [mine, class_id]


async def test_who_has_left_a_class_gives_it_nothing_any_more(people: People) -> None:
    teacher, _, class_id = await people.classroom()
    colleague = await a_colleague(people, teacher, class_id)
    hers = await another_class(colleague)
    draft = await drafted(colleague, class_ids=[class_id, hers])
    tomorrow = (Clock().now() + timedelta(days=1)).isoformat()
    later = await drafted(colleague, class_ids=[class_id], opens_at=tomorrow)
    await colleague.call("POST", f"/assignments/{later['id']}/publish", {})
    await teacher.call("DELETE", f"/classes/{class_id}/teachers/{colleague.id}")
    assert await code_of(colleague.call("POST", f"/assignments/{draft['id']}/publish", {})) == "not_found"
    body = {"revision": 1, "text": "换了"}
    assert await code_of(colleague.call("PATCH", f"/assignments/{later['id']}", body)) == "not_found"
    await teacher.call("PATCH", f"/assignments/{later['id']}", body)
    await colleague.call("PATCH", f"/assignments/{draft['id']}", {"revision": 0, "class_ids": [hers]})
    await colleague.call("POST", f"/assignments/{draft['id']}/publish", {})


async def test_a_colleague_names_those_alone_whom_its_author_teaches(people: People) -> None:
    teacher, _, class_id = await people.classroom()
    colleague, student = await a_colleague(people, teacher, class_id), await people.student()
    await another_class(colleague, student)
    path = f"/assignments/{(await given(teacher, class_id))['id']}"
    assert await code_of(colleague.call("PATCH", path, {"revision": 1, "student_ids": [student.id]})) == "not_found"


async def test_of_two_changes_at_once_one_is_a_conflict(classroom: tuple[Person, Person, str]) -> None:
    teacher, _, _ = classroom
    draft = await drafted(teacher)
    path = f"/assignments/{draft['id']}"
    changes = [teacher.call("PATCH", path, {"revision": 0, "title": str(number)}) for number in range(4)]
    answers = await asyncio.gather(*changes, return_exceptions=True)
    (done,) = (one["assignment"] for one in answers if isinstance(one, dict))
    assert sorted(str(one) for one in answers if isinstance(one, Refused)) == ["conflict"] * 3
    assert (await teacher.call("GET", path))["assignment"] == done


async def test_a_change_sent_again_after_a_lost_answer_is_no_conflict(classroom: tuple[Person, Person, str]) -> None:
    teacher, _, _ = classroom
    draft = await drafted(teacher)
    path, changes = f"/assignments/{draft['id']}", {"revision": 0, "title": "改过", "hint_cap": 2}
    first = await teacher.call("PATCH", path, changes)
    assert await teacher.call("PATCH", path, changes) == first
    assert first["assignment"]["revision"] == 1


async def test_files_are_kept_as_long_as_something_needs_them(
    classroom: tuple[Person, Person, str], database: Database
) -> None:
    teacher, _, _ = classroom
    one, other = [await teacher.send_file(a_photo(colour=colour)) for colour in ("red", "green")]
    draft = await drafted(teacher, file_ids=[one["id"]])
    path = f"/assignments/{draft['id']}"
    copy = (await teacher.call("POST", f"{path}/copy", {"client_id": a_client_id()}))["assignment"]
    assert (copy["files"], await uses_of(database, one)) == ([one], 2)
    await teacher.call("PATCH", path, {"revision": 0, "file_ids": [other["id"]]})
    assert (await uses_of(database, one), await uses_of(database, other)) == (1, 1)
    stale = {"revision": 0, "file_ids": [one["id"], other["id"]]}
    assert await code_of(teacher.call("PATCH", path, stale)) == "conflict"
    for assignment in (draft, copy):
        await teacher.call("DELETE", f"/assignments/{assignment['id']}")
    assert (await uses_of(database, one), await uses_of(database, other)) == (0, 0)


async def test_a_file_of_somebody_else_is_not_attached(
    classroom: tuple[Person, Person, str], database: Database
) -> None:
    teacher, student, _ = classroom
    file, own = await student.send_file(a_photo()), await teacher.send_file(a_photo())
    body = an_assignment_body(file_ids=[own["id"], file["id"]])
    assert await code_of(teacher.call("POST", "/assignments", body)) == "not_found"
    assert await uses_of(database, own) == 0


async def test_a_colleague_copies_it_with_its_files(people: People, database: Database) -> None:
    teacher, _, class_id = await people.classroom()
    colleague = await people.teacher()
    await teacher.call("POST", f"/classes/{class_id}/teachers", {"username": colleague.user["username"]})
    file = await teacher.send_file(a_photo())
    homework = await given(teacher, class_id, file_ids=[file["id"]], due_at="2999-01-01T00:00:00Z")
    body = {"client_id": a_client_id(), "is_template": True}
    copies = [await colleague.call("POST", f"/assignments/{homework['id']}/copy", body) for _ in range(2)]
    template = copies[0]["assignment"]
    assert copies == [{"assignment": template}] * 2
    assert (template["teacher_id"], template["is_template"], template["state"]) == (colleague.id, True, "draft")
    assert (template["class_ids"], template["due_at"], template["files"]) == ([], None, [file])
    assert await colleague.picture(file["id"])
    assert await uses_of(database, file) == 2
    assert await code_of(teacher.call("GET", f"/assignments/{template['id']}")) == "not_found"
    refused = await refusal_of(colleague.call("POST", f"/assignments/{template['id']}/publish", {}))
    assert (refused.code, refused.details["problem"]) == ("assignment_not_ready", "template")


async def test_what_students_have_is_not_deleted(classroom: tuple[Person, Person, str]) -> None:
    teacher, _, class_id = classroom
    homework = await given(teacher, class_id)
    path = f"/assignments/{homework['id']}"
    assert await code_of(teacher.call("DELETE", path)) == "assignment_given"
    await teacher.call("POST", f"{path}/close", {})
    assert await code_of(teacher.call("DELETE", path)) == "assignment_given"


async def test_of_deleting_and_giving_at_once_one_happens(classroom: tuple[Person, Person, str]) -> None:
    teacher, _, class_id = classroom
    for _ in range(5):
        path = f"/assignments/{(await drafted(teacher, class_ids=[class_id]))['id']}"
        both = teacher.call("DELETE", path), teacher.call("POST", f"{path}/publish", {})
        answers = await asyncio.gather(*both, return_exceptions=True)
        refused = [str(one) for one in answers if isinstance(one, Refused)]
        assert len(refused) == 1
        assert refused[0] in {"conflict", "not_found", "assignment_given"}


# Giving


async def test_it_is_given_to_somebody(classroom: tuple[Person, Person, str]) -> None:
    teacher, _, class_id = classroom
    draft = await drafted(teacher)
    refused = await refusal_of(teacher.call("POST", f"/assignments/{draft['id']}/publish", {}))
    assert (refused.code, refused.status) == ("assignment_not_ready", 409)
    assert refused.details == {"problem": "nobody", "question": 0}
    await teacher.call("PATCH", f"/assignments/{draft['id']}", {"revision": 0, "class_ids": [class_id]})
    await teacher.call("PATCH", f"/classes/{class_id}", {"archived": True})
    refused = await refusal_of(teacher.call("POST", f"/assignments/{draft['id']}/publish", {}))
    assert refused.details["problem"] == "nobody"


async def test_what_is_given_stays_fit_to_be_given(classroom: tuple[Person, Person, str]) -> None:
    teacher, _, class_id = classroom
    homework = await given(teacher, class_id)
    path = f"/assignments/{homework['id']}"
    for wrong, problem in (({"questions": []}, "no_questions"), ({"due_at": "2020-01-01T00:00:00Z"}, "due_past")):
        refused = await refusal_of(teacher.call("PATCH", path, {"revision": 1, **wrong}))
        assert (refused.code, refused.details["problem"]) == ("assignment_not_ready", problem)
    assert await code_of(teacher.call("PATCH", path, {"revision": 1, "class_ids": []})) == "assignment_given"


@pytest.mark.parametrize(
    ("kind", "key", "problem"),
    [
        ("solutions", "不知道", "key_unreadable"),
        ("judge", "看情况吧", "key_unreadable"),
        ("any", "看情况吧", None),
        ("text", "看情况吧", None),
        ("judge", "对", None),
        ("choice", "AC", None),
        ("solutions", "x=1或x=2", None),
        ("range", "(1, 3)", None),
        ("point", "(1, 3)", None),
        ("list", "1, 2, 3", None),
        ("equation", "2x=6", None),
    ],
)
async def test_a_key_that_is_to_be_calculated_with_can_be_read(
    classroom: tuple[Person, Person, str], kind: str, key: str, problem: str | None
) -> None:
    teacher, _, class_id = classroom
    question = {**an_assignment_body()["questions"][0], "kind": kind, "key": key}
    body = an_assignment_body(class_ids=[class_id], questions=[question])
    draft = (await teacher.call("POST", "/assignments", body))["assignment"]
    path = f"/assignments/{draft['id']}/publish"
    if problem is None:
        await teacher.call("POST", path, {})
    else:
        assert (await refusal_of(teacher.call("POST", path, {}))).details == {"problem": problem, "question": 1}


async def test_those_who_have_it_are_told_of_everything_that_happens_to_it(
    classroom: tuple[Person, Person, str], people: People
) -> None:
    teacher, student, class_id = classroom
    ear, outside = await student.connect(), await (await people.student()).connect()
    homework = await given(teacher, class_id)
    path, news = f"/assignments/{homework['id']}", {"assignment_id": homework["id"]}
    assert await ear.until("assignment.changed", **news) == news | {"title": "一元一次方程"}
    await teacher.call("PATCH", path, {"revision": 1, "title": "方程"})
    await ear.until("assignment.changed", title="方程", **news)
    for count, verb in enumerate(("close", "close", "publish", "publish"), start=1):
        await teacher.call("POST", f"{path}/{verb}", {})
        await ear.until("assignment.changed", 2 + (count + 1) // 2, **news)
    assert len(ear.heard["assignment.changed"]) == 4
    assert outside.heard["assignment.changed"] == []


async def test_a_closed_one_is_opened_again_by_giving_it_again(classroom: tuple[Person, Person, str]) -> None:
    teacher, _, class_id = classroom
    homework = await given(teacher, class_id)
    path = f"/assignments/{homework['id']}"
    await teacher.call("POST", f"{path}/close", {})
    again = (await teacher.call("POST", f"{path}/publish", {}))["assignment"]
    assert (again["state"], again["published_at"]) == ("published", homework["published_at"])


async def test_what_nobody_has_is_not_closed(classroom: tuple[Person, Person, str]) -> None:
    teacher, _, class_id = classroom
    draft = await drafted(teacher, class_ids=[class_id])
    assert await code_of(teacher.call("POST", f"/assignments/{draft['id']}/close", {})) == "conflict"


# Giving by the clock


@dataclass
class School:
    """A server whose clock can be moved, with a class."""

    server: Server
    clock: FakeClock
    teacher: Person
    student: Person
    class_id: str

    async def scheduled(self, hours: float, **changes: object) -> Json:
        """An assignment that opens in some hours."""
        opens_at = self.clock.now() + timedelta(hours=hours)
        return await given(self.teacher, self.class_id, opens_at=opens_at.isoformat(), **changes)

    async def state_of(self, homework: Json) -> str:
        state: str = (await self.teacher.call("GET", f"/assignments/{homework['id']}"))["assignment"]["state"]
        return state


@pytest.fixture
async def school(serve: Serve) -> AsyncIterator[School]:
    clock = FakeClock()
    server = await serve(clock=clock, accounts={"access_minutes": 100_000})
    async with People(server) as people:
        teacher, (student,), class_id = await people.classroom()
        yield School(server, clock, teacher, student, class_id)


async def test_a_scheduled_one_is_given_when_its_time_has_come(school: School) -> None:
    homework, ear = await school.scheduled(1), await school.student.connect()
    await school.server.app[AUTHORING].give_due()
    assert (homework["state"], homework["published_at"]) == ("scheduled", None)
    assert await school.state_of(homework) == "scheduled"
    school.clock.advance(3601)
    await school.server.app[AUTHORING].give_due()
    await ear.until("assignment.changed", assignment_id=homework["id"])
    assert await school.state_of(homework) == "published"


async def test_many_nodes_give_it_once(school: School, serve: Serve) -> None:
    other = await serve(clock=school.clock)
    homework, ear = await school.scheduled(1), await school.student.connect()
    school.clock.advance(3601)
    nodes = [school.server.app[AUTHORING], other.app[AUTHORING]] * 3
    await asyncio.gather(*(node.give_due() for node in nodes))
    found = (await school.teacher.call("GET", f"/assignments/{homework['id']}"))["assignment"]
    assert (found["state"], found["revision"]) == ("published", 2)
    await ear.until("assignment.changed")
    await school.teacher.call("POST", f"/assignments/{homework['id']}/close", {})
    await ear.until("assignment.changed", 2)
    assert len(ear.heard["assignment.changed"]) == 2


async def test_a_scheduled_one_can_be_moved_or_taken_back(school: School) -> None:
    homework = await school.scheduled(1)
    path = f"/assignments/{homework['id']}"
    later = (school.clock.now() + timedelta(hours=3)).isoformat()
    await school.teacher.call("PATCH", path, {"revision": 1, "opens_at": later})
    school.clock.advance(3601)
    await school.server.app[AUTHORING].give_due()
    assert await school.state_of(homework) == "scheduled"
    await school.teacher.call("PATCH", path, {"revision": 2, "opens_at": None})
    assert await school.state_of(homework) == "draft"
    await school.teacher.call("DELETE", path)


async def test_what_will_be_given_by_itself_stays_fit_for_it(school: School) -> None:
    homework = await school.scheduled(2)
    path = f"/assignments/{homework['id']}"
    early = (school.clock.now() + timedelta(hours=1)).isoformat()
    refused = await refusal_of(school.teacher.call("PATCH", path, {"revision": 1, "due_at": early}))
    assert refused.details["problem"] == "due_past"
    refused = await refusal_of(school.teacher.call("PATCH", path, {"revision": 1, "class_ids": []}))
    assert refused.details["problem"] == "nobody"
