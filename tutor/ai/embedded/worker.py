"""The server's side of the worker process: starts it, asks it, kills it when it is late. Called by `engine`,
`answerkeys` and `checking.checker`.
"""

import asyncio
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tutor.ai.checking.items import Item
from tutor.ai.embedded.request import KeyRequest, Request, encode
from tutor.core.helpers import kill, start_helper

READY = b"ready\n"

_START_S = 30.0
_LINE_LIMIT = 1 << 20  # bytes in one reply
_TRIES = 2


class Worker:
    """One process that solves problems, one at a time.

    The caller sees to it that `ask` is not called twice at once. `deadline_s` is the time for one question in seconds;
    the process also ends itself two seconds later, should the server be gone by then.
    """

    def __init__(self, deadline_s: float) -> None:
        self._deadline_s = deadline_s
        self._process: Process | None = None
        self._ready = False  # false while a question is out, so a broken-off one is never followed by another

    @property
    def pid(self) -> int | None:
        """The id of the running process, if there is one."""
        return self._process.pid if self._process is not None and self._process.returncode is None else None

    async def start(self) -> bool:
        """Start the process unless it runs; says whether it is ready to answer."""
        if self._ready and self.pid is not None:
            return True
        await self.close()
        until = str(self._deadline_s + 2)
        self._process = await start_helper(
            "tutor.ai.embedded.desk", until, stdin=PIPE, stdout=PIPE, longest=_LINE_LIMIT
        )
        return await self._exchange(self._process, b"", _START_S) == READY

    async def ask(self, request: Request | KeyRequest | Item) -> bytes | None:
        """The answer's line, or None when the process was late or broke down over the question.

        A process that had died before is replaced and asked again. Cancelling kills the process: a half-done question
        must not answer the next one.
        """
        for _ in range(_TRIES):
            if not await self.start() or self._process is None:
                return None
            line = await self._exchange(self._process, encode(request), self._deadline_s)
            if line is None:
                await self.close()
                return None
            if line.endswith(b"\n"):
                return line
        return None

    async def _exchange(self, process: Process, line: bytes, within_s: float) -> bytes | None:
        """Write a line, read a line. Empty when the process has ended, None when it was late (and is killed)."""
        answer: bytes | None = None
        self._ready = False
        try:
            async with asyncio.timeout(within_s):
                answer = await _write_and_read(process, line)
        except TimeoutError:
            answer = None
        finally:
            self._ready = bool(answer)
            if not answer:
                kill(process)
        return answer

    async def close(self) -> None:
        """End the process and wait until it is gone. It may be started again."""
        process, self._process = self._process, None
        if process is not None:
            kill(process)
            await process.wait()  # not communicate(): a question that is still out reads the pipe


class Workers:
    """A few workers that take turns; the processes start when first needed."""

    def __init__(self, deadline_s: float, count: int) -> None:
        self.all = [Worker(deadline_s) for _ in range(count)]
        # Last in, first out: the second process starts only when two questions meet.
        self.free: asyncio.LifoQueue[Worker] = asyncio.LifoQueue()
        for worker in self.all:
            self.free.put_nowait(worker)

    async def ask(self, request: Request | KeyRequest | Item) -> bytes | None:
        """Ask whoever is free, see `Worker.ask`."""
        async with self._one() as worker:
            return await worker.ask(request)

    async def start(self) -> None:
        """Start one, so that the first question need not wait for it."""
        async with self._one() as worker:
            await worker.start()

    @asynccontextmanager
    async def _one(self) -> AsyncIterator[Worker]:
        worker = await self.free.get()
        try:
            yield worker
        finally:
            self.free.put_nowait(worker)

    async def close(self) -> None:
        """End the processes."""
        for worker in self.all:
            await worker.close()


async def _write_and_read(process: Process, line: bytes) -> bytes:
    if process.stdin is None or process.stdout is None:
        return b""
    try:
        if line:
            process.stdin.write(line)
            await process.stdin.drain()
        return await process.stdout.readline()
    except ConnectionError:
        return b""
