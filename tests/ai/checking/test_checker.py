"""The server's door: real worker processes, killed when late, remembered when done."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator

import pytest

from tutor.ai.checking.checker import LONGEST, AnswerChecker
from tutor.ai.checking.items import Item
from tutor.ai.embedded.worker import Workers


@pytest.fixture
async def workers() -> AsyncIterator[Workers]:
    found = Workers(20, 1)
    yield found
    await found.close()


async def test_an_answer_is_checked_in_a_worker(workers: Workers) -> None:
    verdict = await AnswerChecker(workers).check(Item("3/4", "0.75"))
    assert (verdict.outcome, verdict.checked_by) == ("right", "calculation")


async def test_a_verdict_is_remembered_however_the_blanks_and_digits_are_typed(workers: Workers) -> None:
    checker = AnswerChecker(workers)
    first = await checker.check(Item("3/4", "0.75"))
    await workers.close()
    assert await checker.check(Item("３/４", "  0.75 ")) is first
    assert workers.all[0].pid is None


async def test_a_killed_worker_is_replaced_and_the_answer_checked(workers: Workers) -> None:
    checker = AnswerChecker(workers)
    await checker.check(Item("1", "1"))
    pid = workers.all[0].pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert (await checker.check(Item("2", "2"))).outcome == "right"


async def test_an_answer_that_takes_too_long_is_undecided_and_not_remembered() -> None:
    workers = Workers(20, 1)
    checker = AnswerChecker(workers)
    await workers.start()
    pid = workers.all[0].pid
    assert pid is not None
    workers.all[0]._deadline_s = 0.2
    os.kill(pid, signal.SIGSTOP)
    late = await checker.check(Item("5", "5.0"))
    workers.all[0]._deadline_s = 20
    assert (late.outcome, late.reason) == ("undecided", "too_hard")
    assert (await checker.check(Item("5", "5.0"))).outcome == "right"
    await workers.close()


async def test_an_endless_answer_never_reaches_a_worker(workers: Workers) -> None:
    verdict = await AnswerChecker(workers).check(Item("5", "1" * (LONGEST + 1)))
    assert (verdict.outcome, workers.all[0].pid) == ("undecided", None)


async def test_half_a_sign_does_not_break_the_pipe(workers: Workers) -> None:
    assert (await AnswerChecker(workers).check(Item("5", "5\ud83d"))).outcome == "undecided"


async def test_many_answers_at_once_take_turns(workers: Workers) -> None:
    checker = AnswerChecker(workers)
    verdicts = await asyncio.gather(*(checker.check(Item("12", str(number))) for number in range(10, 15)))
    assert [verdict.outcome for verdict in verdicts] == ["wrong", "wrong", "right", "wrong", "wrong"]
