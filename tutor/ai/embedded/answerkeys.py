"""`AnswerKeys`: what a problem's solution says, worked out in the worker processes and kept for a while.

The chat asks it for every reply that must not say too much. Like `engine`, it stays clear of SymPy.
"""

import asyncio
from collections import OrderedDict

import structlog

from tutor.ai.embedded.normal import is_solvable
from tutor.ai.embedded.request import Key, KeyRequest, Request, decode_key, decode_reply
from tutor.ai.embedded.worker import Workers
from tutor.core.caller import Language

log = structlog.get_logger(__name__)

_KEPT = 2000


class AnswerKeys:
    """The keys to problems, each worked out once."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers
        self._known: OrderedDict[tuple[str, Language], asyncio.Task[Key | None]] = OrderedDict()
        self._late: OrderedDict[tuple[str, Language], None] = OrderedDict()

    def begin(self, problem: str, language: Language) -> None:
        """Work on the key to a problem beside everything else, because it will be asked for."""
        if is_solvable(problem):
            self._task(problem, language)

    async def of(self, problem: str, language: Language) -> Key | None:
        """The key to a problem; None when it cannot be solved for certain, or not in time."""
        return await asyncio.shield(self._task(problem, language)) if is_solvable(problem) else None

    async def at_level(self, problem: str, level: int, language: Language, *, capped: bool) -> str:
        """What the built-in tutor says to a problem at a level of help; empty when it cannot solve it."""
        line = await self._workers.ask(Request(problem, (), language, level, certain=True, capped=capped))
        return decode_reply(line) if line is not None else ""

    def _task(self, problem: str, language: Language) -> asyncio.Task[Key | None]:
        """The work on a key, which nobody's leaving breaks off: that would cost a process."""
        name = (problem, language)
        known = self._known.get(name)
        if known is None or (known.done() and (known.cancelled() or known.exception() is not None)):
            self._known[name] = asyncio.create_task(self._work_out(*name))
            if len(self._known) > _KEPT:
                self._known.popitem(last=False)
        self._known.move_to_end(name)
        return self._known[name]

    async def _work_out(self, problem: str, language: Language) -> Key | None:
        """The key. One that was late, which may be the machine's fault, is tried once more when it is asked for again:
        until then nothing of the problem is kept secret.
        """
        line = await self._workers.ask(KeyRequest(problem, language))
        if line is not None:
            return decode_key(line)
        name = (problem, language)
        log.warning("key_late", again=name not in self._late)
        if name not in self._late:
            self._late[name] = None
            self._known.pop(name, None)
            if len(self._late) > _KEPT:
                self._late.popitem(last=False)
        return None

    async def close(self) -> None:
        """Break off what is being worked on, and end the processes."""
        for task in self._known.values():
            task.cancel()
        await asyncio.gather(*self._known.values(), return_exceptions=True)
        await self._workers.close()
