"""Background work: held while it runs, heard of when it fails, ended at shutdown."""

import asyncio
from contextlib import suppress

import structlog

from tutor.core.tasks import Tasks


async def forever() -> None:
    await asyncio.Event().wait()


async def test_a_task_is_held_until_it_ends() -> None:
    tasks, go = Tasks(), asyncio.Event()

    async def wait() -> None:
        await go.wait()

    task = tasks.spawn(wait(), "waiting")
    assert (len(tasks), task.get_name()) == (1, "waiting")
    go.set()
    await task
    await asyncio.sleep(0)
    assert len(tasks) == 0


async def test_a_failure_is_logged_under_its_name() -> None:
    async def fail() -> None:
        raise ValueError("x")

    tasks = Tasks()
    with structlog.testing.capture_logs() as logged:
        tasks.spawn(fail(), "doomed")
        await tasks.wait(1)
        await asyncio.sleep(0)
    assert [(entry["event"], entry["task"]) for entry in logged] == [("task_failed", "doomed")]
    assert len(tasks) == 0


async def test_a_cancelled_task_is_no_failure() -> None:
    tasks = Tasks()
    with structlog.testing.capture_logs() as logged:
        tasks.spawn(forever(), "x").cancel()
        await tasks.wait(1)
        await asyncio.sleep(0)
    assert logged == []


async def test_waiting_has_an_end_and_closing_ends_everything() -> None:
    tasks = Tasks()
    running = [tasks.spawn(forever(), str(number)) for number in range(3)]
    await tasks.wait(0.01)
    assert len(tasks) == 3
    await tasks.close()
    assert all(task.cancelled() for task in running)
    await tasks.close()
    await tasks.wait(1)


async def test_closing_ends_work_that_lost_a_cancellation() -> None:
    tasks = Tasks()

    async def deaf_once() -> None:
        with suppress(asyncio.CancelledError):
            await forever()
        await forever()

    task = tasks.spawn(deaf_once(), "deaf once")
    await asyncio.sleep(0)
    await tasks.close()
    assert task.cancelled()
