"""The servers that are measured side by side, and how each is started on the server's core."""

import asyncio
import os
import signal
import socket
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import jwt

from tests.bench.machine import pin, prefer
from tests.live.llama import free_port
from tutor.core.child import LEASH
from tutor.settings import ROOT, Settings
from web.build import node_command

START_S = 60.0
STOP_S = 15.0
HERE = Path(__file__).parent
INSTALLED = ROOT / "build/bench"
# Only limits are raised: what a school would not reach in a minute, a bench does.
RAISED = {
    "TUTOR_CHAT_MAX_REPLIES": "2000",
    "TUTOR_CHAT_MAX_REPLIES_PER_STUDENT": "2000",
    "TUTOR_SOCKETS_PER_USER": "5000",
    "TUTOR_SOCKETS_EVENTS_PER_S": "1000",
    "TUTOR_SOCKETS_EVENTS_BURST": "2000",
    "TUTOR_AI_MAX_CONNECTIONS": "2000",
    "TUTOR_AI_MAX_REPLY_CHARS": "200000",
    "TUTOR_AI_TOTAL_S": "600",
    "TUTOR_LIMITS_API_USER": "100000/s burst 100000",
    "TUTOR_LIMITS_CONNECT_ADDRESS": "100000/s burst 100000",
    "TUTOR_LIMITS_AI_STUDENT": "100000/s burst 100000",
    "TUTOR_LIMITS_AI_CLASS": "100000/s burst 100000",
}


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the servers play: their core, the upstream, the stores and their students, a folder, and the secret."""

    core: int
    other_core: int
    folder: Path
    upstream: str
    upstream_pid: int
    secret: str
    settings: Settings
    store_pids: tuple[int, ...]
    students: tuple[str, ...]
    idlers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Running:
    """A subject that takes connections: the url of its sockets and the tokens that open them."""

    name: str
    client: str
    pid: int
    url: str
    tokens: tuple[str, ...]

    @property
    def address(self) -> str:
        """Where it speaks HTTP."""
        return f"http://{urlsplit(self.url).netloc}"


@dataclass(frozen=True, slots=True)
class Subject:
    """A server. In `command` and `path`, the words in braces are filled in; `client` is a key of CLIENTS."""

    name: str
    title: str
    client: str
    command: tuple[str, ...]
    path: str = "/socket.io/?EIO=4&transport=websocket"
    environment: Mapping[str, str] = field(default_factory=dict)

    @asynccontextmanager
    async def running(self, stage: Stage) -> AsyncIterator[Running]:
        """The server in a process of its own, for as long as the block runs."""
        port = free_port()
        claims = {"sub": "bench", "exp": 4_000_000_000}
        token = jwt.encode(claims, stage.secret, algorithm="HS256")
        words = {"port": str(port), "upstream": stage.upstream, "secret": stage.secret, "token": token}
        process = await self._start(stage, words)
        try:
            await _until_open(process, port, stage.folder / f"{self.name}.log")
            url = f"ws://127.0.0.1:{port}{self.path.format(**words)}"
            yield Running(self.name, self.client, process.pid, url, stage.students if self.name == OURS else (token,))
        finally:
            await _stop(process)

    async def _start(self, stage: Stage, words: Mapping[str, str]) -> Process:
        command = [word.format(**words) for word in self.command]
        named = {name: value.format(**words) for name, value in self.environment.items()}
        if self.name == OURS:
            named |= RAISED | {
                "TUTOR_ENV": "test",
                "TUTOR_DATA_DIR": str(stage.folder / "data"),
                "TUTOR_MONGODB_URL": stage.settings.mongodb.url,
                "TUTOR_REDIS_URL": stage.settings.redis.url,
            }
        folder = stage.folder / self.name
        folder.mkdir(exist_ok=True)
        with (stage.folder / f"{self.name}.log").open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-S", str(LEASH), str(os.getpid())),
                *(node_command() if command[0] == "node" else command[:1]),
                *command[1:],
                stdin=DEVNULL,
                stdout=output,
                stderr=output,
                cwd=folder,
                env={**os.environ, "PYTHONPATH": str(ROOT), **named},
            )
        pin(process.pid, stage.core)
        prefer(process.pid)
        return process


async def _until_open(process: Process, port: int, log: Path) -> None:
    async with asyncio.timeout(START_S):
        while True:
            if process.returncode is not None:
                raise RuntimeError(f"it ended at once: {_end_of(log)}")
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                return
            await asyncio.sleep(0.05)


def _end_of(log: Path) -> str:
    return log.read_text(errors="replace")[-2000:]


async def _stop(process: Process) -> None:
    if process.returncode is None:
        process.send_signal(signal.SIGINT)
        try:
            await asyncio.wait_for(process.wait(), STOP_S)
        except TimeoutError:
            process.kill()
            await process.wait()


OURS = "ours"
SUBJECTS = {
    subject.name: subject
    for subject in (
        Subject(
            OURS,
            "Wuhao Tutor, whole",
            "tutor",
            (sys.executable, "-m", "tutor", "serve"),
            environment={
                "TUTOR_PORT": "{port}",
                "TUTOR_SECRET_KEY": "{secret}",
                "TUTOR_AI_BASE_URL": "{upstream}",
                "TUTOR_AI_MODEL": "bench",
            },
        ),
        Subject(
            "plain",
            "python-socketio, plain relay",
            "socketio",
            (sys.executable, "-m", "tests.bench.relays.plain", "{port}", "{upstream}", "{secret}"),
        ),
        Subject(
            "raw",
            "aiohttp WebSocket, raw relay",
            "raw",
            (sys.executable, "-m", "tests.bench.relays.raw", "{port}", "{upstream}", "{secret}"),
            path="/ws?token={token}",
        ),
        Subject(
            "node",
            "Node socket.io, relay",
            "socketio",
            ("node", str(HERE / "node/server.cjs"), "{port}", "{upstream}", "{secret}"),
            environment={"NODE_PATH": str(INSTALLED / "node/node_modules")},
        ),
        Subject(
            "chainlit",
            "Chainlit",
            "chainlit",
            (
                *(str(INSTALLED / "venv/bin/python"), "-m", "chainlit", "run", str(HERE / "relays/chainlit_app.py")),
                *("--headless", "--host", "127.0.0.1", "--port", "{port}"),
            ),
            path="/ws/socket.io/?EIO=4&transport=websocket",
            environment={"BENCH_UPSTREAM": "{upstream}", "CHAINLIT_APP_ROOT": "."},
        ),
    )
}
