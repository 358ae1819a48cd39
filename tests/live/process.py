"""The server as people run it: `tutor serve` in its own process on one data folder, to be killed and started again.

Used by the tests that crash it. Its output goes to `server.log` beside the data.
"""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from pathlib import Path

import aiohttp
import orjson
import psutil

from tests.factories import Json
from tests.live.llama import free_port
from tutor.core.child import LEASH
from tutor.settings import ROOT

START_S = 40.0
GONE_S = 15.0
STOP_S = 20.0


class ServerProcess:
    """One server on one folder, always at the same address. `environment` holds settings without `TUTOR_`."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        settings = {"ENV": "test", "DATA_DIR": str(folder / "data"), "PORT": str(self.port), **environment}
        named = {f"TUTOR_{name}": value for name, value in settings.items()}
        self.data = folder / "data"
        self._environment = {**os.environ, "PYTHONPATH": str(ROOT), **named}
        self._process: Process | None = None

    async def start(self) -> None:
        """Start it and wait until it takes work."""
        with (self.folder / "server.log").open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                # On a leash, so that it does not outlive tests that are killed.
                *(sys.executable, "-I", "-S", str(LEASH), str(os.getpid())),
                *(sys.executable, "-m", "tutor", "serve"),
                stdin=DEVNULL,
                stdout=output,
                stderr=output,
                cwd=ROOT,
                env=self._environment,
            )
        async with asyncio.timeout(START_S), aiohttp.ClientSession(self.address) as http:
            while not await _ready(http):
                assert self._process.returncode is None, self.log()
                await asyncio.sleep(0.05)

    def log(self) -> str:
        """The end of what the server has written."""
        return (self.folder / "server.log").read_text(errors="replace")[-4000:]

    async def command(self, *arguments: str) -> Json:
        """Run a command of ours beside the server and read the JSON that it writes."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tutor", *arguments), stdout=PIPE, cwd=ROOT, env=self._environment
        )
        written, _ = await process.communicate()
        assert process.returncode == 0
        answer: Json = orjson.loads(written)
        return answer

    def family(self) -> list[psutil.Process]:
        """The server and every process that it has started."""
        assert self._process is not None
        server = psutil.Process(self._process.pid)
        return [server, *server.children(recursive=True)]

    def store(self) -> psutil.Process:
        """The embedded MongoDB."""
        return next(child for child in self.family()[1:] if "mongodb" in " ".join(child.cmdline()))

    async def kill(self, *, store: bool = False) -> list[psutil.Process]:
        """`kill -9` the server (with `store` its MongoDB too), and return what still runs of it after a while."""
        family = self.family()
        if store:
            self.store().kill()
        family[0].kill()
        assert self._process is not None
        await self._process.wait()
        return await self._left(family)

    async def stop(self) -> list[psutil.Process]:
        """Ask it to end as Ctrl-C does, and return what still runs of it after a while."""
        assert self._process is not None
        assert self._process.returncode is None, f"ended by itself: {self._process.returncode}\n{self.log()}"
        family = self.family()
        self._process.send_signal(signal.SIGINT)
        async with asyncio.timeout(STOP_S):
            assert await self._process.wait() == 0, self.log()
        return await self._left(family)

    async def _left(self, family: list[psutil.Process]) -> list[psutil.Process]:
        _, alive = await asyncio.to_thread(psutil.wait_procs, family, GONE_S)
        return alive


async def _ready(http: aiohttp.ClientSession) -> bool:
    try:
        async with http.get("/health/ready") as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False
