"""A Door alone on a port, with a few commands of its own, and callers whose tokens say who they are."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from aiohttp import web

from tests.core.raw import Frames, frames
from tests.factories import FakeClock
from tutor.core import redis
from tutor.core.bus import Bus
from tutor.core.caller import Caller
from tutor.core.errors import Busy, NotFound, Unauthenticated
from tutor.core.line import Bounds
from tutor.core.messages import Answer, Command, Nothing
from tutor.core.peers import SocketLimits
from tutor.core.redis import RedisSettings
from tutor.core.rooms import Rooms
from tutor.core.sockets import Call, Door, EventTable
from tutor.core.transport import Transport
from tutor.core.words import Words
from tutor.settings import ROOT

NOWHERE = RedisSettings("unix:///nowhere/redis.sock", 0.1, "none")
MANY = SocketLimits(events_burst=1000)


class Stopwatch(FakeClock):
    """A fake clock whose seconds move with it."""

    def monotonic(self) -> float:
        return super().monotonic() + self._ahead.total_seconds()


class Say(Command):
    text: str
    times: int = 1


class Ask(Command):
    """A command without content."""


class Said(Answer):
    text: str


@dataclass
class Stage:
    """A running Door and what its commands wait for and remember."""

    door: Door
    transport: Transport
    rooms: Rooms
    clock: FakeClock
    port: int
    said: list[str] = field(default_factory=list)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    lives: dict[str, float] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def authenticate(self, token: str) -> Caller:
        """A token is `id:role:language`, and lives an hour unless `lives` says otherwise."""
        parts = token.split(":")
        if len(parts) != 3:
            raise Unauthenticated
        person, role, language = parts
        life = timedelta(seconds=self.lives.get(person, 3600))
        return Caller(
            person,
            "teacher" if role == "teacher" else "student",
            person.title(),
            "en" if language == "en" else "zh",
            f"session-{person}",
            self.clock.now() + life,
        )


@dataclass
class Talker:
    """A client of the Door that counts its acks."""

    frames: Frames
    asked: int = 0

    async def send(self, *arguments: Any) -> int:
        """Send a command, with whatever arguments, that wants an ack."""
        self.asked += 1
        await self.frames.say(f"42{self.asked}{json.dumps(arguments)}")
        return self.asked

    async def answer(self, number: int) -> Any:
        """The answer to a command; events in between are passed over."""
        while not (text := await self.frames.hear()).startswith(f"43{number}["):
            assert text.startswith(("42", "43")), text
        (answer,) = json.loads(text.removeprefix(f"43{number}"))
        return answer

    async def ask(self, *arguments: Any) -> Any:
        return await self.answer(await self.send(*arguments))

    async def refusal(self, *arguments: Any) -> Any:
        """The error that a command is answered with."""
        answer = await self.ask(*arguments)
        assert set(answer) == {"success", "error"}
        assert answer["success"] is False
        assert set(answer["error"]) == {"code", "message", "details"}
        return answer["error"]


def commands(stage: Stage) -> EventTable:
    table = EventTable()

    @table.on("echo.say")
    async def say(call: Call, command: Say) -> Said:
        stage.said.append(command.text)
        return Said(text=command.text * command.times)

    @table.on("echo.wait")
    async def wait(call: Call, command: Say) -> Said:
        await stage.go_on.wait()
        stage.said.append(command.text)
        return Said(text=command.text)

    @table.on("echo.miss")
    async def miss(call: Call, command: Ask) -> Nothing:
        raise NotFound(what="lesson")

    @table.on("echo.busy")
    async def busy(call: Call, command: Ask) -> Nothing:
        raise Busy(retry_after_s=7)

    @table.on("echo.break")
    async def break_(call: Call, command: Ask) -> Nothing:
        raise ValueError("the secret sauce")

    @table.on("echo.cancel")
    async def cancel(call: Call, command: Ask) -> Nothing:
        raise asyncio.CancelledError

    @table.on("echo.late")
    async def late(call: Call, command: Ask) -> Nothing:
        raise TimeoutError

    @table.on("echo.teach", access="teacher")
    async def teach(call: Call, command: Ask) -> Nothing:
        return Nothing()

    @table.on("echo.learn", access="student")
    async def learn(call: Call, command: Ask) -> Nothing:
        return Nothing()

    return table


@asynccontextmanager
async def a_door(*, limits: SocketLimits = MANY, **bounds: Any) -> AsyncIterator[Stage]:
    """A Door on a free port. Nothing of it needs a store."""
    app = web.Application()
    clock = Stopwatch()
    transport = Transport(Bounds(**bounds), frozenset(), same_host=True)
    hints = Bus(redis.connect(NOWHERE), redis.connect(NOWHERE, blocking=True), "none")
    rooms = Rooms(transport.post_all, hints)
    door = Door(app, transport, rooms, Words(ROOT / "web/locales"), clock, limits=limits)
    transport.listener = door
    transport.attach(app)
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    stage = Stage(door, transport, rooms, clock, runner.addresses[0][1])
    door.admit_with(stage.authenticate)
    door.add([commands(stage)])
    try:
        yield stage
    finally:
        stage.go_on.set()
        await transport.wait_until_empty(0)
        await runner.cleanup()
        await hints.close()


@asynccontextmanager
async def talker(stage: Stage, person: str = "ming:student:en") -> AsyncIterator[Talker]:
    """A client that was admitted."""
    async with frames(stage.address) as client:
        await client.hear()
        await client.say("40" + json.dumps({"token": person}))
        answer = await client.hear()
        assert answer.startswith("40"), answer
        yield Talker(client)


async def refused(stage: Stage, auth: Any) -> Any:
    """The error of a CONNECT that is refused."""
    async with frames(stage.address) as client:
        await client.hear()
        await client.say("40" + json.dumps(auth))
        answer = await client.hear()
        assert answer.startswith("44"), answer
        body = json.loads(answer[2:])
        assert body["message"] == body["data"]["code"]
        return body["data"]
