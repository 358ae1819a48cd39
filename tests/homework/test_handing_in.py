"""Handing in: what is taken and when, what the same `client_id` means, taking back, and what a crash leaves undone."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.factories import Json, People, Person, Refused, Server, a_client_id, a_photo
from tests.homework.factories import a_grade, given, work_body
from tutor.core.clock import CLOCK
from tutor.homework import handing_in
from tutor.homework.context import HANDING_IN, HOMEWORK
from tutor.homework.handing_in import submission_id
from tutor.homework.models import Release, draft_id, grade_id
from tutor.homework.stores import Stores


@pytest.fixture
def homework(school: Server) -> Stores:
    return school.app[HOMEWORK]


async def a_task(pupils: People, **changes: Any) -> tuple[Person, Person, str]:
    """A teacher, a student of hers, and an assignment that they have."""
    teacher, (student,), class_id = await pupils.classroom()
    return teacher, student, (await given(teacher, class_id, **changes))["id"]


async def hand_in(student: Person, assignment_id: str | None, *texts: str, **changes: Any) -> Json:
    body = work_body(assignment_id, *(texts or ("x=2", "5/6")), **changes)
    submission: Json = (await student.call("POST", "/submissions", body))["submission"]
    return submission


async def refused(student: Person, assignment_id: str | None, *texts: str, **changes: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        await hand_in(student, assignment_id, *texts, **changes)
    return caught.value


async def due(homework: Stores, assignment_id: str, when: datetime | None, **changes: Any) -> None:
    """Move the due date, as if time had passed."""
    row = {"due_at": when, **changes}
    await homework.assignments._assignments.update_one({"_id": assignment_id}, {"$set": row})


def ago(school: Server, **time: float) -> datetime:
    return school.app[CLOCK].now() - timedelta(**time)


async def released(homework: Stores, submission: Json, student: Person) -> None:
    now = datetime.fromisoformat(submission["submitted_at"])
    await homework.grades.release(Release(submission["id"], submission["assignment_id"], student.id, None, now, now))


async def test_work_is_stored_with_its_job_and_all_that_grading_needs(pupils: People, homework: Stores) -> None:
    _, student, assignment_id = await a_task(pupils)
    taken = await hand_in(student, assignment_id, "x=2", "0")
    assert (taken["state"], taken["version"], taken["late_s"], taken["title"]) == ("pending", 1, 0, "一元一次方程")
    stored = await homework.submissions.find(taken["id"])
    assert stored is not None
    assert (stored.typed("q2"), stored.subject, stored.grade, stored.rubric_version) == ("0", "math", 7, 1)
    assert stored.class_id is not None
    job = (await homework.jobs.find_many([stored.grade_id]))[stored.grade_id]
    assert (job.state, job.group) == ("waiting", stored.class_id)
    assert stored.student_name == student.user["display_name"]


async def test_the_same_id_again_gives_the_same_submission_also_at_once(pupils: People, homework: Stores) -> None:
    _, student, assignment_id = await a_task(pupils, resubmit="never")
    photo = (await student.send_file(a_photo()))["id"]
    body = work_body(assignment_id, "x=2", file_ids=[photo])
    sent = await asyncio.gather(*(student.call("POST", "/submissions", body) for _ in range(5)))
    assert len({one["submission"]["id"] for one in sent}) == 1
    assert len(await homework.submissions.for_assignment(student.id, assignment_id)) == 1
    with pytest.raises(Refused) as other:
        await student.call("POST", "/submissions", {**body, "text": "something else"})
    assert other.value.code == "conflict"


async def test_of_two_different_works_with_one_id_the_other_keeps_none_of_its_files(
    pupils: People, school: Server, homework: Stores
) -> None:
    _, student, assignment_id = await a_task(pupils)
    files = [(await student.send_file(a_photo(colour=colour)))["id"] for colour in ("red", "green")]
    bodies = [
        work_body(assignment_id, "x=2", file_ids=[one], client_id="0" * 8 + "-0000-4000-8000-" + "0" * 12)
        for one in files
    ]
    results = await asyncio.gather(
        *(student.call("POST", "/submissions", body) for body in bodies), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in results) == ["Refused", "dict"]
    (stored,) = await homework.submissions.for_assignment(student.id, assignment_id)
    (loser,) = set(files) - set(stored.file_ids)
    await student.call("DELETE", f"/files/{loser}")
    with pytest.raises(Refused) as used:
        await student.call("DELETE", f"/files/{stored.file_ids[0]}")
    assert used.value.code == "file_in_use"


async def test_works_that_come_at_the_same_moment_are_different_versions(pupils: People, homework: Stores) -> None:
    _, student, assignment_id = await a_task(pupils)
    sent = await asyncio.gather(*(hand_in(student, assignment_id, text) for text in ("x=1", "x=2", "x=3", "x=4")))
    assert sorted(one["version"] for one in sent) == [1, 2, 3, 4]
    stored = await homework.submissions.for_assignment(student.id, assignment_id)
    assert [one.version for one in stored] == [1, 2, 3, 4]


async def test_of_two_works_at_the_same_moment_one_is_taken_where_only_one_may_be(
    pupils: People, homework: Stores
) -> None:
    _, student, assignment_id = await a_task(pupils, resubmit="never")
    files = [(await student.send_file(a_photo(colour=colour)))["id"] for colour in ("red", "green")]
    bodies = [work_body(assignment_id, "x=2", file_ids=[one]) for one in files]
    results = await asyncio.gather(
        *(student.call("POST", "/submissions", body) for body in bodies), return_exceptions=True
    )
    (refusal,) = [one for one in results if isinstance(one, Refused)]
    assert (refusal.code, refusal.details) == ("hand_in_closed", {"reason": "once"})
    (stored,) = await homework.submissions.for_assignment(student.id, assignment_id)
    (loser,) = set(files) - set(stored.file_ids)
    await student.call("DELETE", f"/files/{loser}")  # nothing uses it


async def test_too_little_too_much_and_the_wrong_are_refused(pupils: People, monkeypatch: pytest.MonkeyPatch) -> None:
    _, student, assignment_id = await a_task(pupils)
    other = await pupils.student()
    assert (await refused(student, assignment_id, " ", "")).code == "nothing_handed_in"
    assert (await refused(other, assignment_id)).code == "not_found"
    unknown = [{"question_id": "q9", "text": "1"}]
    assert (await refused(student, assignment_id, answers=unknown)).code == "invalid_input"
    twice = [{"question_id": "q1", "text": "1"}] * 2
    assert (await refused(student, assignment_id, answers=twice)).code == "invalid_input"
    foreign = (await other.send_file(a_photo()))["id"]
    assert (await refused(student, assignment_id, file_ids=[foreign])).code == "not_found"
    monkeypatch.setattr(handing_in, "MOST_PAGES", 1)
    photos = [(await student.send_file(a_photo(colour=colour)))["id"] for colour in ("red", "green")]
    too_long = await refused(student, assignment_id, file_ids=photos)
    assert (too_long.code, too_long.details) == ("hand_in_too_long", {"files": 2, "limit": 1})


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"text": "1+1=2 ok?", "subject": "math", "grade": 3}, "nothing_handed_in"),
        ({"text": "1. 1+1=2, 2. 2+2=5", "subject": "math"}, "invalid_input"),
        ({"text": "1. 1+1=2, 2. 2+2=5", "grade": 3}, "invalid_input"),
        ({"text": "1" * 10_001, "subject": "math", "grade": 3}, "invalid_input"),
        ({"text": "1. 1+1=2, 2. 2+2=5", "subject": "math", "grade": 13}, "invalid_input"),
        ({"answers": [{"question_id": "q1", "text": "1"}], "subject": "math", "grade": 3}, "invalid_input"),
    ],
)
async def test_work_of_ones_own_needs_enough_of_everything(pupils: People, changes: Json, code: str) -> None:
    student = await pupils.student()
    assert (await refused(student, None, **{"answers": [], **changes})).code == code


async def test_work_of_ones_own_is_taken_as_text_or_as_a_photo(pupils: People, homework: Stores) -> None:
    student = await pupils.student()
    photo = (await student.send_file(a_photo()))["id"]
    own: Json = {"answers": [], "subject": "math", "grade": 12}
    for changes in ({"text": "1+1=2; 3+4"}, {"text": "一" * 10_000}, {"file_ids": [photo]}):
        taken = await hand_in(student, None, **own, **changes)
        assert (taken["assignment_id"], taken["title"], taken["version"]) == (None, "", 1)
    job_id = grade_id(taken["id"], 1)
    assert (await homework.jobs.find_many([job_id]))[job_id].group == student.id


@pytest.mark.parametrize(
    ("late", "hours", "reason"),
    [
        ({"rule": "accept"}, 1000, None),
        ({"rule": "refuse"}, 1, "late"),
        ({"rule": "deduct", "percent": 10}, 1000, None),
        ({"rule": "deduct", "percent": 10, "days": 2}, 47, None),
        ({"rule": "deduct", "percent": 10, "days": 2}, 49, "late"),
    ],
)
async def test_late_work_is_taken_as_the_assignment_says(
    pupils: People, school: Server, homework: Stores, late: Json, hours: int, reason: str | None
) -> None:
    _, student, assignment_id = await a_task(pupils, late=late)
    await due(homework, assignment_id, ago(school, hours=hours))
    if reason is not None:
        assert (await refused(student, assignment_id)).details == {"reason": reason}
        return
    taken = await hand_in(student, assignment_id)
    assert hours * 3600 <= taken["late_s"] <= hours * 3600 + 60


@pytest.mark.parametrize(
    ("resubmit", "when", "reason"),
    [
        ("never", "before", "once"),
        ("until_due", "before", None),
        ("until_due", "after", "late"),
        ("until_released", "after", None),
        ("until_released", "released", "released"),
        ("until_due", "released", "released"),
    ],
)
async def test_work_is_handed_in_again_as_the_assignment_says(
    pupils: People, school: Server, homework: Stores, resubmit: str, when: str, reason: str | None
) -> None:
    _, student, assignment_id = await a_task(pupils, resubmit=resubmit)
    first = await hand_in(student, assignment_id)
    if when == "after":
        await due(homework, assignment_id, ago(school, hours=1))
    elif when == "released":
        await released(homework, first, student)
    if reason is not None:
        closed = await refused(student, assignment_id)
        assert (closed.code, closed.details) == ("hand_in_closed", {"reason": reason})
    else:
        assert (await hand_in(student, assignment_id))["version"] == 2


async def test_a_closed_assignment_takes_nothing(pupils: People) -> None:
    teacher, student, assignment_id = await a_task(pupils)
    await teacher.call("POST", f"/assignments/{assignment_id}/close", {})
    assert (await refused(student, assignment_id)).details == {"reason": "closed"}


async def test_what_could_not_be_handed_in_again_is_not_taken_back(pupils: People) -> None:
    teacher, student, assignment_id = await a_task(pupils)
    taken = await hand_in(student, assignment_id)
    await teacher.call("POST", f"/assignments/{assignment_id}/close", {})
    with pytest.raises(Refused) as closed:
        await student.call("POST", f"/submissions/{taken['id']}/withdraw", {})
    assert (closed.value.code, closed.value.details) == ("cannot_withdraw", {"reason": "closed"})
    task = (await student.call("GET", f"/homework/{assignment_id}"))["task"]
    assert (task["may_hand_in"], task["may_withdraw"]) == (False, False)


async def test_work_is_taken_back_before_it_is_due_and_its_place_is_free_again(
    pupils: People, school: Server, homework: Stores
) -> None:
    _, student, assignment_id = await a_task(pupils, resubmit="never")
    photo = (await student.send_file(a_photo()))["id"]
    first = await hand_in(student, assignment_id, file_ids=[photo])
    path = f"/submissions/{first['id']}/withdraw"
    assert (await student.call("POST", path, {}))["submission"]["state"] == "withdrawn"
    with pytest.raises(Refused) as again:
        await student.call("POST", path, {})
    assert again.value.details == {"reason": "withdrawn"}
    await student.picture(photo)
    second = await hand_in(student, assignment_id)
    assert second["version"] == 2
    await due(homework, assignment_id, ago(school, hours=1))
    with pytest.raises(Refused) as late:
        await student.call("POST", f"/submissions/{second['id']}/withdraw", {})
    assert (late.value.code, late.value.details) == ("cannot_withdraw", {"reason": "due"})


async def test_what_was_given_back_is_not_taken_back(pupils: People, homework: Stores) -> None:
    _, student, assignment_id = await a_task(pupils)
    taken = await hand_in(student, assignment_id)
    stored = await homework.submissions.find(taken["id"])
    assert stored is not None
    await homework.grades.add(a_grade(stored, told_at=stored.submitted_at))
    await released(homework, taken, student)
    with pytest.raises(Refused) as caught:
        await student.call("POST", f"/submissions/{taken['id']}/withdraw", {})
    assert caught.value.details == {"reason": "released"}
    other = await pupils.student()
    with pytest.raises(Refused) as foreign:
        await other.call("POST", f"/submissions/{taken['id']}/withdraw", {})
    assert foreign.value.code == "not_found"


async def test_a_job_that_a_crash_has_left_out_is_put_by_the_sweep_and_by_the_same_request(
    pupils: People, school: Server, homework: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, student, assignment_id = await a_task(pupils)

    async def dies(*_given: object) -> bool:
        raise ConnectionError

    bodies = [work_body(assignment_id, "x=2"), work_body(assignment_id, "x=3")]
    with monkeypatch.context() as patched:
        patched.setattr(type(homework.jobs), "put", dies)
        for body in bodies:
            with pytest.raises(Refused):
                await student.call("POST", "/submissions", body)
    jobs = [grade_id(submission_id(student.id, body["client_id"]), 1) for body in bodies]
    assert await homework.jobs.find_many(jobs) == {}
    await student.call("POST", "/submissions", bodies[0])
    assert (await homework.jobs.find_many(jobs)).keys() == {jobs[0]}
    assert await school.app[HANDING_IN].mend() == 0
    monkeypatch.setattr(handing_in, "MENDED_AFTER", timedelta())
    assert await school.app[HANDING_IN].mend() == 1
    assert (await homework.jobs.find_many(jobs)).keys() == set(jobs)


async def test_a_draft_is_kept_with_its_photos_until_it_is_handed_in(pupils: People, homework: Stores) -> None:
    _, student, assignment_id = await a_task(pupils)
    first, second = [(await student.send_file(a_photo(colour=colour)))["id"] for colour in ("red", "green")]
    path = f"/drafts/{assignment_id}"
    assert await student.call("GET", path) == {"draft": None}
    await student.call("PUT", path, {"text": "a", "file_ids": [first, second]})
    kept = (await student.call("PUT", path, {"answers": [{"question_id": "q1", "text": "x="}], "file_ids": [second]}))[
        "draft"
    ]
    assert (await student.call("GET", path))["draft"] == kept
    assert ([one["id"] for one in kept["files"]], kept["text"]) == ([second], "")
    await student.call("DELETE", f"/files/{first}")  # the draft has let go of it
    with pytest.raises(Refused) as used:
        await student.call("DELETE", f"/files/{second}")
    assert used.value.code == "file_in_use"
    await hand_in(student, assignment_id, file_ids=[second])
    assert await student.call("GET", path) == {"draft": None}
    assert await homework.submissions.draft(draft_id(student.id, assignment_id)) is None
    with pytest.raises(Refused) as still:
        await student.call("DELETE", f"/files/{second}")
    assert still.value.code == "file_in_use"


async def test_a_draft_of_ones_own_work_and_none_of_others(pupils: People) -> None:
    _, student, assignment_id = await a_task(pupils)
    other = await pupils.student()
    await student.call("PUT", "/drafts/own", {"text": "1+1"})
    assert (await other.call("GET", "/drafts/own")) == {"draft": None}
    for method, about in (("GET", assignment_id), ("PUT", assignment_id), ("GET", "nothing")):
        with pytest.raises(Refused) as caught:
            await other.call(method, f"/drafts/{about}", {"text": "x"} if method == "PUT" else None)
        assert caught.value.code == "not_found"
    photo = (await student.send_file(a_photo()))["id"]
    with pytest.raises(Refused) as foreign:
        await other.call("PUT", "/drafts/own", {"file_ids": [photo]})
    assert foreign.value.code == "not_found"


def test_the_id_of_a_submission_is_made_of_its_student_and_client_id() -> None:
    one, other = a_client_id(), a_client_id()
    assert submission_id("a", one) == submission_id("a", one)
    assert len({submission_id("a", one), submission_id("b", one), submission_id("a", other)}) == 3
