"""Starts processes of our own code that handle what strangers wrote; they limit themselves with `core/confine.py`.

`ai/embedded/worker.py` and `pictures/studio.py` run theirs with it.
"""

import asyncio
import os
import sys
from asyncio.subprocess import Process, create_subprocess_exec
from typing import BinaryIO

Stream = int | BinaryIO


async def start_helper(
    module: str, *arguments: str, stdin: Stream, stdout: Stream, stderr: Stream | None = None, longest: int = 1 << 16
) -> Process:
    """Start `python -m module arguments`; `longest` is the longest line that is read from it, in bytes.

    Only the path to our own code goes along: no key and no secret reaches it. Whoever gives up while it starts leaves
    none behind.
    """
    starting = asyncio.create_task(
        create_subprocess_exec(
            *(sys.executable, "-S", "-X", "utf8", "-m", module, *arguments),
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            limit=longest,
            env={"PYTHONPATH": os.pathsep.join(sys.path)},
        )
    )
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        starting.add_done_callback(_end_unwanted)
        raise


def _end_unwanted(starting: asyncio.Task[Process]) -> None:
    if not starting.cancelled() and starting.exception() is None:
        kill(starting.result())


def kill(process: Process) -> None:
    """End a helper at once; harmless when it has ended."""
    if process.returncode is None:
        process.kill()
