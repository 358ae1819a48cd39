"""Classes over HTTP: the shapes of answers, and every refusal by its code."""

import pytest

from tests.factories import Json, People, Person, Refused
from tutor.core.clock import new_id


async def refusal(person: Person, method: str, path: str, body: Json | None = None) -> tuple[int | None, str]:
    with pytest.raises(Refused) as refused:
        await person.call(method, path, body)
    return refused.value.status, refused.value.code


async def test_a_class_is_opened_listed_joined_and_read(people: People) -> None:
    teacher, student = await people.teacher(display_name="王老师"), await people.student(display_name="小红", grade=7)
    made = (await teacher.call("POST", "/classes", {"name": " 七年级一班 ", "subject": "数学", "grade": 7}))["class"]
    assert (made["code_expires_at"], made["archived"]) == (None, False)
    assert (made["name"], made["subject"], made["teachers"], made["students"]) == ("七年级一班", "数学", ["王老师"], 0)
    joined = (await student.call("POST", "/classes/join", {"code": made["code"].lower()}))["class"]
    assert joined == {**made, "code": None, "students": 1}
    assert await student.call("GET", "/classes") == {"items": [joined], "next": None}
    assert await teacher.call("GET", "/classes") == {"items": [{**made, "students": 1}], "next": None}
    assert await teacher.call("GET", f"/classes/{made['id']}") == {
        "class": {**made, "students": 1},
        "teachers": [{"id": teacher.id, "display_name": "王老师"}],
        "students": [{"id": student.id, "display_name": "小红", "grade": 7}],
    }


async def test_an_unknown_code_has_its_own_refusal(people: People) -> None:
    student = await people.student()
    assert await refusal(student, "POST", "/classes/join", {"code": "ZZZZZZ"}) == (404, "class_code_unknown")


async def test_only_students_join_and_only_teachers_open(people: People) -> None:
    teacher, [student], _ = await people.classroom()
    assert await refusal(teacher, "POST", "/classes/join", {"code": "ZZZZZZ"}) == (403, "not_allowed")
    assert await refusal(student, "POST", "/classes", {"name": "我的班"}) == (403, "not_allowed")


async def test_a_roster_is_not_found_by_anybody_but_its_teacher(people: People) -> None:
    teacher, [student], class_id = await people.classroom()
    others = [student, await people.teacher(), await people.student()]
    for other in others:
        assert await refusal(other, "GET", f"/classes/{class_id}") == (404, "not_found")
    assert (await teacher.call("GET", f"/classes/{class_id}"))["class"]["id"] == class_id


@pytest.mark.parametrize("class_id", ["x", "%00", "0" * 24, "..%2F..", "%7B%22$ne%22:null%7D", "x" * 3000])
async def test_a_strange_id_is_not_found(people: People, class_id: str) -> None:
    assert await refusal(await people.teacher(), "GET", f"/classes/{class_id}") == (404, "not_found")


@pytest.mark.parametrize(
    "body", [{"code": {"$ne": None}}, {"code": ["A"]}, {"code": "A"}, {}, {"code": "A" * 17}], ids=str
)
async def test_a_code_that_does_not_fit_is_invalid(people: People, body: Json) -> None:
    assert await refusal(await people.student(), "POST", "/classes/join", body) == (422, "invalid_input")


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"name": "x" * 61},
        {"name": {"$gt": ""}},
        {"grade": 13},
        {"subject": ""},
        {"students": 99},
        {"code": "MINE22"},
    ],
    ids=str,
)
async def test_a_class_that_does_not_fit_is_invalid(people: People, changes: Json) -> None:
    body = {"name": "七年级一班", **changes}
    assert await refusal(await people.teacher(), "POST", "/classes", body) == (422, "invalid_input")


async def test_a_renamed_student_is_listed_under_the_new_name(people: People) -> None:
    teacher, [student], class_id = await people.classroom()
    await student.call("PATCH", "/users/me", {"display_name": "新名字"})
    roster = await teacher.call("GET", f"/classes/{class_id}")
    assert [one["display_name"] for one in roster["students"]] == ["新名字"]


async def test_nobody_is_in_a_class_that_is_not_there(people: People) -> None:
    student = await people.student()
    assert await refusal(student, "GET", f"/classes/{new_id()}") == (404, "not_found")
    assert (await student.call("GET", "/classes"))["items"] == []


async def test_a_policy_is_given_in_part_and_read_by_the_class(people: People) -> None:
    teacher, [student], class_id = await people.classroom()
    hours = {"days": [1, 2, 3, 4, 5], "from": "08:00", "to": "21:30", "zone": "Asia/Shanghai"}
    await teacher.call("PATCH", f"/classes/{class_id}", {"policy": {"hours": hours, "exam": True}})
    await teacher.call("PATCH", f"/classes/{class_id}", {"policy": {"modes": ["guide"], "daily_replies": 20}})
    (shown,) = (await student.call("GET", "/classes"))["items"]
    assert shown["policy"] == {
        "modes": ["guide"],
        "hint_cap": 5,
        "exam": True,
        "hours": hours,
        "daily_replies": 20,
    }


async def test_a_student_of_one_school_is_refused_by_a_class_of_another(people: People) -> None:
    _, [student], _ = await people.classroom(school=await people.school())
    other, _, class_id = await people.classroom(school=await people.school())
    code = (await other.call("GET", f"/classes/{class_id}"))["class"]["code"]
    assert await refusal(student, "POST", "/classes/join", {"code": code}) == (409, "other_school")


async def test_guardians_are_listed_and_taken_away_by_the_admin(people: People) -> None:
    school = await people.school()
    teacher, [student], class_id = await people.classroom(school=school)
    guardian = await people.guardian(teacher, class_id, student)
    admin = await people.appointed("admin", school)
    path = f"/classes/{class_id}/students/{student.id}/guardians"
    (shown,) = (await admin.call("GET", path))["items"]
    assert (shown["id"], shown["display_name"]) == (guardian.id, "妈妈")
    assert (await admin.call("DELETE", f"{path}/{guardian.id}"))["items"] == []
    assert (await guardian.call("GET", "/wards"))["items"] == []
