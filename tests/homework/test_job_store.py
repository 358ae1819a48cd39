"""The queue of grading: turns between groups, one holder at a time, and what becomes of jobs that are lost or late."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.homework.factories import NOW, a_submission
from tutor.core.clock import new_id
from tutor.homework.job_store import JobStore
from tutor.homework.models import GradingJob, Submission
from tutor.homework.stores import Stores

LEASE = timedelta(seconds=30)


@pytest.fixture
def jobs(stores: Stores) -> JobStore:
    return stores.jobs


async def put(jobs: JobStore, class_id: str | None = None, count: int = 1, after_ms: int = 0) -> list[Submission]:
    """Hand-ins of different students, in this order."""
    made = [a_submission(class_id=class_id) for _ in range(count)]
    for number, one in enumerate(made, start=after_ms):
        assert await jobs.put(one, NOW + timedelta(milliseconds=number))
    return made


async def take(jobs: JobStore, after: timedelta = timedelta(minutes=1)) -> GradingJob | None:
    return await jobs.take(new_id(), NOW + after, NOW + after + LEASE)


async def taken(jobs: JobStore, after: timedelta = timedelta(minutes=1)) -> GradingJob:
    job = await take(jobs, after)
    assert job is not None
    return job


async def test_a_job_is_put_once_and_taken_once(jobs: JobStore) -> None:
    (work,) = await put(jobs)
    assert not await jobs.put(work, NOW)
    takers = await asyncio.gather(*(take(jobs) for _ in range(10)))
    (job,) = [one for one in takers if one is not None]
    assert (job.id, job.submission_id, job.state, job.fence) == (work.grade_id, work.id, "running", 1)


async def test_many_who_take_at_once_get_a_job_each(jobs: JobStore) -> None:
    await put(jobs, count=12)
    takers = await asyncio.gather(*(take(jobs) for _ in range(12)))
    assert len({one.id for one in takers if one is not None}) == 12


async def test_a_whole_class_does_not_keep_a_single_student_waiting(jobs: JobStore) -> None:
    crowd = await put(jobs, new_id(), count=50)
    first = await taken(jobs)
    (single,) = await put(jobs)
    following = [(await taken(jobs)).submission_id for _ in range(2)]
    assert first.submission_id == crowd[0].id
    assert single.id in following


async def test_two_classes_take_turns(jobs: JobStore) -> None:
    many, few = new_id(), new_id()
    await put(jobs, many, count=6)
    await put(jobs, few, count=3)
    order = [(await taken(jobs)).group for _ in range(9)]
    assert sorted(order[:6]) == sorted([many, few] * 3)
    assert order[6:] == [many] * 3


async def test_a_group_that_comes_late_is_not_served_before_those_whose_turn_it_is(jobs: JobStore) -> None:
    early, late = new_id(), new_id()
    await put(jobs, early, count=4)
    for _ in range(2):
        await taken(jobs)
    await put(jobs, late, count=2, after_ms=100)
    assert [(await taken(jobs)).group for _ in range(4)] == [early, late, early, late]


async def test_who_lost_a_job_changes_nothing_any_more(jobs: JobStore) -> None:
    await put(jobs)
    old = await taken(jobs)
    assert old.until is not None
    assert await jobs.run_out(old.until) == 0
    assert await jobs.run_out(old.until + timedelta(milliseconds=1)) == 1
    later = old.until + timedelta(seconds=1)
    changes = [
        await jobs.renew(old, later + LEASE),
        await jobs.progress(old, 1, 2),
        await jobs.give_back(old, later),
        await jobs.finish(old),
    ]
    assert changes == [False] * 4
    new = await jobs.take(new_id(), later, later + LEASE)
    assert new is not None
    assert (new.fence, new.done) == (2, 0)
    assert not await jobs.finish(old)
    assert await jobs.finish(new)


async def test_a_renewed_lease_does_not_run_out(jobs: JobStore) -> None:
    await put(jobs)
    job = await taken(jobs)
    assert job.until is not None
    longer = job.until + LEASE
    assert await jobs.renew(job, longer)
    assert await jobs.run_out(job.until + timedelta(seconds=1)) == 0
    assert await jobs.run_out(longer + timedelta(seconds=1)) == 1


async def test_progress_is_kept_and_a_finished_job_is_never_taken_again(jobs: JobStore) -> None:
    (work,) = await put(jobs)
    job = await taken(jobs)
    assert await jobs.progress(job, 3, 8)
    assert await jobs.finish(job)
    assert await take(jobs, timedelta(days=1)) is None
    found = (await jobs.find_many([work.grade_id]))[work.grade_id]
    assert (found.state, found.done, found.of) == ("done", 3, 8)


async def test_what_was_put_off_waits_for_its_time_and_holds_nobody_up(jobs: JobStore) -> None:
    first, second = await put(jobs, count=2)
    job = await taken(jobs)
    assert job.submission_id == first.id
    assert await jobs.give_back(job, NOW + timedelta(hours=1), tried=True)
    assert (await taken(jobs)).submission_id == second.id
    assert await take(jobs, timedelta(minutes=59)) is None
    again = await taken(jobs, timedelta(hours=1))
    assert (again.submission_id, again.tries, again.fence) == (first.id, 1, 2)


async def test_a_forgotten_job_may_be_put_again(jobs: JobStore) -> None:
    (work,) = await put(jobs)
    await jobs.forget(await taken(jobs))
    assert await jobs.put(work, NOW)


async def test_a_newer_rubric_is_a_job_of_its_own(jobs: JobStore) -> None:
    (work,) = await put(jobs)
    assert await jobs.put(replace(work, rubric_version=2), NOW)
    assert {(await taken(jobs)).rubric_version for _ in range(2)} == {1, 2}
