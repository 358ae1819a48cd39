"""Demo data: a class whose people can sign in, made once, and renewed when asked."""

from tests.conftest import Serve
from tests.factories import People, Refused
from tutor.demo import GUARDIAN, PEOPLE, make_demo
from tutor.homework.context import GRADING, HOMEWORK
from tutor.homework.ports import Work


async def test_the_demo_is_a_class_of_people_who_can_sign_in(serve: Serve) -> None:
    own = await serve(mongodb={"database": "demo1"})
    demo = await make_demo(own.app, renew=False)
    assert [person.username for person in demo.people] == [script.username for script in (*PEOPLE, GUARDIAN)]
    async with People(own) as people:
        signed_in = [await people.sign_in(person.username, person.password or "") for person in demo.people]
        teacher, *students, admin, guardian = signed_in
        assert [person.user["role"] for person in signed_in] == [
            "teacher", "student", "student", "student", "admin", "guardian",
        ]  # fmt: skip
        assert [one["id"] for one in (await admin.call("GET", "/school/classes"))["items"]] == [demo.class_id]
        assert [one["student_id"] for one in (await guardian.call("GET", "/wards"))["items"]] == [students[0].id]
        roster = await teacher.call("GET", f"/classes/{demo.class_id}")
        assert roster["class"]["code"] == demo.class_code
        assert [student["id"] for student in roster["students"]] == [student.id for student in students]


async def test_making_it_again_changes_nothing_unless_passwords_are_renewed(serve: Serve) -> None:
    own = await serve(mongodb={"database": "demo2"})
    first = await make_demo(own.app, renew=False)
    again = await make_demo(own.app, renew=False)
    assert (again.class_id, again.class_code) == (first.class_id, first.class_code)
    assert [person.password for person in again.people] == [None] * 6
    async with People(own) as people:
        before = await people.sign_in(first.people[1].username, first.people[1].password or "")
        renewed = await make_demo(own.app, renew=True)
        assert renewed.class_id == first.class_id
        try:
            await before.call("GET", "/users/me")
            code = "ok"
        except Refused as refused:
            code = refused.code
        assert code == "session_ended"
        await people.sign_in(renewed.people[1].username, renewed.people[1].password or "")


async def test_the_class_has_homework_that_was_handed_in_right_wrong_and_half(serve: Serve) -> None:
    own = await serve(mongodb={"database": "demo3"}, homework={"graders": 0})
    await make_demo(own.app, renew=False)
    demo = await make_demo(own.app, renew=True)
    async with People(own) as people:
        teacher, ming, hong, lee = [
            await people.sign_in(person.username, person.password or "") for person in demo.people[:4]
        ]
        (row,) = (await teacher.call("GET", f"/assignments?class_id={demo.class_id}"))["items"]
        assert (row["title"], row["state"], row["handed_in"]) == ("方程与分数", "published", 3)
    stores = own.app[HOMEWORK]
    points: dict[str, float | None] = {}
    for submission in await stores.submissions.of_assignment(row["id"]):
        work = Work(submission, await stores.assignment_of(submission))
        points[submission.student_id] = (await own.app[GRADING].grade(work, _nothing)).points
    assert points == {ming.id: 12, hong.id: 0, lee.id: 8}


async def _nothing(_done: int, _of: int) -> None: ...
