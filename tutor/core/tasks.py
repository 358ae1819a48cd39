"""Background work that is held, logged when it fails, and ended at shutdown.

Everything that outlives a request runs here.
"""

import asyncio
from collections.abc import Callable, Coroutine

import structlog
from aiohttp import web

log = structlog.get_logger(__name__)

CANCEL_AGAIN_S = 0.5
AGAIN_S = 1.0


class Tasks:
    """A set of running tasks with one owner."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    def spawn(self, work: Coroutine[None, None, None], name: str) -> asyncio.Task[None]:
        """Start work in the background; a failure is logged under `name`."""
        task = asyncio.create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._finished)
        return task

    def keep(self, work: Callable[[], Coroutine[None, None, None]], name: str) -> asyncio.Task[None]:
        """Start work that runs for ever; when it fails, that is logged, and it begins again after a moment."""
        return self.spawn(self._again(work, name), f"{name}:keeper")

    async def _again(self, work: Callable[[], Coroutine[None, None, None]], name: str) -> None:
        while True:
            running = self.spawn(work(), name)
            try:
                await asyncio.wait((running,))
            finally:
                running.cancel()
            await asyncio.sleep(AGAIN_S)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("task_failed", task=task.get_name(), exc_info=error)

    def __len__(self) -> int:
        return len(self._running)

    async def wait(self, seconds: float) -> None:
        """Give the running tasks up to `seconds` to end by themselves."""
        if self._running:
            await asyncio.wait(tuple(self._running), timeout=seconds)

    async def close(self) -> None:
        """Cancel what still runs and wait for it, again and again: Python 3.11's `wait_for` may lose a cancellation."""
        while running := tuple(self._running):
            for task in running:
                task.cancel()
            await asyncio.wait(running, timeout=CANCEL_AGAIN_S)


TASKS: web.AppKey[Tasks] = web.AppKey("tasks", Tasks)
