"""Processes that handle what strangers wrote: what they are given, and what they can no longer do."""

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from pathlib import Path

import pytest

from tests.core.children import children
from tests.core.raw import until
from tutor.core.helpers import kill, start_helper

HELPER = """
import os, signal, socket, subprocess, sys
from tutor.core.confine import confine, shut_doors
print(sorted(name for name in os.environ if name != "LC_CTYPE"), sys.argv[1:])
confine(memory=1 << 28, written=4096, cpu_s=5)
written = os.open("written", os.O_CREAT | os.O_WRONLY)
os.write(written, bytes(4096))
try: os.write(written, b"one more")
except OSError: print("no more bytes")
try: bytearray(1 << 29)
except MemoryError: print("no more memory")
shut_doors()
for attempt in (lambda: open("/etc/passwd"), socket.socket, lambda: subprocess.run(["/bin/true"])):
    try: attempt()
    except OSError as error: print(error.strerror)
sys.stdout.flush()
signal.pause()
"""


@pytest.fixture
async def helper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Process:
    (tmp_path / "a_helper.py").write_text(HELPER)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.setenv("TUTOR_SECRET_KEY", "of nobody's business")
    monkeypatch.chdir(tmp_path)
    return await start_helper("a_helper", "now", stdin=PIPE, stdout=PIPE)


async def test_a_helper_knows_no_secret_and_can_do_next_to_nothing(helper: Process) -> None:
    assert helper.stdout is not None
    said = [(await helper.stdout.readline()).decode().strip() for _ in range(6)]
    assert said == [
        "['PYTHONPATH'] ['now']",
        "no more bytes",
        "no more memory",
        *["Too many open files"] * 3,
    ]
    kill(helper)
    assert await helper.wait() == -9
    kill(helper)


async def test_whoever_gives_up_while_a_helper_starts_leaves_none_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a_slow_helper.py").write_text("import signal; signal.pause()")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])

    for turns in range(6):
        starting = asyncio.create_task(start_helper("a_slow_helper", stdin=DEVNULL, stdout=DEVNULL))
        for _ in range(turns):
            await asyncio.sleep(0)
        starting.cancel()
        await asyncio.wait([starting])
        if not starting.cancelled():
            kill(starting.result())
    await until(lambda: not children("a_slow_helper"))
