"""An AI service that hangs, breaks off, talks nonsense or refuses: every reply ends in time, by name, with its text."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from tests.chat.factories import Room, a_question, a_room
from tests.core.raw import until
from tests.factories import Json, People, Person, Server, an_ai_service, start_server
from tests.faults.pairs import SOCKETS
from tests.faults.runs import Runs
from tests.faults.tabs import Tab
from tests.live.fake_ai import FakeAI
from tests.live.fake_wire import Heard, Script
from tutor.settings import Settings

FIRST_S = 1.5
BETWEEN_S = 1.0
TOTAL_S = 4.0
LATE_S = 1.0
EARLY_S = 0.2  # the deadline runs from before the service has read what it is asked
SECTION: Json = {
    "first_token_s": FIRST_S,
    "between_tokens_s": BETWEEN_S,
    "total_s": TOTAL_S,
    "attempts": 3,
    "breaker_failures": 1000,
    "breaker_open_s": 30.0,
    "breaker_rejected_s": 0.001,
    "fallback_to_builtin": False,
}


@dataclass(frozen=True)
class Wired:
    """A server and the AI service that it asks."""

    server: Server
    people: People
    ai: FakeAI

    async def see_all_places_free(self, student: Person, places: int) -> None:
        """Nothing is left of the replies: every request has ended, and as many as at first can run at once."""
        await until(lambda: self.ai.open == 0, within_s=LATE_S)
        rooms = [await a_room(self.people, student) for _ in range(places)]
        ends = await asyncio.gather(*(answered(self, room, "slow_first first_s=0.3 tokens=3") for room in rooms))
        assert [end.outcome for end in ends] == [("complete", None)] * places


@asynccontextmanager
async def wired(settings: Settings, places: int) -> AsyncIterator[Wired]:
    """A server with so many connections to its AI service: each one that is not given back is missed at the end."""
    section = an_ai_service("", **SECTION, max_connections=places)
    chat = {"part_ms": 1, "max_replies": places, "max_replies_per_student": places}
    async with (
        FakeAI() as ai,
        start_server(settings, ai=section | {"base_url": ai.base_url}, chat=chat, sockets=SOCKETS) as server,
        People(server) as people,
    ):
        yield Wired(server, people, ai)


@dataclass(frozen=True)
class Ended:
    """How one question was answered: the last word, the requests to the service, and the time that it took."""

    message: Json
    heard: list[Heard]
    took_s: float
    ended_at: float

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
    ended = time.monotonic()
    assert end == other
    assert [tab.ends[sent["reply"]["id"]] for tab in tabs] == [1, 1]
    for tab in tabs:
        await tab.drop()
    return Ended(end, [heard for heard in wire.ai.heard if question.encode() in heard.raw], ended - began, ended)


async def faults(settings: Settings, runs: Runs, script: str, most: int = 12) -> list[Ended]:
    """All runs of one script at once, each with its own `n` up to `most`; afterwards the server is as before."""
    async with wired(settings, runs.required) as wire:
        student = await wire.people.student()
        await answered(wire, await a_room(wire.people, student), "ok")  # until what works answers out has started
        rooms = [await a_room(wire.people, student) for _ in range(runs.required)]
        scripts = [
            script.format(n=runs.chance.randint(1, most), delay=f"{runs.chance.uniform(0, 0.02):.3f}") for _ in rooms
        ]
        ends = await asyncio.gather(*(answered(wire, room, each) for room, each in zip(rooms, scripts, strict=True)))
        if not script.startswith("http"):  # a service that refuses is left alone for a while
            await wire.see_all_places_free(student, runs.required)
        return ends


HANGS = [
    ("hang_before_headers", ("failed", "ai_timeout"), FIRST_S, "asked_at"),
    ("hang_after n=0", ("failed", "ai_timeout"), FIRST_S, "asked_at"),
    ("trickle n=0", ("failed", "ai_timeout"), FIRST_S, "asked_at"),
    ("hang_after n={n} delay_s={delay}", ("interrupted", "ai_timeout"), BETWEEN_S, "said_at"),
    ("trickle n={n} delay_s={delay}", ("interrupted", "ai_timeout"), BETWEEN_S, "said_at"),
    ("slow_each tokens=40 delay_s=0.2", ("interrupted", "ai_timeout"), TOTAL_S, "asked_at"),
]


@pytest.mark.fault("T-12", full=20, part=1)
@pytest.mark.parametrize(("script", "outcome", "due_s", "since"), HANGS, ids=[hang[0] for hang in HANGS])
async def test_a_service_that_hangs_is_given_up_at_its_deadline(
    settings: Settings, runs: Runs, script: str, outcome: tuple[str, str], due_s: float, since: str
) -> None:
    for end in await faults(settings, runs, script):
        assert end.outcome == outcome
        heard = end.heard[-1]
        late_s = end.ended_at - getattr(heard, since) - due_s
        assert -EARLY_S <= late_s <= LATE_S
        came = [heard.text, "".join(heard.sent[:-1])] if "slow" in script else [heard.text]
        assert end.message["text"] in came, "more is lost than what came in the moment of the deadline"
        runs.count(end.took_s)


BREAKS = [
    ("reset_after n={n}", "interrupted", "ai_cut"),
    ("no_end tokens={n}", "interrupted", "ai_cut"),
    ("no_finish_reason tokens={n}", "interrupted", "ai_cut"),
    ("bad_utf8 n={n}", "interrupted", "ai_garbled"),
    ("garbage n={n}", "interrupted", "ai_garbled"),
    ("giant_line n={n}", "interrupted", "ai_garbled"),
    ("error_in_stream n={n}", "interrupted", "ai_garbled"),
    ("half_utf8 tokens={n}", "complete", None),
    ("no_done tokens={n}", "complete", None),
    ("empty_200", "failed", "ai_cut"),
]


@pytest.mark.fault("T-13", full=20, part=1)
@pytest.mark.parametrize(("script", "state", "error"), BREAKS, ids=[each[0] for each in BREAKS])
async def test_a_stream_that_breaks_ends_by_name_with_the_text_that_came(
    settings: Settings, runs: Runs, script: str, state: str, error: str | None
) -> None:
    for end in await faults(settings, runs, script):
        assert end.outcome == (state, error)
        assert len(end.heard) == 1, "asked again after text was shown"
        assert end.message["text"] == end.heard[0].text
        runs.count(end.took_s)


@pytest.mark.fault("T-13", full=20, part=1)
async def test_what_comes_in_the_moment_of_the_cut_may_be_lost_but_is_never_wrong(
    settings: Settings, runs: Runs
) -> None:
    for end in await faults(settings, runs, "cut_after n={n}"):
        assert end.outcome == ("interrupted" if end.message["text"] else "failed", "ai_cut")
        assert end.heard[-1].text.startswith(end.message["text"])
        runs.count(end.took_s)


REFUSALS = [
    ("http status=500", "ai_unavailable", 3),
    ("http status=503", "ai_unavailable", 3),
    ("http status=429 retry_after=60", "ai_overloaded", 1),
    ("http status=401", "ai_rejected", 1),
    ("http status=404", "ai_rejected", 1),
]


@pytest.mark.fault("T-14", full=20, part=1)
@pytest.mark.parametrize(("script", "error", "attempts"), REFUSALS, ids=[each[0] for each in REFUSALS])
async def test_a_refusal_fails_by_name_and_is_asked_again_only_where_that_helps(
    settings: Settings, runs: Runs, script: str, error: str, attempts: int
) -> None:
    ends = await faults(settings, runs, script)
    assert ("failed", error) in [end.outcome for end in ends]
    for end in ends:
        left_alone = not end.heard
        assert end.outcome == ("failed", "ai_unavailable" if left_alone else error)
        assert len(end.heard) <= attempts
        assert end.message["text"] == ""
        runs.count(end.took_s)


@pytest.mark.fault("T-14", full=20, part=1)
async def test_a_service_that_asks_for_a_second_gets_it(settings: Settings, runs: Runs) -> None:
    async with wired(settings, 1) as wire:
        room = await a_room(wire.people)
        for _ in range(runs.required):
            wire.ai.next(Script("http", status=429, retry_after="1"), Script("ok"))
            end = await answered(wire, room, "ok")
            assert end.outcome == ("complete", None)
            assert end.took_s >= 1
            assert end.message["text"] == end.heard[1].text
            runs.count(end.took_s)
