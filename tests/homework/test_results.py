"""What goes back to a student, and what never does."""

import json
from datetime import timedelta

import pytest

from tests.factories import Json, People, Refused, a_client_id
from tests.homework.desk import Desk, a_desk
from tests.homework.factories import a_question_grade
from tests.homework.test_review import ESSAY, judged
from tutor.core.clock import Clock
from tutor.homework.models import Award, Evidence, Release

KEY, NOTES, SOLUTION, EXPECTED = "秘钥银杏", "批注玄武", "解法紫藤", "期望青铜"
PLANTED = {**ESSAY, "key": KEY, "notes": NOTES, "solution": SOLUTION}


async def result_of(desk: Desk, submission_id: str) -> Json:
    return await desk.students[0].call("GET", f"/submissions/{submission_id}/result")


async def test_a_result_has_points_evidence_and_words(people: People) -> None:
    desk = await a_desk(people, late={"rule": "deduct", "percent": 10}, questions=[ESSAY])
    awards = (Award("a", 2.0, Evidence("甲大", 0)), Award("b", 3.0))
    question = a_question_grade(1, by="model", awards=awards, explanation="想想为什么", error="漏了理由")
    grade = await desk.graded(desk.students[0], question, submission={"late_s": 60})
    await desk.rules(grade.submission_id, "accept", comment="不错")
    await desk.released(grade)
    result = await result_of(desk, grade.submission_id)
    assert (result["points"], result["max_points"], result["late_share"], result["comment"]) == (4.5, 5.0, 0.9, "不错")
    (shown,) = result["questions"]
    assert (shown["points"], shown["checked_by"], shown["explanation"]) == (5.0, "teacher", "想想为什么")
    assert [one["criterion"] for one in shown["awards"]] == ["列式", "求解"]
    assert shown["awards"][0]["evidence"]["quote"] == "甲大"


async def test_nobody_reads_a_result_before_it_is_back(people: People) -> None:
    desk = await a_desk(people, 2)
    grade = await desk.graded(desk.students[0])
    with pytest.raises(Refused, match="not_released"):
        await result_of(desk, grade.submission_id)
    await desk.released(grade)
    for other in (desk.students[1], desk.teacher):
        with pytest.raises(Refused, match="not_found"):
            await other.call("GET", f"/submissions/{grade.submission_id}/result")
    guardian = await people.guardian(desk.teacher, desk.class_id, desk.students[0])
    assert (await guardian.call("GET", f"/submissions/{grade.submission_id}/result"))["points"] == 10.0


@pytest.mark.parametrize(
    ("rule", "due_in_s", "shown"),
    [
        ("never", None, False),
        ("after_release", 3600, True),
        ("after_due", 3600, False),
        ("after_due", None, True),
    ],
)
async def test_a_worked_solution_is_shown_where_the_rule_says_so(
    people: People, rule: str, due_in_s: int | None, shown: bool
) -> None:
    due = (Clock().now() + timedelta(seconds=due_in_s)).isoformat() if due_in_s else None
    desk = await a_desk(people, questions=[PLANTED], solutions=rule, due_at=due)
    grade = await desk.released(await desk.graded(desk.students[0], a_question_grade(1)))
    (question,) = (await result_of(desk, grade.submission_id))["questions"]
    assert question["solution"] == (SOLUTION if shown else "")


async def test_no_key_note_or_expected_answer_reaches_a_student(people: People) -> None:
    desk = await a_desk(people, questions=[PLANTED], solutions="never")
    student = desk.students[0]
    socket = await student.connect()
    grade = await desk.graded(student, judged(expected_tex=EXPECTED))
    await desk.rules(grade.submission_id, "accept")
    await desk.released(grade)
    about = {"submission_id": grade.submission_id, "question_id": "q1"}
    got = [await result_of(desk, grade.submission_id)]
    got += [await socket.ask("appeal.open", **about)]
    got += [await socket.ask("appeal.send", **about, client_id=a_client_id(), text="为什么？")]
    await socket.until("appeal.added")
    await socket.until("homework.released")
    said = json.dumps([got, socket.order], ensure_ascii=False)
    for secret in (KEY, NOTES, SOLUTION, EXPECTED):
        assert secret not in said


async def test_proposals_that_were_accepted_for_all_stay_the_models(people: People) -> None:
    desk = await a_desk(people, questions=[ESSAY])
    grade = await desk.graded(desk.students[0], judged())
    await desk.teacher.call("POST", f"{desk.path}/accept", {"client_id": a_client_id(), "question_id": "q1"})
    await desk.released(grade)
    (question,) = (await result_of(desk, grade.submission_id))["questions"]
    assert question["checked_by"] == "model"


async def test_work_of_ones_own_that_a_model_judged_has_words_but_no_points(people: People) -> None:
    desk = await a_desk(people)
    own = {"assignment_id": None, "class_id": None}
    grade = await desk.graded(desk.students[0], a_question_grade(1), judged(2, explanation="先通分"), submission=own)
    await released_by_rule(desk, grade.submission_id)
    result = await result_of(desk, grade.submission_id)
    assert result["points"] is None
    assert [(one["points"], one["checked_by"]) for one in result["questions"]] == [
        (5.0, "calculation"),
        (None, "model"),
    ]
    assert result["questions"][1]["awards"] == []
    assert result["questions"][1]["explanation"] == "先通分"


async def released_by_rule(desk: Desk, submission_id: str) -> None:
    """Given back as graders do it where no teacher has to."""
    now = Clock().now()
    await desk.stores.grades.release(Release(submission_id, None, desk.students[0].id, None, now, told_at=now))
