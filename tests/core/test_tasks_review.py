"""Work that runs for ever survives its own failures, and still ends at shutdown."""

import asyncio

import pytest
import structlog

from tutor.core import tasks as module
from tutor.core.tasks import Tasks


async def test_work_that_runs_for_ever_begins_again_after_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AGAIN_S", 0.01)
    begun: list[int] = []
    running = asyncio.Event()

    async def work() -> None:
        begun.append(1)
        if len(begun) < 3:
            raise ValueError("x")
        running.set()
        await asyncio.Event().wait()

    tasks = Tasks()
    with structlog.testing.capture_logs() as logged:
        tasks.keep(work, "sweep")
        async with asyncio.timeout(5):
            await running.wait()
    assert [entry["task"] for entry in logged if entry["event"] == "task_failed"] == ["sweep", "sweep"]
    async with asyncio.timeout(5):
        await tasks.close()
    assert (len(tasks), len(begun)) == (0, 3)


async def test_cancelling_the_keeper_ends_the_work() -> None:
    ended = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    tasks = Tasks()
    keeper = tasks.keep(work, "sweep")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    keeper.cancel()
    async with asyncio.timeout(5):
        await ended.wait()
    await tasks.close()
    assert len(tasks) == 0
