"""The teacher's desk on a real server: the queue, what she rules, groups, releases and grading again."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.factories import People, Refused, a_client_id, a_photo
from tests.homework.desk import a_desk
from tests.homework.factories import NOW, a_question_grade, work_body
from tutor.core.clock import new_id
from tutor.homework.models import Award, QuestionGrade

RUBRIC = [
    {"id": "a", "text": "列式", "points": 2},
    {"id": "b", "text": "求解", "points": 3, "levels": [{"points": 0, "text": "错"}, {"points": 3, "text": "对"}]},
]
ESSAY = {"id": "q1", "text": "说明理由", "kind": "text", "points": 5, "criteria": RUBRIC, "notes": "看第二步"}


def judged(number: int = 1, a: float | None = 2.0, b: float | None = 3.0, **changes: Any) -> QuestionGrade:
    """A question that a model has judged by the rubric above."""
    awards = (Award("a", a), Award("b", b))
    return a_question_grade(number, by="model", awards=awards, confidence=0.8, **changes)


async def test_the_queue_begins_with_the_least_certain_and_ends_with_what_is_back(people: People) -> None:
    desk = await a_desk(people, 5, questions=[ESSAY])
    back, ready, sure, unsure, _ = desk.students
    await desk.released(await desk.graded(back, a_question_grade(1)))
    settled = await desk.graded(ready, a_question_grade(1))
    calm = await desk.graded(sure, judged(), doubt=0.2)
    doubtful = await desk.graded(unsure, judged(flags=("unsure",)), doubt=0.9)
    queue = await desk.teacher.call("GET", f"{desk.path}/queue")
    names = [row["submission_id"] for row in queue["items"]]
    assert names[:3] == [doubtful.submission_id, calm.submission_id, settled.submission_id]
    assert [row["released"] for row in queue["items"]] == [False, False, False, True]
    assert queue["items"][0]["flags"] == ["unsure"]
    assert [row["to_review"] for row in queue["items"]] == [1, 1, 0, 0]
    assert queue["missing"] == ["小明"]


async def test_only_the_newest_submission_that_was_not_withdrawn_is_in_the_queue(people: People) -> None:
    desk = await a_desk(people)
    (student,) = desk.students
    await desk.hands_in(student)
    newer = await desk.hands_in(student, version=2, submitted_at=NOW + timedelta(seconds=1))
    await desk.hands_in(student, version=3, state="withdrawn", submitted_at=NOW + timedelta(seconds=2))
    queue = await desk.teacher.call("GET", f"{desk.path}/queue")
    assert [row["submission_id"] for row in queue["items"]] == [newer.id]


async def test_a_review_shows_the_rubric_and_its_neighbours(people: People) -> None:
    desk = await a_desk(people, 3, questions=[ESSAY])
    grades = [await desk.graded(one, judged(), doubt=0.9 - place / 10) for place, one in enumerate(desk.students)]
    first, second, third = (one.submission_id for one in grades)
    review = await desk.teacher.call("GET", f"/submissions/{second}/review")
    assert (review["previous"], review["next"]) == (first, third)
    (question,) = review["questions"]
    assert question["notes"] == "看第二步"
    assert [(one["criterion"], one["levels"], one["proposed"]) for one in question["awards"]] == [
        ("列式", [], 2.0), ("求解", [0.0, 3.0], 3.0),
    ]  # fmt: skip
    assert not question["settled"]


async def test_what_was_changed_counts_and_is_in_the_history(people: People) -> None:
    desk = await a_desk(people, questions=[ESSAY])
    grade = await desk.graded(desk.students[0], judged())
    about = {"question_id": "q1", "criterion_id": "a"}
    await desk.rules(grade.submission_id, "change", points=1.5, comment="少一步", **about)
    review = await desk.rules(grade.submission_id, "change", points=1, **about)
    assert review["points"] == 4.0
    assert [(one["before"], one["points"], one["comment"]) for one in review["history"]] == [
        (2.0, 1.5, "少一步"), (1.5, 1.0, ""),
    ]  # fmt: skip
    assert review["questions"][0]["comment"] == "少一步"


async def test_accepting_all_keeps_what_was_changed_and_settles_the_rest(people: People) -> None:
    desk = await a_desk(people, questions=[ESSAY])
    grade = await desk.graded(desk.students[0], judged())
    await desk.rules(grade.submission_id, "change", question_id="q1", criterion_id="a", points=0)
    review = await desk.rules(grade.submission_id, "accept", comment="继续努力")
    assert (review["points"], review["comment"]) == (3.0, "继续努力")
    assert review["questions"][0]["settled"]


async def test_one_criterion_goes_back_to_what_was_proposed(people: People) -> None:
    desk = await a_desk(people, questions=[ESSAY])
    grade = await desk.graded(desk.students[0], judged())
    about = {"question_id": "q1", "criterion_id": "a"}
    await desk.rules(grade.submission_id, "change", points=0, **about)
    assert (await desk.rules(grade.submission_id, "accept", **about))["points"] == 5.0


async def test_the_same_command_again_rules_nothing_more(people: People) -> None:
    desk = await a_desk(people, questions=[ESSAY])
    grade = await desk.graded(desk.students[0], judged())
    said = {"client_id": a_client_id(), "question_id": "q1", "criterion_id": "a"}
    first = await desk.rules(grade.submission_id, "change", points=1, **said)
    await desk.rules(grade.submission_id, "change", question_id="q1", criterion_id="a", points=2)
    again = await desk.rules(grade.submission_id, "change", points=1, **said)
    assert (first["points"], again["points"], len(again["history"])) == (4.0, 5.0, 2)
    with pytest.raises(Refused, match="conflict"):
        await desk.rules(grade.submission_id, "change", points=0, **said)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"criterion_id": "a", "points": 2.5}, "points_outside_rubric"),
        ({"criterion_id": "b", "points": 1.5}, "points_outside_rubric"),
        ({"criterion_id": "c", "points": 1}, "not_found"),
        ({"question_id": "q9", "criterion_id": "a", "points": 1}, "not_found"),
        ({"points": 1}, "invalid_input"),
        ({"criterion_id": "a"}, "invalid_input"),
        ({"question_id": None, "points": 1}, "invalid_input"),
    ],
)
async def test_points_are_those_of_the_rubric(people: People, changes: dict[str, object], code: str) -> None:
    desk = await a_desk(people, questions=[ESSAY])
    grade = await desk.graded(desk.students[0], judged())
    with pytest.raises(Refused, match=code):
        await desk.rules(grade.submission_id, "change", **{"question_id": "q1"} | changes)


async def test_what_is_not_graded_is_not_ruled_about(people: People) -> None:
    desk = await a_desk(people)
    work = await desk.hands_in(desk.students[0])
    with pytest.raises(Refused, match="not_graded_yet"):
        await desk.rules(work.id, "accept")
    with pytest.raises(Refused, match="not_graded_yet"):
        await desk.teacher.call("POST", f"/submissions/{work.id}/release", {})


async def test_nothing_undecided_can_be_accepted(people: People) -> None:
    desk = await a_desk(people, questions=[ESSAY])
    grade = await desk.graded(desk.students[0], judged(a=None, b=None, flags=("no_service",)))
    with pytest.raises(Refused) as refused:
        await desk.rules(grade.submission_id, "accept", question_id="q1")
    assert (refused.value.code, refused.value.details["questions"]) == ("not_settled", [1])


async def test_look_alike_answers_are_grouped_and_ruled_at_once(people: People) -> None:
    desk = await a_desk(people, 4, questions=[ESSAY])
    said = ("甲大。", "甲 大", "甲大", "乙大")
    grades = [await desk.graded(one, judged(answer=text)) for one, text in zip(desk.students, said, strict=True)]
    (question,) = (await desk.teacher.call("GET", f"{desk.path}/groups"))["questions"]
    (group,) = question["groups"]
    assert set(group["submission_ids"]) == {one.submission_id for one in grades[:3]}
    points = [{"criterion_id": "a", "points": 1}, {"criterion_id": "b", "points": 0}]
    body = {"client_id": a_client_id(), "question_id": "q1", "points": points, "comment": "为什么？"}
    body |= {"submission_ids": group["submission_ids"]}
    for _ in range(2):
        assert await desk.teacher.call("POST", f"{desk.path}/groups/rulings", body) == {"ruled": 3}
    review = await desk.teacher.call("GET", f"/submissions/{grades[0].submission_id}/review")
    assert (review["points"], review["questions"][0]["settled"]) == (1.0, True)
    assert [one["in_group"] for one in review["history"]] == [True, True]
    other = await desk.teacher.call("GET", f"/submissions/{grades[3].submission_id}/review")
    assert other["points"] == 5.0
    with pytest.raises(Refused, match="conflict"):
        await desk.teacher.call("POST", f"{desk.path}/groups/rulings", body | {"comment": "x"})


async def test_a_group_of_another_assignment_or_ungraded_work_is_not_ruled(people: People) -> None:
    desk, elsewhere = await a_desk(people, questions=[ESSAY]), await a_desk(people, questions=[ESSAY])
    here = await desk.graded(desk.students[0], judged())
    there = await elsewhere.graded(elsewhere.students[0], judged())
    body = {"client_id": a_client_id(), "question_id": "q1", "points": [{"criterion_id": "a", "points": 1}]}
    both = body | {"submission_ids": [here.submission_id, there.submission_id]}
    with pytest.raises(Refused, match="not_found"):
        await desk.teacher.call("POST", f"{desk.path}/groups/rulings", both)
    assert await desk.stores.grades.rulings(here.submission_id) == []


async def test_only_unflagged_proposals_that_were_read_from_words_are_accepted_at_once(people: People) -> None:
    desk = await a_desk(people, 4, questions=[ESSAY])
    plain, flagged, pictured, calculated = desk.students
    good = await desk.graded(plain, judged())
    await desk.graded(flagged, judged(flags=("suspicious",)))
    await desk.graded(pictured, judged(flags=("picture",)))
    await desk.graded(calculated, a_question_grade(1))
    body = {"client_id": a_client_id(), "question_id": "q1"}
    assert await desk.teacher.call("POST", f"{desk.path}/accept", body) == {"ruled": 1}
    released = await desk.teacher.call("POST", f"{desk.path}/release", {})
    assert good.submission_id in released["released"]
    assert (len(released["released"]), len(released["held"])) == (2, 2)


async def test_a_result_goes_back_once_and_its_student_hears_of_it(people: People) -> None:
    desk = await a_desk(people)
    student = desk.students[0]
    socket = await student.connect()
    grade = await desk.graded(student)
    for _ in range(2):
        await desk.released(grade)
    news = await socket.until("homework.released", submission_id=grade.submission_id)
    assert (news["points"], news["max_points"], news["title"]) == (10.0, 10.0, desk.assignment.title)
    await desk.rules(grade.submission_id, "change", question_id="q1", points=3)
    again = await socket.until("homework.released", 2, submission_id=grade.submission_id)
    assert again["points"] == 8.0


async def test_an_unsettled_result_stays(people: People) -> None:
    desk = await a_desk(people, questions=[ESSAY, {**ESSAY, "id": "q2", "criteria": []}])
    grade = await desk.graded(desk.students[0], judged(), a_question_grade(2))
    with pytest.raises(Refused) as refused:
        await desk.released(grade)
    assert (refused.value.code, refused.value.details["questions"]) == ("not_settled", [1])


async def test_many_releases_at_once_tell_the_student_once(people: People) -> None:
    desk = await a_desk(people)
    student = desk.students[0]
    socket = await student.connect()
    grade = await desk.graded(student)
    await asyncio.gather(*(desk.released(grade) for _ in range(5)))
    await socket.until("homework.released")
    await desk.rules(grade.submission_id, "comment", comment="好")
    await socket.until("homework.released", 2)
    assert len(socket.heard["homework.released"]) == 2


async def test_watchers_hear_what_is_ruled_and_released(people: People) -> None:
    desk = await a_desk(people, questions=[ESSAY])
    socket = await desk.teacher.connect()
    await socket.ask("homework.watch", assignment_id=desk.assignment.id)
    grade = await desk.graded(desk.students[0], judged())
    await desk.rules(grade.submission_id, "accept")
    await socket.until("submission.changed", submission_id=grade.submission_id, released=False)
    await desk.released(grade)
    await socket.until("submission.changed", submission_id=grade.submission_id, released=True)


async def test_failed_work_is_graded_again_and_so_is_what_an_older_rubric_graded(people: People) -> None:
    desk = await a_desk(people, 3)
    failed, outdated, fine = desk.students
    broken = await desk.graded(failed, submission={"state": "failed"}, outcome="failed", questions=())
    old = await desk.graded(outdated, submission={"rubric_version": 0})
    good = await desk.graded(fine)
    assert await desk.teacher.call("POST", f"{desk.path}/regrade", {}) == {"started": 2}
    jobs = await desk.stores.jobs.find_many(
        [broken.id, f"{old.submission_id}:{desk.assignment.rubric_version}", good.id]
    )
    assert good.id not in jobs
    assert len(jobs) == 2


async def test_what_is_back_is_not_graded_again(people: People) -> None:
    desk = await a_desk(people)
    grade = await desk.released(await desk.graded(desk.students[0]))
    newer = replace(desk.assignment, rubric_version=9, revision=desk.assignment.revision + 1)
    assert await desk.stores.assignments.replace(newer)
    assert await desk.teacher.call("POST", f"{desk.path}/regrade", {}) == {"started": 0}
    found = await desk.stores.submissions.find(grade.submission_id)
    assert found is not None
    assert found.rubric_version == grade.rubric_version


async def test_work_of_ones_own_is_no_teachers(people: People) -> None:
    desk = await a_desk(people)
    own = await desk.graded(desk.students[0], submission={"assignment_id": None, "class_id": None})
    for method, path in (("GET", "review"), ("POST", "release"), ("GET", "result")):
        with pytest.raises(Refused, match="not_found"):
            await desk.teacher.call(
                method, f"/submissions/{own.submission_id}/{path}", {} if method == "POST" else None
            )


async def test_a_colleague_sees_only_the_students_whom_she_teaches(people: People) -> None:
    desk = await a_desk(people)
    colleague, (hers,), her_class = await people.classroom()
    both = replace(desk.assignment, class_ids=(desk.class_id, her_class), revision=desk.assignment.revision + 1)
    assert await desk.stores.assignments.replace(both)
    not_hers = await desk.graded(desk.students[0])
    seen = await desk.graded(hers, submission={"class_id": her_class})
    queue = await colleague.call("GET", f"{desk.path}/queue")
    assert [row["submission_id"] for row in queue["items"]] == [seen.submission_id]
    with pytest.raises(Refused, match="not_found"):
        await colleague.call("GET", f"/submissions/{not_hers.submission_id}/review")


async def test_a_group_that_was_given_back_is_told_of_what_is_ruled(people: People) -> None:
    desk = await a_desk(people, 2)
    sockets = [await one.connect() for one in desk.students]
    grades = [await desk.released(await desk.graded(one)) for one in desk.students]
    body = {
        "client_id": a_client_id(),
        "question_id": "q1",
        "submission_ids": [one.submission_id for one in grades],
        "points": [{"criterion_id": "whole", "points": 4}],
    }
    assert await desk.teacher.call("POST", f"{desk.path}/groups/rulings", body) == {"ruled": 2}
    for socket in sockets:
        assert (await socket.until("homework.released", 2))["points"] == 9.0


async def test_a_comment_is_taken_back_by_an_empty_one(people: People) -> None:
    desk = await a_desk(people)
    grade = await desk.graded(desk.students[0])
    said = await desk.rules(grade.submission_id, "comment", question_id="q2", comment="字写清楚")
    unsaid = await desk.rules(grade.submission_id, "comment", question_id="q2")
    assert [one["questions"][1]["comment"] for one in (said, unsaid)] == ["字写清楚", ""]
    assert unsaid["points"] == 10.0


async def test_an_accepted_word_about_all_of_it_can_be_said_again(people: People) -> None:
    desk = await a_desk(people, questions=[ESSAY])
    grade = await desk.graded(desk.students[0], judged())
    said = {"client_id": a_client_id(), "comment": "好"}
    first, again = [await desk.rules(grade.submission_id, "accept", **said) for _ in range(2)]
    assert first == again
    assert len(first["history"]) == 3


async def test_an_accepted_word_about_one_question_is_said_once(people: People) -> None:
    desk = await a_desk(people, questions=[ESSAY])
    grade = await desk.graded(desk.students[0], judged())
    said = {"client_id": a_client_id(), "question_id": "q1", "comment": "好"}
    first, again = [await desk.rules(grade.submission_id, "accept", **said) for _ in range(2)]
    assert first == again
    assert len(first["history"]) == 2


async def test_work_that_newer_work_has_replaced_is_not_given_back(people: People) -> None:
    desk = await a_desk(people)
    (student,) = desk.students
    older = await desk.graded(student)
    newer = await desk.graded(student, submission={"version": 2, "submitted_at": NOW + timedelta(seconds=1)})
    with pytest.raises(Refused, match="conflict"):
        await desk.released(older)
    assert await desk.stores.grades.release_of(older.submission_id) is None
    await desk.released(newer)
    assert await desk.stores.grades.release_of(newer.submission_id) is not None


async def test_photos_are_seen_by_teachers_as_long_as_the_work_is(people: People) -> None:
    desk = await a_desk(people)
    (student,) = desk.students
    stranger, file = await people.teacher(), await student.send_file(a_photo())
    sent = await student.call("POST", "/submissions", work_body(desk.assignment.id, file_ids=[file["id"]]))
    assert await desk.teacher.picture(file["id"])
    with pytest.raises(Refused, match="not_found"):
        await stranger.picture(file["id"])
    await student.call("POST", f"/submissions/{sent['submission']['id']}/withdraw", {})
    with pytest.raises(Refused, match="not_found"):
        await desk.teacher.picture(file["id"])
    assert await student.picture(file["id"])


async def test_work_that_was_graded_for_fewer_points_is_not_given_more_than_those(people: People) -> None:
    desk = await a_desk(people)
    grade = await desk.released(await desk.graded(desk.students[0]))
    harder = tuple(replace(one, points=9.0) for one in desk.assignment.questions)
    newer = replace(desk.assignment, questions=harder, rubric_version=2, revision=desk.assignment.revision + 1)
    assert await desk.stores.assignments.replace(newer)
    with pytest.raises(Refused, match="points_outside_rubric"):
        await desk.rules(grade.submission_id, "change", question_id="q1", points=8)
    assert (await desk.rules(grade.submission_id, "change", question_id="q1", points=4))["points"] == 9.0


async def test_what_is_given_back_and_graded_again_at_once_is_one_of_both(people: People) -> None:
    desk = await a_desk(people, 8)
    grades = [await desk.graded(one) for one in desk.students]
    newer = replace(desk.assignment, rubric_version=9, revision=desk.assignment.revision + 1)
    assert await desk.stores.assignments.replace(newer)
    await asyncio.gather(*(desk.teacher.call("POST", f"{desk.path}/{deed}", {}) for deed in ("release", "regrade")))
    for grade in grades:
        found = await desk.stores.submissions.find(grade.submission_id)
        assert found is not None
        if await desk.stores.grades.release_of(found.id) is not None:
            assert (found.rubric_version, found.state) == (grade.rubric_version, "graded")


async def test_a_group_is_as_large_as_all_classes_of_an_assignment(people: People) -> None:
    desk = await a_desk(people)
    points = [{"criterion_id": "whole", "points": 1}]
    body = {"client_id": a_client_id(), "question_id": "q1", "points": points}
    with pytest.raises(Refused, match="not_found"):
        await desk.teacher.call(
            "POST", f"{desk.path}/groups/rulings", body | {"submission_ids": [new_id() for _ in range(1200)]}
        )


async def test_a_graded_again_failure_is_told_and_can_be_released(people: People) -> None:
    desk = await a_desk(people)
    student = desk.students[0]
    socket = await student.connect()
    failed = await desk.graded(student, submission={"state": "failed"}, outcome="failed", questions=())
    await desk.teacher.call("POST", f"{desk.path}/regrade", {})
    news = await socket.until("homework.graded", submission_id=failed.submission_id)
    assert (news["grade_id"], news["state"]) == (failed.id, "graded")
    await desk.released(failed)
    assert (await socket.until("homework.released"))["points"] == 10.0
