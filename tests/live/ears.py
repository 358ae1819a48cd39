"""Sockets whose every frame is kept as it came, in a room of two nodes. `test_secrecy.py` searches what they heard."""

import asyncio
import json
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import orjson

from tests.factories import WAIT_S, Json, Person, Server, a_client_id
from tests.faults.wire import Wire
from tests.live.fake_ai import FakeAI
from tests.live.fake_wire import Script

PROBLEM = "2(x-73000)=388"
NO_WORDS = re.compile(r"[0-9a-f-]{20,36}|\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)?")  # ids and times, where any digits stand


@dataclass
class Ear:
    """A person's socket with every frame that came on it."""

    person: Person
    frames: list[str] = field(default_factory=list)
    heard: list[tuple[str, Json]] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    wire: Wire | None = None

    @property
    def role(self) -> str:
        return str(self.person.user["role"])

    def hear(self, event: str, body: Json) -> None:
        self.heard.append((event, body))
        self.news.set()

    async def ask(self, command: str, **payload: Any) -> Json:
        assert self.wire is not None
        return await self.wire.ask(command, WAIT_S, **payload)

    async def until(self, event: str, count: int = 1, /, **fields: Any) -> Json:
        """The `count`-th such event, as soon as it has come."""

        def found() -> list[Json]:
            return [
                body
                for name, body in self.heard
                if name == event and all(body.get(key) == value for key, value in fields.items())
            ]

        async with asyncio.timeout(WAIT_S):
            while len(found()) < count:
                self.news.clear()
                await self.news.wait()
        return found()[count - 1]


@dataclass
class Lesson:
    """A room with its student twice, two teachers, a guardian, and others of the class around it."""

    fake: FakeAI
    http: aiohttp.ClientSession
    near: Server
    far: Server
    class_id: str = ""
    room: str = ""
    ears: list[Ear] = field(default_factory=list)

    async def ear(self, person: Person, server: Server) -> Ear:
        """A recorded socket."""
        ear = Ear(person)
        self.ears.append(ear)
        ear.wire = await Wire.open(self.http, server.address, person.access_token, ear.hear, ear.frames)
        return ear

    async def enter(self, person: Person, server: Server) -> Ear:
        """A recorded socket in the room."""
        ear = await self.ear(person, server)
        await self.open(ear)
        return ear

    async def open(self, ear: Ear, **changes: Any) -> Json:
        return await ear.ask("conversation.open", conversation_id=self.room, **changes)

    async def question(self, student: Ear, script: Script, text: str = PROBLEM) -> str:
        """Ask what the model answers as the script says, however often it is asked; returns the reply's id."""
        self.fake.default = script
        payload = {"conversation_id": self.room, "client_id": a_client_id(), "text": text}
        reply_id: str = (await student.ask("message.send", **payload))["reply"]["id"]
        return reply_id

    async def on_reply(self, ear: Ear, verb: str, reply_id: str, **changes: Any) -> None:
        await ear.ask(verb, conversation_id=self.room, reply_id=reply_id, **changes)


def said_in(frames: Iterable[str]) -> str:
    """All that frames say, escapes undone and every reply's parts put together, without ids and times."""
    words: list[str] = []
    parts: defaultdict[str, str] = defaultdict(str)
    for frame in frames:
        place = frame.find("[")
        if not frame.startswith("4") or place < 0:
            continue
        packet = orjson.loads(frame[place:])
        words += texts_of(packet)
        match packet:
            case ["reply.delta" | "suggestion.delta", {"text": str(text), **rest}]:
                parts[str(rest.get("reply_id") or rest.get("suggestion_id"))] += text
    return "\n".join([*(each for each in words if not NO_WORDS.fullmatch(each)), *parts.values()])


def keeps_quiet(frames: Iterable[str], secrets: Iterable[str]) -> None:
    """Fail when one of the secrets stands in frames, as it is, escaped, or cut into parts."""
    kept = list(frames)
    said, raw = said_in(kept), "\n".join(kept).casefold()
    for secret in secrets:
        assert secret not in said, secret
        assert secret.casefold() not in raw, secret
        assert json.dumps(secret)[1:-1].casefold() not in raw, secret


def texts_of(value: object) -> list[str]:
    """Every text in a JSON value."""
    match value:
        case str():
            return [value]
        case dict():
            return [text for each in value.values() for text in texts_of(each)]
        case list():
            return [text for each in value for text in texts_of(each)]
    return []
