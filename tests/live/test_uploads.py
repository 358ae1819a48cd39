"""The corpus of uploads against a server in its own process: its memory stays bounded and nothing is left over."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import psutil
import pytest

from tests.core.raw import until
from tests.factories import Person, Refused, a_photo, a_registration
from tests.files import corpus
from tests.live.process import ServerProcess

MEGABYTE = 1024 * 1024
AT_ONCE = 4
MOST_MORE_MB = 60


@pytest.fixture
async def process(tmp_path: Path) -> AsyncIterator[ServerProcess]:
    server = ServerProcess(tmp_path, FILES_DEADLINE_S="2")
    await server.start()
    yield server
    await server.stop()


def memory_mb(server: ServerProcess) -> float:
    """What the server itself holds, without its stores and helpers."""
    return float(server.family()[0].memory_info().rss) / MEGABYTE


def pictures(server: ServerProcess) -> list[psutil.Process]:
    """The processes that make pictures."""
    return [child for child in server.family()[1:] if "tutor.pictures" in " ".join(child.cmdline())]


async def highest_memory_mb(server: ServerProcess) -> float:
    """Look for ever; the answer comes when it is cancelled."""
    highest = 0.0
    try:
        while True:
            highest = max(highest, memory_mb(server))
            await asyncio.sleep(0.02)
    except asyncio.CancelledError:
        return highest


def everything() -> list[bytes]:
    """All that is hostile, much that is large."""
    large = [corpus.a_pdf() + bytes(19 * MEGABYTE)] * 4 + [a_photo((4000, 3000), quality=95)] * 8
    too_large = [a_photo() + bytes(40 * MEGABYTE)] * 2
    bombs = [make() for make, _ in corpus.bombs().values()]
    return [*large, *too_large, *bombs, *corpus.polyglots().values(), *corpus.strangers().values()]


async def test_no_upload_makes_the_server_large_or_leaves_anything_behind(process: ServerProcess) -> None:
    async with aiohttp.ClientSession(process.address) as http:
        async with http.post("/api/v1/auth/register", json=a_registration()) as response:
            answer = await response.json()
        student = Person(process, http, answer["user"], answer["access_token"], answer["refresh_token"])
        await asyncio.gather(*(student.send_file(a_photo((2000, 1500))) for _ in range(AT_ONCE)))
        waiting = iter(await asyncio.to_thread(everything))
        before = memory_mb(process)
        refusals: set[int | None] = set()
        handles = process.family()[0].num_fds()

        async def send() -> None:
            for content in waiting:
                try:
                    await student.send_file(content)
                except Refused as refused:
                    refusals.add(refused.status)

        looking = asyncio.create_task(highest_memory_mb(process))
        await asyncio.gather(*(send() for _ in range(AT_ONCE)))
        looking.cancel()
        assert await looking - before < MOST_MORE_MB
        assert refusals == {413, 415, 422}
        await until(lambda: not pictures(process))
    await until(lambda: process.family()[0].num_fds() <= handles + 3)
    log = (process.folder / "server.log").read_text()
    assert [line for line in log.splitlines() if "request_failed" in line or "Traceback" in line] == []
