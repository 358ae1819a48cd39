"""A `tutor worker` whose grader is struck: `test_grading.py` runs it, kills it and lets it stand still.

The first answer of a work says what happens to whoever grades it first, and at which moment: `kill@stored`. A file for
each work that was struck keeps it from happening twice.
"""

import asyncio
import os
import random
import re
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import uvloop

from tests.homework.factories import a_grade
from tutor.core.logs import set_up_logs
from tutor.core.once import Once
from tutor.homework.grade_store import GradeStore
from tutor.homework.job_store import JobStore
from tutor.homework.models import Grade
from tutor.homework.ports import Progress, Work
from tutor.serve import grade
from tutor.settings import load

SIGNALS = {"kill": signal.SIGKILL, "freeze": signal.SIGSTOP}
MOMENTS = ("read", "half", "stored", "finished", "told")
READY = "the worker is ready"
QUESTIONS = 2


class Struck:
    """Grades every work as right, after a moment, and ends or stops this process where a work says so."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._plans: dict[str, str] = {}

    async def grade(self, work: Work, progress: Progress) -> Grade:
        submission = work.submission
        self._plans[submission.id] = submission.typed("q1")
        self.strike(submission.id, "read")
        for done in range(1, QUESTIONS + 1):
            await asyncio.sleep(random.uniform(0.02, 0.1))  # noqa: S311  # no secrets
            await progress(done, QUESTIONS)
            self.strike(submission.id, "half")
        return a_grade(submission)

    def strike(self, submission_id: str, moment: str) -> None:
        """End or stop this process, if this is what the work says about this moment."""
        how, _, when = self._plans.get(submission_id, "").partition("@")
        if when != moment or how not in SIGNALS:
            return
        try:
            (self._folder / submission_id).touch(exist_ok=False)
        except FileExistsError:
            return
        os.kill(os.getpid(), SIGNALS[how])

    def after(self, kind: type, method: str, moment: str, whose: Callable[..., str]) -> None:
        """Strike when a method of the product has done its work, and before anybody learns of it."""
        original: Callable[..., Awaitable[Any]] = getattr(kind, method)

        async def struck(this: object, *given: Any, **named: Any) -> Any:
            result = await original(this, *given, **named)
            self.strike(whose(*given), moment)
            return result

        setattr(kind, method, struck)


def main(folder: Path) -> None:
    settings = load()
    set_up_logs("INFO", as_json=True)
    struck = Struck(folder)
    struck.after(GradeStore, "add", "stored", lambda graded: graded.submission_id)
    struck.after(JobStore, "finish", "finished", lambda job: job.submission_id)
    struck.after(Once, "tell", "told", lambda thing, _news: re.findall("[0-9a-f]{24}", thing)[0])
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(grade(settings, lambda: print(READY, flush=True), grading=struck))  # noqa: T201  # the test reads it


if __name__ == "__main__":
    main(Path(sys.argv[1]))
