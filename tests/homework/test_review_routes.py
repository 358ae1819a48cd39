"""Statistics, look-alikes and tables of an assignment over HTTP."""

from dataclasses import replace

import pytest

from tests.factories import People, Refused
from tests.homework.desk import Desk, a_desk
from tests.homework.factories import a_question_grade
from tests.homework.test_review import ESSAY, judged
from tests.homework.test_similarity import ZH


async def file_of(desk: Desk, name: str) -> tuple[bytes, str]:
    """A file of the assignment's, and its type."""
    headers = {"Authorization": f"Bearer {desk.teacher.access_token}"}
    async with desk.teacher.http.get(f"/api/v1{desk.path}/{name}", headers=headers) as response:
        assert response.status == 200
        assert f'filename="results.{name.split(".")[1]}"' in response.headers["Content-Disposition"]
        return await response.read(), response.content_type


async def test_statistics_count_those_whom_the_teacher_teaches(people: People) -> None:
    desk = await a_desk(people, 3)
    await desk.graded(desk.students[0])
    await desk.graded(desk.students[1], a_question_grade(1, 0.0), a_question_grade(2))
    found = await desk.teacher.call("GET", f"{desk.path}/statistics")
    assert (found["students"], found["handed_in"], found["mean"], found["best"]) == (3, 2, 7.5, 10.0)


async def test_answers_in_words_that_are_alike_are_shown_within_a_class_alone(people: People) -> None:
    desk = await a_desk(people, 4, questions=[ESSAY, {**ESSAY, "id": "q2", "kind": "any", "key": "1"}])
    texts = (ZH[0], f" {ZH[0]}", ZH[1], ZH[0])
    for student, text in zip(desk.students[:3], texts, strict=False):
        await desk.graded(student, judged(1, answer=text), a_question_grade(2, answer=text))
    await desk.graded(desk.students[3], judged(1, answer=texts[3]), submission={"class_id": None})
    (pair,) = (await desk.teacher.call("GET", f"{desk.path}/similar"))["pairs"]
    assert (pair["question_number"], pair["share"]) == (1, 1.0)
    assert {pair["first_submission_id"], pair["second_submission_id"]} == {one.id for one in desk.submissions[:2]}


async def test_what_grading_would_cost_is_told_of_what_is_not_graded(people: People) -> None:
    desk = await a_desk(people, 3, questions=[ESSAY, {**ESSAY, "id": "q2", "kind": "any", "criteria": [], "key": "1"}])
    await desk.graded(desk.students[0], judged(1), a_question_grade(2))
    await desk.hands_in(desk.students[1], state="needs_teacher")
    found = await desk.teacher.call("GET", f"{desk.path}/cost")
    assert (found["submissions"], found["questions"], found["calculated"]) == (1, 2, 1)
    assert found["tokens"] > 0
    assert found["price"] is None


async def test_tables_come_as_files(people: People) -> None:
    desk = await a_desk(people)
    await desk.graded(desk.students[0], submission={"student_name": "=cmd()"})
    text, kind = await file_of(desk, "table.csv")
    assert (kind, text[:3]) == ("text/csv", b"\xef\xbb\xbf")
    assert "'=cmd()" in text.decode("utf-8-sig")
    book, kind = await file_of(desk, "table.xlsx")
    assert (kind.rpartition(".")[2], book[:2]) == ("sheet", b"PK")


@pytest.mark.parametrize("path", ["queue", "groups", "cost", "statistics", "similar", "table.csv", "table.xlsx"])
async def test_nobody_else_reads_about_an_assignment(people: People, path: str) -> None:
    desk = await a_desk(people)
    with pytest.raises(Refused, match="not_found"):
        await (await people.teacher()).call("GET", f"{desk.path}/{path}")
    with pytest.raises(Refused, match="not_allowed"):
        await desk.students[0].call("GET", f"{desk.path}/{path}")


async def test_the_author_who_teaches_none_of_its_students_any_more_sees_none_of_their_work(people: People) -> None:
    desk = await a_desk(people)
    grade = await desk.graded(desk.students[0])
    await desk.teacher.call("PATCH", f"/classes/{desk.class_id}", {"archived": True})
    for path in (f"{desk.path}/queue", f"/submissions/{grade.submission_id}/review"):
        with pytest.raises(Refused, match="not_found"):
            await desk.teacher.call("GET", path)


async def test_a_question_that_was_taken_away_is_still_shown_with_its_grade(people: People) -> None:
    desk = await a_desk(people)
    grade = await desk.graded(desk.students[0])
    fewer = replace(desk.assignment, questions=desk.assignment.questions[:1], revision=desk.assignment.revision + 1)
    assert await desk.stores.assignments.replace(fewer)
    review = await desk.teacher.call("GET", f"/submissions/{grade.submission_id}/review")
    assert [one["number"] for one in review["questions"]] == [1, 0]
