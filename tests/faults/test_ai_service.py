"""An AI service that hangs, breaks off, talks nonsense or refuses: every reply ends in time, by name, with its text."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from tests.chat.factories import Room, a_question, a_room
from tests.core.raw import until
from tests.factories import Json, People, Server, an_ai_service, start_server
from tests.faults.runs import Runs
from tests.faults.tabs import Tab
from tests.live.fake_ai import FakeAI
from tests.live.fake_wire import Heard, Script, word
from tutor.app import TASKS
from tutor.chat.context import MODEL, REPLIES
from tutor.settings import Settings

FIRST_S = 1.5
BETWEEN_S = 1.0
TOTAL_S = 4.0
LATE_S = 1.0
AT_ONCE = 5
SECTION: Json = {
    "first_token_s": FIRST_S,
    "between_tokens_s": BETWEEN_S,
    "total_s": TOTAL_S,
    "attempts": 3,
    "breaker_failures": 1000,
    "fallback_to_builtin": False,
}


@dataclass(frozen=True)
class Wired:
    """A server and the AI service that it asks."""

    server: Server
    people: People
    ai: FakeAI

    async def until_settled(self) -> None:
        """Nothing is left of the replies: no request, no place in the queue or the pool, no task."""
        replies = self.server.app[REPLIES]
        await until(lambda: self.ai.open == 0 and not replies._running)


@asynccontextmanager
async def wired(settings: Settings) -> AsyncIterator[Wired]:
    """A server of its own, because a service that fails often is left alone for a while."""
    async with (
        FakeAI() as ai,
        start_server(settings, ai=an_ai_service(ai.base_url, **SECTION), chat={"part_ms": 1}) as server,
        People(server) as people,
    ):
        yield Wired(server, people, ai)


@dataclass(frozen=True)
class Ended:
    """How one question was answered: the last word, the requests to the service, and the time that it took."""

    message: Json
    heard: list[Heard]
    took_s: float

    @property
    def outcome(self) -> tuple[str, str | None]:
        return self.message["state"], self.message["reply"]["error"]


async def answered(wire: Wired, room: Room, script: str) -> Ended:
    """Ask for a script of the service and follow the reply to its end, as two tabs do."""
    tabs = [Tab(room.student, room.id) for _ in range(2)]
    for tab in tabs:
        await tab.open()
    question, began = a_question(), time.monotonic()
    sent = await room.say(f"{question} [[{script}]]")
    end, other = [await tab.until_end(sent["reply"]["id"]) for tab in tabs]
    took = time.monotonic() - began
    assert end == other
    assert [tab.ends[sent["reply"]["id"]] for tab in tabs] == [1, 1]
    for tab in tabs:
        await tab.drop()
    return Ended(end, [heard for heard in wire.ai.heard if question.encode() in heard.raw], took)
