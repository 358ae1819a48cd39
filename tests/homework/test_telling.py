"""Telling: students and teachers hear of a grade once, whoever tells, and results go back where the rule says so."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from redis.exceptions import TimeoutError as RedisTimeout

from tests.conftest import Serve
from tests.factories import FakeClock, People, Person, Server, Socket
from tests.homework.factories import a_grade, a_question_grade, a_submission, an_assignment
from tutor.core.caller import Caller
from tutor.core.clock import Clock
from tutor.core.once import ONCE
from tutor.core.rooms import ROOMS
from tutor.homework.models import Assignment, Grade, LatePolicy, Submission
from tutor.homework.stores import Stores
from tutor.homework.telling import Telling, watchers_room_of

Graded = tuple[Person, Socket, Submission, Grade]
Ready = Callable[..., Awaitable[Graded]]


@pytest.fixture
def ready(stores: Stores, people: People) -> Ready:
    """A student who listens, with work of theirs whose grade is stored and told to nobody."""

    async def make(assignment: Assignment | None = None, *, late_s: int = 0, **changes: object) -> Graded:
        student = await people.student()
        socket = await student.connect()
        if assignment is not None:
            await stores.assignments.add(assignment)
        work = a_submission(assignment, student_id=student.id, state="grading", late_s=late_s)
        await stores.submissions.add(work)
        grade = a_grade(work, **changes)
        assert await stores.grades.add(grade)
        return student, socket, work, grade

    return make


async def heard(server: Server, student: Person, socket: Socket) -> list[str]:
    """What the student was told of homework up to now; a last word shows that nothing is on its way."""
    await socket.ask("conversation.create", client_id="00000000-0000-4000-8000-000000000001")
    return [event for event, _ in socket.order if event.startswith("homework.")]


async def test_the_student_hears_of_a_grade_and_its_state_is_known(
    telling: Telling, stores: Stores, ready: Ready, clock: FakeClock
) -> None:
    assignment = an_assignment()
    _, socket, work, grade = await ready(assignment, outcome="needs_teacher")
    await telling.graded(grade)
    told = await socket.until("homework.graded")
    assert told == {
        "submission_id": work.id,
        "assignment_id": assignment.id,
        "grade_id": grade.id,
        "title": assignment.title,
        "state": "needs_teacher",
    }
    found = await stores.submissions.find(work.id)
    assert found is not None
    assert found.state == "needs_teacher"
    assert await stores.grades.untold() == []
    assert await stores.grades.release_of(work.id) is None


async def test_many_who_tell_at_once_are_heard_once(
    server: Server, telling: Telling, ready: Ready, stores: Stores, clock: FakeClock, serve: Serve
) -> None:
    student, socket, _, grade = await ready(an_assignment(release="at_once"))
    other = await serve()
    elsewhere = Telling(stores, other.app[ROOMS], other.app[ONCE], clock)
    await asyncio.gather(*(who.graded(grade) for who in (telling, elsewhere) * 5))
    await asyncio.gather(telling.sweep(), elsewhere.sweep())
    await socket.until("homework.released")
    assert sorted(await heard(server, student, socket)) == ["homework.graded", "homework.released"]


async def test_another_node_tells_the_sockets_of_this_one(
    server: Server, ready: Ready, stores: Stores, clock: FakeClock, serve: Serve
) -> None:
    _, socket, _, grade = await ready(an_assignment())
    other = await serve()
    await Telling(stores, other.app[ROOMS], other.app[ONCE], clock).graded(grade)
    assert (await socket.until("homework.graded"))["grade_id"] == grade.id


async def test_the_sweep_tells_what_somebody_has_left_untold_and_nothing_twice(
    server: Server, telling: Telling, ready: Ready
) -> None:
    student, socket, _, grade = await ready(an_assignment())
    await telling.sweep()
    await socket.until("homework.graded", 1, grade_id=grade.id)
    await telling.sweep()
    await telling.graded(grade)
    assert await heard(server, student, socket) == ["homework.graded"]


async def test_who_dies_between_telling_and_the_note_of_it_has_told_once(
    server: Server, telling: Telling, ready: Ready, stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    student, socket, _, grade = await ready(an_assignment())

    async def dies(*_given: object) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as patched:
        patched.setattr(type(stores.grades), "mark_told", dies)
        with pytest.raises(asyncio.CancelledError):
            await telling.graded(grade)
    await socket.until("homework.graded")
    await telling.sweep()
    assert await stores.grades.untold() == []
    assert await heard(server, student, socket) == ["homework.graded"]


@pytest.mark.parametrize("arrived", [True, False])
async def test_when_redis_does_not_answer_it_is_told_later_and_once(
    server: Server,
    telling: Telling,
    ready: Ready,
    stores: Stores,
    monkeypatch: pytest.MonkeyPatch,
    *,
    arrived: bool,
) -> None:
    student, socket, _, grade = await ready(an_assignment())
    say = server.app[ONCE]._say

    async def in_doubt(keys: list[str], args: list[str]) -> int:
        if arrived:
            await say(keys=keys, args=args)
        raise RedisTimeout

    with monkeypatch.context() as patched:
        patched.setattr(server.app[ONCE], "_say", in_doubt)
        await telling.graded(grade)
        assert len(await stores.grades.untold()) == 1
    await telling.sweep()
    await socket.until("homework.graded")
    await telling.sweep()
    assert await heard(server, student, socket) == ["homework.graded"]


@pytest.mark.parametrize(
    ("release", "questions", "goes_back"),
    [
        ("at_once", (a_question_grade(1), a_question_grade(2)), True),
        ("teacher", (a_question_grade(1), a_question_grade(2)), False),
        ("at_once", (a_question_grade(1), a_question_grade(2, by="model")), False),
        ("at_once", (a_question_grade(1), a_question_grade(2, flags=("suspicious",))), False),
    ],
)
async def test_what_is_calculated_goes_back_at_once_where_the_assignment_says_so(
    server: Server, telling: Telling, ready: Ready, stores: Stores, release: str, questions: object, *, goes_back: bool
) -> None:
    student, socket, work, grade = await ready(an_assignment(release=release), questions=questions)
    await telling.graded(grade)
    await socket.until("homework.graded")
    assert ("homework.released" in await heard(server, student, socket)) is goes_back
    found = await stores.grades.release_of(work.id)
    assert (found is not None) is goes_back
    if found is not None:
        assert found.by is None
        assert found.told_at is not None


async def test_late_work_goes_back_with_what_it_keeps(telling: Telling, ready: Ready) -> None:
    late = LatePolicy(rule="deduct", percent=10)
    _, socket, work, grade = await ready(an_assignment(release="at_once", late=late), late_s=90_000)
    await telling.graded(grade)
    told = await socket.until("homework.released")
    assert (told["submission_id"], told["points"], told["max_points"]) == (work.id, 8.0, 10.0)


@pytest.mark.parametrize(("by", "points"), [("calculation", 10.0), ("model", None)])
async def test_work_of_ones_own_goes_back_at_once_with_points_only_when_they_are_calculated(
    telling: Telling, ready: Ready, by: str, points: float | None
) -> None:
    questions = (a_question_grade(1), a_question_grade(2, by=by))
    _, socket, _, grade = await ready(None, questions=questions)
    await telling.graded(grade)
    told = await socket.until("homework.released")
    assert (told["assignment_id"], told["points"]) == (None, points)


async def test_of_withdrawn_work_nobody_is_told(server: Server, telling: Telling, ready: Ready, stores: Stores) -> None:
    student, socket, work, grade = await ready(an_assignment(release="at_once"))
    await stores.submissions.set_state(work.id, "withdrawn", ["grading"])
    await telling.sweep()
    assert await stores.grades.untold() == []
    assert await stores.grades.release_of(work.id) is None
    assert await heard(server, student, socket) == []
    assert grade.told_at is None


async def test_a_grade_by_an_older_rubric_is_told_to_nobody(
    server: Server, telling: Telling, ready: Ready, stores: Stores
) -> None:
    student, socket, work, grade = await ready(an_assignment())
    await stores.submissions.set_rubric(work.id, 2)
    await telling.graded(grade)
    assert await heard(server, student, socket) == []
    newer = replace(grade, id=f"{work.id}:2", rubric_version=2)
    await stores.grades.add(newer)
    await telling.graded(newer)
    assert (await socket.until("homework.graded"))["grade_id"] == newer.id


async def test_a_grade_in_the_place_of_one_that_failed_is_told_too(
    telling: Telling, ready: Ready, stores: Stores
) -> None:
    _, socket, work, failed = await ready(an_assignment(), outcome="failed")
    await telling.graded(failed)
    await socket.until("homework.graded", 1, state="failed")
    await stores.grades.forget_failed(failed.id)
    await stores.submissions.set_state(work.id, "pending", ["failed"])
    better = replace(failed, outcome="graded", made_at=failed.made_at + timedelta(seconds=1))
    assert await stores.grades.add(better)
    await telling.graded(better)
    assert (await socket.until("homework.graded", 1, state="graded"))["grade_id"] == failed.id


async def test_who_watches_the_assignment_hears_that_work_has_changed(
    server: Server, telling: Telling, ready: Ready, people: People
) -> None:
    assignment = an_assignment(release="at_once")
    _, _, work, grade = await ready(assignment)
    teacher = await people.teacher()
    desk = await teacher.connect()
    caller = Caller(teacher.id, "teacher", "王老师", "zh", "0" * 24, Clock().now())
    await server.app[ROOMS].enter(desk.client.get_sid() or "", caller, watchers_room_of(assignment.id))
    telling.changed(work)
    await telling.graded(grade)
    told = await desk.until("submission.changed", 2, submission_id=work.id)
    assert (told["state"], told["released"], told["student_id"]) == ("graded", True, work.student_id)
