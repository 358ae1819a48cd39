"""The Model: pieces make up the answer, questions run side by side, a lost or hung worker does no harm."""

import asyncio
import io
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace

import psutil
import pytest

from tutor.ai.embedded import EmbeddedModel, desk
from tutor.ai.embedded.engine import pieces
from tutor.ai.embedded.request import Request, decode_reply, encode
from tutor.ai.embedded.worker import READY, Worker, Workers
from tutor.ai.errors import ModelUnavailable
from tutor.ai.model import Finish, Model, Piece, Prompt

PROMPT = Prompt(
    system="", turns=(), question="2(x-3)=10", earlier=(), language="en", mode="explain", subject="maths", grade=7,
    version="1", max_tokens=800,
)  # fmt: skip
HARD = replace(PROMPT, question="integrate sin(x)^20*cos(x)^20")  # minutes of SymPy


async def everything(model: EmbeddedModel, prompt: Prompt) -> tuple[str, Finish]:
    async with aclosing(model.stream(prompt)) as stream:
        items = [item async for item in stream]
    assert isinstance(items[-1], Finish)
    assert all(isinstance(item, Piece) and item.text for item in items[:-1])
    return "".join(item.text for item in items if isinstance(item, Piece)), items[-1]


@pytest.fixture
async def own() -> AsyncIterator[EmbeddedModel]:
    """A model whose workers a test may harm."""
    found = EmbeddedModel(0, workers=Workers(20, 2))
    yield found
    await found.close()


def test_the_engine_is_a_model(model: EmbeddedModel) -> None:
    as_model: Model = model
    assert (as_model.provider, as_model.name) == ("embedded", "wuhao-steps-1")


def test_the_server_process_does_not_import_sympy() -> None:
    code = "import sys, tutor.ai.embedded; sys.exit('sympy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


async def test_pieces_make_up_the_answer_and_finish_comes_last(model: EmbeddedModel) -> None:
    text, finish = await everything(model, PROMPT)
    assert "$$x = 8$$" in text
    assert finish.reason == "stop"
    assert (finish.provider, finish.model) == ("embedded", "wuhao-steps-1")
    assert finish.usage.completion_tokens == len(list(pieces(text)))


@pytest.mark.parametrize("text", ["你好，我是内置老师。\n\n$$\\frac{1}{2}$$ end ", "  x\n", "", "a b"])
def test_pieces_lose_nothing_and_are_small(text: str) -> None:
    found = list(pieces(text))
    assert "".join(found) == text
    assert all(len(piece.strip()) <= 3 or piece.strip().lstrip("\\").isalnum() for piece in found)


async def test_each_piece_is_followed_by_the_pause(model: EmbeddedModel) -> None:
    pauses: list[float] = []

    async def note(seconds: float) -> None:
        pauses.append(seconds)

    paced = EmbeddedModel(0.5, sleep=note, workers=Workers(20, 1))
    try:
        _, finish = await everything(paced, replace(PROMPT, question="hello"))
    finally:
        await paced.close()
    assert pauses == [0.5] * finish.usage.completion_tokens


async def test_questions_run_side_by_side(own: EmbeddedModel) -> None:
    prompts = [replace(PROMPT, question=f"x+{number}=20") for number in range(6)]
    answers = await asyncio.gather(*(everything(own, prompt) for prompt in prompts))
    for number, (text, _) in enumerate(answers):
        assert f"$$x = {20 - number}$$" in text


async def test_a_killed_worker_is_replaced(own: EmbeddedModel) -> None:
    await own.prewarm()
    pids = [worker.pid for worker in own._workers.all if worker.pid is not None]
    assert len(pids) == 1
    os.kill(pids[0], signal.SIGKILL)
    text, _ = await everything(own, PROMPT)
    assert "x = 8" in text


async def test_a_late_worker_is_killed_and_the_student_gets_a_plain_refusal() -> None:
    hurried = EmbeddedModel(0, workers=Workers(1, 1))
    try:
        text, finish = await everything(hurried, HARD)
        assert "could not work this out in time" in text
        assert finish.reason == "stop"
        assert hurried._workers.all[0].pid is None or not psutil.pid_exists(hurried._workers.all[0].pid)
        text, _ = await everything(hurried, PROMPT)
        assert "x = 8" in text
    finally:
        await hurried.close()


async def test_closing_a_stream_early_leaves_a_working_model(own: EmbeddedModel) -> None:
    async with aclosing(own.stream(PROMPT)) as stream:
        assert isinstance(await anext(stream), Piece)
    text, _ = await everything(own, PROMPT)
    assert "x = 8" in text


async def test_cancelling_a_hard_question_leaves_no_hung_worker(own: EmbeddedModel) -> None:
    await own.prewarm()
    task = asyncio.create_task(everything(own, HARD))
    await asyncio.sleep(0.2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert own._workers.free.qsize() == 2
    text, _ = await everything(own, PROMPT)
    assert "x = 8" in text


async def test_close_ends_the_processes() -> None:
    found = EmbeddedModel(0, workers=Workers(3, 1))
    await found.prewarm()
    pid = found._workers.all[0].pid
    assert pid is not None
    await found.close()
    assert not psutil.pid_exists(pid)


def test_the_worker_dies_with_its_parent() -> None:
    code = (
        "import asyncio, os\nfrom tutor.ai.embedded.worker import Worker\n"
        "async def main():\n    worker = Worker(5)\n    await worker.start()\n"
        "    print(worker.pid, flush=True)\n    os._exit(1)\n"
        "asyncio.run(main())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    worker = int(done.stdout)
    if psutil.pid_exists(worker):
        psutil.wait_procs([psutil.Process(worker)], timeout=10)
    assert not psutil.pid_exists(worker) or psutil.Process(worker).status() == psutil.STATUS_ZOMBIE


def test_a_worker_without_a_server_ends_itself_when_a_question_takes_too_long() -> None:
    request = encode(Request(HARD.question, (), "en", 5))
    command = [sys.executable, "-m", "tutor.ai.embedded.desk", "0.5"]
    done = subprocess.run(command, input=request, capture_output=True, check=False)
    assert done.returncode == -signal.SIGALRM
    assert done.stdout == READY


async def test_no_secret_of_the_server_reaches_the_worker(own: EmbeddedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUTOR_SECRET_KEY", "hidden")
    await own.prewarm()
    pid = next(worker.pid for worker in own._workers.all if worker.pid is not None)
    assert set(psutil.Process(pid).environ()) <= {"PYTHONPATH", "LC_CTYPE"}


async def test_a_very_long_question_is_refused_not_cut(model: EmbeddedModel) -> None:
    text, _ = await everything(model, replace(PROMPT, question="1+" * 30_000 + "1"))
    assert "too long" in text


def test_the_desk_answers_line_by_line() -> None:
    questions = [Request("2x=4", (), "en", 5), Request("答案", ("3x=6",), "zh", 5)]
    replies = io.BytesIO()
    desk.serve(io.BytesIO(b"".join(encode(question) for question in questions)), replies, 0)
    ready, first, second = replies.getvalue().splitlines(keepends=True)
    assert ready == READY
    assert "$$x = 2$$" in decode_reply(first)
    assert "**答**" in decode_reply(second)


async def test_a_worker_may_be_closed_twice_and_started_again() -> None:
    worker = Worker(20)
    await worker.close()
    assert await worker.start()
    await worker.close()
    assert await worker.ask(Request("2x=4", (), "en", 2))
    await worker.close()


@pytest.mark.parametrize("shown", [1, 30, 10_000])
async def test_a_reply_that_broke_off_goes_on_behind_its_last_character(model: EmbeddedModel, shown: int) -> None:
    whole, _ = await everything(model, PROMPT)
    rest, finish = await everything(model, replace(PROMPT, so_far=whole[:shown]))
    assert whole[:shown] + rest == whole
    assert finish.reason == "stop"


async def test_a_reply_of_another_author_is_followed_by_the_whole_answer(model: EmbeddedModel) -> None:
    whole, _ = await everything(model, PROMPT)
    rest, _ = await everything(model, replace(PROMPT, so_far="First we look at"))
    assert rest == f"\n\n{whole}"


async def test_a_stopgap_solves_what_it_can_and_refuses_the_rest() -> None:
    stopgap = EmbeddedModel(0, workers=Workers(20, 1), only_certain=True)
    try:
        assert "$$x = 8$$" in (await everything(stopgap, PROMPT))[0]
        for question in ("why is the sky blue?", "hint", "1/0"):
            with pytest.raises(ModelUnavailable):
                await everything(stopgap, replace(PROMPT, question=question))
    finally:
        await stopgap.close()
