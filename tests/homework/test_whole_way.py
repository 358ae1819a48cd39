"""Homework from the teacher's first word to the settled appeal, over real HTTP and sockets, with no AI service."""

import asyncio

import pytest

from tests.factories import Json, People, Person, a_client_id
from tests.homework.factories import given, work_body

ANSWERS = {"right": ("2x=4\nx=2", "5/6"), "half": ("x＝２", "2/5"), "wrong": ("x=5", "1/5")}


async def handed_in(student: Person, assignment_id: str, *texts: str) -> Json:
    """A submission whose grading has ended, as its student was told."""
    socket = student.sockets[-1] if student.sockets else await student.connect()
    sent = (await student.call("POST", "/submissions", work_body(assignment_id, *texts)))["submission"]
    return await socket.until("homework.graded", submission_id=sent["id"])


@pytest.mark.parametrize("who", sorted(ANSWERS))
async def test_mathematics_is_graded_by_calculation_without_any_ai_service(people: People, who: str) -> None:
    teacher, (student,), class_id = await people.classroom()
    homework = await given(teacher, class_id)
    graded = await handed_in(student, homework["id"], *ANSWERS[who])
    review = await teacher.call("GET", f"/submissions/{graded['submission_id']}/review")
    expected: dict[str, list[float]] = {"right": [5, 5], "half": [5, 0], "wrong": [0, 0]}
    assert [one["by"] for one in review["questions"]] == ["calculation", "calculation"]
    assert [one["points"] for one in review["questions"]] == expected[who]
    assert graded["state"] == "graded"


async def test_a_result_comes_back_live_and_its_appeal_is_answered_live(people: People) -> None:
    teacher, (student,), class_id = await people.classroom()
    homework = await given(teacher, class_id)
    desk = await teacher.connect()
    await desk.ask("homework.watch", assignment_id=homework["id"])
    graded = await handed_in(student, homework["id"], *ANSWERS["half"])
    await desk.until("submission.changed", submission_id=graded["submission_id"], state="graded")
    about = f"/submissions/{graded['submission_id']}"

    await teacher.call("POST", f"/assignments/{homework['id']}/release")
    socket = student.sockets[-1]
    back = await socket.until("homework.released", submission_id=graded["submission_id"])
    assert (back["points"], back["max_points"]) == (5, 10)
    result = await student.call("GET", f"{about}/result")
    assert [(one["points"], one["checked_by"]) for one in result["questions"]] == [
        (5, "calculation"),
        (0, "calculation"),
    ]

    thread = {"submission_id": graded["submission_id"], "question_id": "q2"}
    await socket.ask("appeal.open", **thread)
    await desk.ask("appeal.open", **thread)
    await socket.ask("appeal.send", **thread, client_id=a_client_id(), text="分母要通分吗?")
    assert (await desk.until("appeal.added", question_id="q2"))["message"]["text"] == "分母要通分吗?"
    await desk.ask("appeal.send", **thread, client_id=a_client_id(), text="要,给你两分方法分。")
    await teacher.call(
        "POST",
        f"{about}/rulings",
        {"client_id": a_client_id(), "kind": "change", "question_id": "q2", "criterion_id": "whole", "points": 2},
    )
    await socket.until("homework.released", submission_id=graded["submission_id"], points=7)
    (task,) = (await student.call("GET", "/homework"))["items"]
    assert task["earned"] == {"points": 7, "max_points": 10}
    await desk.ask("appeal.settle", **thread)
    await socket.until("appeal.settled", question_id="q2")
    assert (await student.call("GET", f"{about}/result"))["questions"][1]["appeal"] == "settled"


async def test_a_class_is_graded_released_and_counted(people: People) -> None:
    teacher, students, class_id = await people.classroom(students=3)
    homework = await given(teacher, class_id)
    await asyncio.gather(
        *(handed_in(student, homework["id"], *texts) for student, texts in zip(students, ANSWERS.values(), strict=True))
    )
    about = f"/assignments/{homework['id']}"
    released = await teacher.call("POST", f"{about}/release")
    assert (len(released["released"]), released["held"]) == (3, [])
    counted = await teacher.call("GET", f"{about}/statistics")
    assert (counted["handed_in"], counted["released"], counted["mean"]) == (3, 3, 5)
    groups = await teacher.call("GET", f"{about}/groups")
    assert [group["alike"] for question in groups["questions"] for group in question["groups"]] == []  # all differ


async def test_work_of_ones_own_is_checked_at_once(people: People) -> None:
    student = await people.student()
    socket = await student.connect()
    text = "1. 2x+3=7\nx=2\n2. 1/2+1/3=2/5"
    body = work_body(None, text=text, subject="math", grade=7)
    sent = (await student.call("POST", "/submissions", body))["submission"]
    await socket.until("homework.released", submission_id=sent["id"])
    result = await student.call("GET", f"/submissions/{sent['id']}/result")
    assert [(one["points"], one["checked_by"]) for one in result["questions"]] == [
        (1, "calculation"),
        (0, "calculation"),
    ]
