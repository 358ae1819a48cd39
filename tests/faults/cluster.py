"""A school's machines on one loopback: a MongoDB and a Redis that can be killed, and servers behind fault proxies.

`async with Cluster(folder, nodes=2) as cluster` is what the tests of this folder begin with;
`test_kill.py` is the shortest.
"""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, Process
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import aiohttp
import psutil
from pydantic import SecretStr
from redis.asyncio import Redis

from tests.factories import People, Person, a_settings, start_server
from tests.faults.proxy import Proxy
from tests.live.fake_ai import FakeAI
from tests.live.fake_wire import Script
from tests.live.process import ServerProcess
from tutor.core.child import LEASH
from tutor.core.mongo import Database, MongoSettings, connect
from tutor.core.programs import MongoProgram, RedisProgram, StoreProgram

SECRET = "a-planted-secret-that-no-log-may-hold-5d1f"
START_S = 30.0
# People open more tabs here than at home, and tokens outlive the longest fault.
SETTINGS = {
    "SECRET_KEY": SECRET,
    "LOG_LEVEL": "INFO",
    "LOG_FORMAT": "json",
    "CHAT_MAX_REPLIES": "200",
    "CHAT_MAX_REPLIES_PER_STUDENT": "50",
    "SOCKETS_PER_USER": "50",
    "ACCOUNTS_ACCESS_MINUTES": "120",
    "AI_MODEL": "fake",
    "AI_API_KEY": SECRET[::-1],
    "AI_MAX_CONNECTIONS": "400",
}


class Store:
    """One store process that tests may kill, stop and start again on the same data and at the same address."""

    def __init__(self, program: StoreProgram, folder: Path) -> None:
        self.program = program
        self._log = folder / f"{program.name}.log"
        self._process: Process | None = None

    @property
    def process(self) -> Process:
        assert self._process, "not started"
        return self._process

    async def start(self) -> None:
        """Start it and wait until it answers."""
        began = self._log.stat().st_size if self._log.exists() else 0
        with self._log.open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-S", str(LEASH), str(os.getpid()), *self.program.command()),
                stdin=DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self._log.parent,
            )
        async with asyncio.timeout(START_S):
            while not await self.program.ready(self._log.read_bytes()[began:].decode(errors="replace")):
                assert self._process.returncode is None, self._log.read_text(errors="replace")[-2000:]
                await asyncio.sleep(0.02)

    async def kill(self) -> None:
        """`kill -9`, also when it is frozen."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    def freeze(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)


class Node(ServerProcess):
    """One server with its own proxies to the stores; what `settings` names is without `TUTOR_`."""

    def __init__(
        self, folder: Path, redis: Proxy, mongodb: Proxy, settings: dict[str, str], extra: dict[str, str]
    ) -> None:
        folder.mkdir()
        super().__init__(folder, **settings)
        self._environment |= extra
        self.redis = redis
        self.mongodb = mongodb

    @property
    def process(self) -> psutil.Process:
        return self.family()[0]

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.returncode is None

    def signal(self, number: signal.Signals) -> None:
        assert self._process, "not started"
        self._process.send_signal(number)

    def freeze(self) -> None:
        self.signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.signal(signal.SIGCONT)

    async def die(self) -> None:
        """`kill -9`."""
        if self.alive:
            self.signal(signal.SIGKILL)
            await self.ended()

    async def ended(self) -> int:
        """Wait for its end; returns the exit code."""
        assert self._process, "not started"
        return await self._process.wait()

    def written(self) -> str:
        """All that it has logged."""
        return (self.folder / "server.log").read_text(errors="replace")


@dataclass(frozen=True)
class Crowd:
    """The people of a cluster: a teacher, one who has the class with her, and its students."""

    teacher: Person
    colleague: Person
    students: list[Person]


class Cluster:
    """Stores, `nodes` servers, a fake AI service and people.

    `settings` are for every node, without `TUTOR_`; `extra` holds further environment for single nodes by number.
    Nodes are started together; `students` join the teacher's class before anything else happens. `direct` leaves the
    proxies out of the nodes' way, for tests where hundreds of clients need this process for themselves.
    """

    def __init__(
        self,
        folder: Path,
        *,
        nodes: int = 2,
        students: int = 4,
        direct: bool = False,
        extra: dict[int, dict[str, str]] | None = None,
        **settings: str,
    ) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self.mongodb = Store(MongoProgram(folder / "mongodb"), folder)
        self.redis = Store(RedisProgram(folder / "redis", folder / "r.sock"), folder)
        self.redis_socket = folder / "r.sock"
        self.ai = FakeAI(Script("marked", tokens=60, delay_s=0.05))
        self.nodes: list[Node] = []
        self._count, self._students = nodes, students
        self._direct = direct
        self._extra = extra or {}
        self._settings = SETTINGS | settings
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        async with self._stack as stack:
            for store in (self.mongodb, self.redis):
                (self.folder / store.program.name).mkdir(exist_ok=True)
                stack.push_async_callback(store.kill)
            await asyncio.gather(self.mongodb.start(), self.redis.start())
            await stack.enter_async_context(self.ai)
            self.http = await stack.enter_async_context(
                aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0, force_close=True))
            )
            await self._settle_people()
            for _ in range(self._count):
                await self.add_node()
            await asyncio.gather(*(node.start() for node in self.nodes))
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def add_node(self, **settings: str) -> Node:
        """One more node, not yet started."""
        redis = await self._stack.enter_async_context(Proxy(self.redis_socket))
        mongodb = await self._stack.enter_async_context(Proxy(("127.0.0.1", self.mongodb_port)))
        proxied = f"redis://127.0.0.1:{redis.port}", f"mongodb://127.0.0.1:{mongodb.port}/?directConnection=true"
        stores = (self.redis.program.url, self.mongodb.program.url) if self._direct else proxied
        addresses = {"REDIS_URL": stores[0], "MONGODB_URL": stores[1], "AI_BASE_URL": self.ai.base_url}
        number = len(self.nodes)
        node = Node(
            self.folder / f"node{number}",
            redis,
            mongodb,
            self._settings | addresses | settings,
            self._extra.get(number, {}),
        )
        self.nodes.append(node)
        self._stack.push_async_callback(node.die)
        return node

    @property
    def mongodb_port(self) -> int:
        return int(self.mongodb.program.url.rsplit(":", 1)[1].split("/")[0])

    @property
    def addresses(self) -> list[str]:
        return [node.address for node in self.nodes]

    async def rooms(self) -> list[str]:
        """The rooms that any node listens to."""
        async with Redis.from_url(self.redis.program.url, decode_responses=True) as redis:
            return [str(channel) for channel in await redis.pubsub_channels("tutor:room:*:*")]

    @property
    def database(self) -> Database:
        """The database past all proxies; connected once."""
        return self._database

    async def _settle_people(self) -> None:
        client = connect(MongoSettings(self.mongodb.program.url, "tutor", 20_000, 8))
        self._stack.callback(client.close)
        self._database = client["tutor"]
        stores = {
            "mongodb": {"url": self.mongodb.program.url},
            "redis": {"url": self.redis.program.url},
            "accounts": {"access_minutes": float(self._settings["ACCOUNTS_ACCESS_MINUTES"])},
        }
        settings = a_settings(data_dir=self.folder / "data", secret_key=SecretStr(SECRET), **stores)
        async with start_server(settings) as server, People(server) as people:
            teacher, students, self.class_id = await people.classroom(self._students)
            colleague = await people.appointed("teacher")
            name = {"username": colleague.user["username"]}
            await teacher.call("POST", f"/classes/{self.class_id}/teachers", name)
        self.crowd = Crowd(teacher, colleague, students)
