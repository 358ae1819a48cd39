"""How an assignment is written and changed, and what it needs before it can be given."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from pydantic import ValidationError

from tests.factories import Json, a_client_id
from tests.homework.factories import NOW, a_question, an_assignment, an_assignment_body
from tutor.core.errors import Conflict, InvalidInput
from tutor.homework.assignment_messages import CopyAssignment, CreateAssignment, UpdateAssignment
from tutor.homework.errors import AssignmentGiven, AssignmentNotReady
from tutor.homework.models import Assignment, Criterion, LatePolicy, Level
from tutor.homework.views import question_part
from tutor.homework.writing import check_ready, copied, digest, given, revised, written

HOUR = timedelta(hours=1)


def a_draft(**changes: Any) -> Assignment:
    return an_assignment(**{"state": "draft", "published_at": None, "revision": 4, **changes})


def an_update(**fields: Any) -> UpdateAssignment:
    return UpdateAssignment.model_validate({"revision": 4, **fields})


def created(**changes: Any) -> CreateAssignment:
    return CreateAssignment.model_validate(an_assignment_body(**changes))


def problem_of(assignment: Assignment) -> tuple[object, object]:
    with pytest.raises(AssignmentNotReady) as refused:
        check_ready(assignment, NOW)
    return refused.value.facts["problem"], refused.value.facts["question"]


# Writing


def test_what_was_sent_is_what_is_written() -> None:
    rubric = [{"id": "a", "text": "方法", "points": 5, "levels": [{"points": 5, "text": "对"}]}]
    part = {
        "id": "q1",
        "text": "为什么？",
        "kind": "text",
        "points": 5,
        "criteria": rubric,
        "notes": "宽松",
        "solution": "因为",
    }
    assignment = written("t", created(questions=[part], late={"rule": "deduct", "percent": 10, "days": 3}), NOW)
    assert assignment.questions[0].criteria == (Criterion("a", "方法", 5.0, (Level(5.0, "对"),)),)
    assert assignment.late == LatePolicy("deduct", 10, 3)
    assert (assignment.state, assignment.revision, assignment.rubric_version) == ("draft", 0, 1)
    assert question_part(assignment.questions[0]).model_dump(exclude_defaults=True) == part


def test_who_is_named_twice_has_it_once() -> None:
    one, other = "a" * 24, "b" * 24
    assert written("t", created(class_ids=[one, other, one]), NOW).class_ids == (one, other)


def test_times_are_kept_as_they_are_stored() -> None:
    due = datetime(2026, 12, 1, 20, 0, 0, 123456, tzinfo=timezone(8 * HOUR))
    assert created(due_at=due.isoformat()).due_at == datetime(2026, 12, 1, 12, 0, 0, 123000, tzinfo=UTC)


@pytest.mark.parametrize(
    "wrong",
    [
        {"due_at": "2026-12-01T20:00:00"},
        {"due_at": "0001-01-01T00:00:00+08:00"},
        {"due_at": "9999-12-31T23:59:59-08:00"},
        {"questions": [{"id": "q1", "text": "1", "points": 1}, {"id": "q1", "text": "2", "points": 1}]},
        {"questions": [{"id": "q1", "text": "1", "points": 0}]},
        {"questions": [{"id": "q1", "text": "1", "points": 2, "criteria": [{"id": "a", "text": "", "points": 1}] * 2}]},
    ],
    ids=["no zone", "year 1", "year 9999", "question twice", "no points", "criterion twice"],
)
def test_what_cannot_be_meant_is_refused(wrong: Json) -> None:
    with pytest.raises(ValidationError):
        created(**wrong)


def test_a_template_is_for_nobody() -> None:
    with pytest.raises(InvalidInput) as refused:
        written("t", created(is_template=True, class_ids=["a" * 24]), NOW)
    assert refused.value.facts == {"fields": [{"field": "class_ids", "problem": "template"}]}
    with pytest.raises(InvalidInput):
        revised(a_draft(is_template=True, class_ids=()), an_update(student_ids=["a" * 24]))


def test_a_copy_has_all_but_whom_it_is_for_and_when() -> None:
    source = an_assignment(due_at=NOW, opens_at=NOW, student_ids=("s",), rubric_version=3, state="closed")
    copy = copied(source, "other", CopyAssignment(client_id=a_client_id(), is_template=True), NOW + HOUR)
    assert (copy.class_ids, copy.student_ids, copy.due_at, copy.opens_at) == ((), (), None, None)
    assert (copy.teacher_id, copy.state, copy.is_template) == ("other", "draft", True)
    assert (copy.revision, copy.rubric_version, copy.published_at) == (0, 1, None)
    assert (copy.questions, copy.title, copy.late) == (source.questions, source.title, source.late)
    assert copy.id != source.id


def test_a_request_is_known_by_all_but_its_client_id() -> None:
    body = an_assignment_body()
    again = body | {"client_id": a_client_id()}
    assert digest(created(**body)) == digest(created(**again)) != digest(created(**body, text="更多"))
    copy = CopyAssignment(client_id=a_client_id())
    assert digest(copy, "a") != digest(copy, "b")


# Changing


def test_what_is_left_out_stays_and_null_takes_dates_and_the_hint_cap_away() -> None:
    before = a_draft(due_at=NOW, opens_at=NOW, hint_cap=3)
    assert revised(before, an_update(title="新")) == replace(before, title="新", revision=5)
    cleared = revised(before, an_update(due_at=None, hint_cap=None, title=None))
    assert cleared == replace(before, due_at=None, hint_cap=None, revision=5)


def test_each_field_can_be_changed() -> None:
    late = {"rule": "refuse", "percent": 0, "days": None}
    plain = {"title": "题", "text": "文", "subject": "物理", "grade": 8, "resubmit": "never", "release": "at_once"}
    changes = {**plain, "solutions": "never", "hint_cap": 2, "late": late, "questions": []}
    after = revised(a_draft(), an_update(**changes))
    assert {name: getattr(after, name) for name in plain} == plain
    assert (after.solutions, after.hint_cap, after.late, after.questions) == ("never", 2, LatePolicy("refuse"), ())


def test_a_change_of_an_older_revision_is_a_conflict_unless_all_of_it_is_so_already() -> None:
    before = a_draft()
    with pytest.raises(Conflict):
        revised(before, an_update(revision=3, title="新"))
    assert revised(before, an_update(revision=3, title=before.title)) is before


def test_questions_make_a_new_rubric_only_once_it_is_given() -> None:
    parts = [question_part(a_question(1, key="x=3")).model_dump()]
    assert revised(a_draft(), an_update(questions=parts)).rubric_version == 1
    assert revised(a_draft(state="scheduled", opens_at=NOW), an_update(questions=parts)).rubric_version == 1
    assert revised(a_draft(state="published"), an_update(questions=parts)).rubric_version == 2
    assert revised(a_draft(state="closed"), an_update(questions=parts)).rubric_version == 2
    assert revised(a_draft(state="published"), an_update(title="新")).rubric_version == 1


def test_what_is_given_is_taken_from_nobody() -> None:
    one, other = "a" * 24, "b" * 24
    before = a_draft(state="published", class_ids=(one,), student_ids=())
    assert revised(before, an_update(class_ids=[other, one])).class_ids == (other, one)
    assert revised(before, an_update(student_ids=[other])).student_ids == (other,)
    takings: list[Json] = [{"class_ids": [other]}, {"class_ids": []}, {"opens_at": NOW}]
    for taken in takings:
        with pytest.raises(AssignmentGiven):
            revised(before, an_update(**taken))
    assert revised(replace(before, state="draft"), an_update(class_ids=[])).class_ids == ()


def test_a_scheduled_one_without_its_date_is_a_draft_again() -> None:
    before = a_draft(state="scheduled", opens_at=NOW)
    assert revised(before, an_update(opens_at=None)).state == "draft"
    assert revised(before, an_update(opens_at=NOW + HOUR)).state == "scheduled"


# Giving


def test_it_is_given_now_or_scheduled() -> None:
    draft = a_draft()
    assert given(draft, NOW) == replace(draft, state="published", published_at=NOW, revision=5)
    later = a_draft(opens_at=NOW + HOUR)
    assert given(later, NOW) == replace(later, state="scheduled", revision=5)
    scheduled = given(later, NOW)
    assert given(scheduled, NOW + HOUR) == replace(scheduled, state="published", published_at=NOW + HOUR, revision=6)


def test_one_that_is_opened_again_was_given_when_it_was_given_first() -> None:
    closed = a_draft(state="closed", published_at=NOW)
    assert given(closed, NOW + HOUR).published_at == NOW


def test_a_whole_assignment_is_ready() -> None:
    check_ready(a_draft(due_at=NOW + HOUR), NOW)
    check_ready(a_draft(questions=(), text="抄写第 3 页"), NOW)
    check_ready(a_draft(questions=(), file_ids=("f",)), NOW)


def test_without_a_question_a_text_or_a_file_it_is_not_ready() -> None:
    assert problem_of(a_draft(questions=())) == ("no_questions", 0)


def test_each_question_that_is_not_read_needs_a_key() -> None:
    essay = a_question(1, kind="text", key="")
    check_ready(a_draft(questions=(essay,)), NOW)
    assert problem_of(a_draft(questions=(essay, a_question(2, key="")))) == ("no_key", 2)


@pytest.mark.parametrize(
    "criteria",
    [
        (Criterion("a", "", 2.0), Criterion("b", "", 2.0)),
        (Criterion("a", "", 2.0), Criterion("b", "", 3.5)),
        (Criterion("a", "", 5.0, (Level(0.0, ""), Level(4.0, ""))),),
        (Criterion("a", "", 5.0, (Level(6.0, ""),)),),
    ],
    ids=["too few", "too many", "full marks out of reach", "more than full marks"],
)
def test_full_marks_of_the_criteria_are_those_of_the_question(criteria: tuple[Criterion, ...]) -> None:
    assert problem_of(a_draft(questions=(a_question(1, criteria=criteria),))) == ("points", 1)
    good = (Criterion("a", "", 1.5), Criterion("b", "", 3.5, (Level(0.0, ""), Level(3.5, ""))))
    check_ready(a_draft(questions=(a_question(1, criteria=good),)), NOW)


def test_it_is_due_after_now_and_after_it_opens() -> None:
    assert problem_of(a_draft(due_at=NOW)) == ("due_past", 0)
    assert problem_of(a_draft(due_at=NOW + HOUR, opens_at=NOW + HOUR)) == ("due_past", 0)
    check_ready(a_draft(due_at=NOW), NOW, check_due=False)


def test_a_template_is_not_given() -> None:
    assert problem_of(a_draft(is_template=True)) == ("template", 0)
