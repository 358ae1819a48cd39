"""Graders: one grade for each job, whoever dies, stands still, is told to stop or asks a service that is away."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.factories import WAIT_S, FakeClock
from tests.homework.conftest import LEASE_S
from tests.homework.factories import Grader, a_grade, a_submission, an_assignment
from tutor.ai.errors import ModelUnavailable
from tutor.homework.models import Grade, Submission
from tutor.homework.stores import Stores
from tutor.homework.worker import MOST_TAKES, MOST_TRIES, GradingWorker


async def handed_in(stores: Stores, clock: FakeClock, **changes: object) -> Submission:
    """Work for an assignment, and its job."""
    assignment = an_assignment()
    await stores.assignments.add(assignment)
    submission = a_submission(assignment, **changes)
    await stores.submissions.add(submission)
    await stores.jobs.put(submission, clock.now())
    return submission


async def grade_of(stores: Stores, submission: Submission) -> Grade:
    grade = await stores.grades.find(submission.grade_id)
    assert grade is not None
    return grade


async def state_of(stores: Stores, submission: Submission) -> str:
    found = await stores.submissions.find(submission.id)
    assert found is not None
    return found.state


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(WAIT_S):
        while not true():  # noqa: ASYNC110  # what is looked at lies in stores and in other tasks
            await asyncio.sleep(0.01)


async def test_work_is_graded_once(stores: Stores, worker: GradingWorker, grader: Grader, clock: FakeClock) -> None:
    work = await handed_in(stores, clock)
    assert await worker.step()
    assert not await worker.step()
    assert grader.seen == [work.id]
    assert (await grade_of(stores, work)).told_at is not None
    assert await state_of(stores, work) == "graded"
    job = (await stores.jobs.find_many([work.grade_id]))[work.grade_id]
    assert (job.state, job.done, job.of) == ("done", 1, 2)


async def test_it_looks_by_itself_and_wakes_at_once_when_it_is_told_to(
    stores: Stores, grader: Grader, worker: GradingWorker, clock: FakeClock
) -> None:
    running = asyncio.create_task(worker.run())
    first = await handed_in(stores, clock)
    await until(lambda: grader.seen == [first.id])
    second = await handed_in(stores, clock)
    worker.wake()
    await until(lambda: grader.seen == [first.id, second.id])
    running.cancel()


async def test_a_long_work_is_held_for_as_long_as_it_takes(
    stores: Stores, worker: GradingWorker, grader: Grader, clock: FakeClock
) -> None:
    work = await handed_in(stores, clock)
    grader.gate.clear()
    step = asyncio.create_task(worker.step())
    await until(lambda: bool(grader.seen))
    await asyncio.sleep(LEASE_S * 2)  # no wait for something: time itself is what is tested
    assert await stores.jobs.run_out(clock.now()) == 0
    grader.gate.set()
    assert await step
    assert await state_of(stores, work) == "graded"


async def test_who_has_lost_a_job_stops_and_grades_nothing(
    stores: Stores, worker: GradingWorker, grader: Grader, clock: FakeClock
) -> None:
    work = await handed_in(stores, clock)
    grader.gate.clear()
    step = asyncio.create_task(worker.step())
    await until(lambda: bool(grader.seen))
    assert await stores.jobs.run_out(clock.now() + timedelta(hours=1)) == 1
    async with asyncio.timeout(WAIT_S):
        assert await step
    assert await stores.grades.find(work.grade_id) is None
    grader.gate.set()
    clock.advance(3601)
    assert await worker.step()
    assert await state_of(stores, work) == "graded"


async def test_a_grade_that_somebody_has_stored_meanwhile_counts(
    stores: Stores, worker: GradingWorker, grader: Grader, clock: FakeClock
) -> None:
    work = await handed_in(stores, clock)
    grader.gate.clear()
    step = asyncio.create_task(worker.step())
    await until(lambda: bool(grader.seen))
    await stores.grades.add(a_grade(work, tokens=77))
    grader.gate.set()
    await step
    assert (await grade_of(stores, work)).tokens == 77


async def test_what_is_graded_already_is_not_graded_again(
    stores: Stores, worker: GradingWorker, grader: Grader, clock: FakeClock
) -> None:
    work = await handed_in(stores, clock)
    await stores.grades.add(a_grade(work))
    assert await worker.step()
    assert grader.seen == []
    assert (await stores.jobs.find_many([work.grade_id]))[work.grade_id].state == "done"


async def test_who_is_told_to_stop_gives_the_work_back_at_once(
    stores: Stores, worker: GradingWorker, grader: Grader, clock: FakeClock
) -> None:
    work = await handed_in(stores, clock)
    grader.gate.clear()
    running = asyncio.create_task(worker.run())
    await until(lambda: bool(grader.seen))
    running.cancel()
    await worker.give_back()
    await asyncio.wait([running])
    assert await state_of(stores, work) == "pending"
    grader.gate.set()
    assert await worker.step()
    assert await state_of(stores, work) == "graded"
    assert grader.seen == [work.id, work.id]


async def test_a_service_that_is_away_is_asked_again_later_and_later(
    stores: Stores, worker: GradingWorker, grader: Grader, clock: FakeClock
) -> None:
    work = await handed_in(stores, clock)
    grader.fault = ModelUnavailable()
    pauses = []
    for _ in range(3):
        assert await worker.step()
        job = (await stores.jobs.find_many([work.grade_id]))[work.grade_id]
        pause = (job.not_before - clock.now()).total_seconds()
        pauses.append(round(pause))
        assert not await worker.step()
        assert await state_of(stores, work) == "pending"
        clock.advance(pause + 1)
    assert pauses == [15, 30, 60]
    grader.fault = None
    assert await worker.step()
    assert await state_of(stores, work) == "graded"


async def test_when_it_stays_away_the_work_goes_to_a_teacher_without_points(
    stores: Stores, worker: GradingWorker, grader: Grader, clock: FakeClock
) -> None:
    work = await handed_in(stores, clock)
    grader.fault = ModelUnavailable()
    for _ in range(MOST_TRIES):
        assert await worker.step()
        clock.advance(3601)
    assert await worker.step()
    assert len(grader.seen) == MOST_TRIES
    grade = await grade_of(stores, work)
    assert (grade.outcome, grade.points, grade.doubt) == ("failed", None, 1.0)
    assert [one.flags for one in grade.questions] == [("no_service",)] * 2
    assert await state_of(stores, work) == "failed"


async def test_work_that_ends_whoever_grades_it_goes_to_a_teacher(
    stores: Stores, worker: GradingWorker, grader: Grader, clock: FakeClock
) -> None:
    work = await handed_in(stores, clock)
    for number in range(MOST_TAKES):
        assert await stores.jobs.take(f"victim {number}", clock.now(), clock.now() + timedelta(seconds=1))
        clock.advance(2)
        assert await stores.jobs.run_out(clock.now()) == 1
    assert await worker.step()
    assert grader.seen == []
    assert [one.flags for one in (await grade_of(stores, work)).questions] == [("undecided",)] * 2


async def test_withdrawn_work_is_not_graded(
    stores: Stores, worker: GradingWorker, grader: Grader, clock: FakeClock
) -> None:
    work = await handed_in(stores, clock)
    await stores.submissions.set_state(work.id, "withdrawn", ["pending"])
    assert await worker.step()
    assert not await worker.step()
    assert grader.seen == []


@pytest.mark.parametrize("version", [1, 2])
async def test_a_job_without_its_work_is_forgotten(
    stores: Stores, worker: GradingWorker, clock: FakeClock, version: int
) -> None:
    work = a_submission()
    if version == 2:
        await stores.submissions.add(work)
    await stores.jobs.put(replace(work, rubric_version=version), clock.now())
    assert await worker.step()
    assert not await worker.step()
    assert await stores.jobs.find_many([f"{work.id}:{version}"]) == {}


async def test_work_is_graded_by_the_questions_of_now(
    stores: Stores, worker: GradingWorker, grader: Grader, clock: FakeClock
) -> None:
    work = await handed_in(stores, clock)
    assignment = await stores.assignment_of(work)
    assert assignment is not None
    assert await stores.assignments.replace(replace(assignment, rubric_version=2, revision=assignment.revision + 1))
    assert await worker.step()
    assert grader.seen == []
    assert await worker.step()
    assert await stores.grades.find(f"{work.id}:1") is None
    assert await stores.grades.find(f"{work.id}:2") is not None
    assert await state_of(stores, work) == "graded"
