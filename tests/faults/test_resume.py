"""Viewers who lose their connection, come late or come at the worst moment: all end with the same text (P2)."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import ParamSpec, TypeVar

import pytest

from tests.chat.factories import Asked, Line
from tests.factories import Person
from tests.faults.pairs import Pair, a_pair
from tests.faults.runs import Runs
from tests.faults.tabs import Tab
from tests.live.fake_wire import word
from tutor.chat.context import READING
from tutor.core.redis import REDIS
from tutor.core.rooms import ROOMS
from tutor.settings import Settings

P = ParamSpec("P")
T = TypeVar("T")

PARTS = 50
PACE_S = 0.004
STOPPED_WITHIN_S = 0.3


@pytest.fixture(scope="module")
async def pair(settings: Settings) -> AsyncIterator[Pair]:
    async with a_pair(settings) as two:
        yield two


async def speak(line: Line, parts: int = PARTS, first: int = 0, pace_s: float = PACE_S) -> None:
    """Say words one by one, and finish."""
    for number in range(first, parts):
        line.say(word(number))
        await asyncio.sleep(pace_s)
    line.finish()


def whole(parts: int = PARTS) -> str:
    return "".join(word(number) for number in range(parts))


# T-15: a reply is stopped at each of its parts


@pytest.mark.parametrize("node", [0, 1], ids=["its own node", "another node"])
@pytest.mark.fault("T-15", full=PARTS + 1, part=6)
async def test_a_reply_that_is_stopped_at_any_part_stops_at_once_and_says_no_more(
    pair: Pair, runs: Runs, node: int
) -> None:
    student = await pair.people.student()
    for place in places(runs):
        took = await stop_at(pair, await pair.ask(student=student), place, node)
        assert took <= STOPPED_WITHIN_S, f"stopped at part {place} after {took:.3f} s"
        runs.count(took)


def places(runs: Runs) -> list[int]:
    """The first part, the last one, and others between."""
    return [0, PARTS, *runs.chance.sample(range(1, PARTS), runs.required - 2)]


async def stop_at(pair: Pair, ask: Asked, place: int, node: int) -> float:
    """Stop when the viewer has `place` parts while the model goes on; returns the seconds until the end was heard."""
    tab, stopper = await pair.tab(ask), await pair.tab(ask, node)
    for number in range(place):
        ask.line.say(word(number))
    await tab.until_part(ask.reply_id, place)
    speaking = asyncio.create_task(speak(ask.line, 10_000, place, pace_s=0.02))
    began = time.monotonic()
    await ask.room.on_reply("stop", ask.reply_id, stopper.socket)
    end = await tab.until_end(ask.reply_id)
    took = time.monotonic() - began
    await asyncio.sleep(PACE_S * 3)
    speaking.cancel()
    assert end["state"] == "stopped"
    assert ask.line.closed.is_set()
    assert [body["part"] for body in tab.socket.heard["reply.delta"]] == list(range(end["reply"]["parts"]))
    assert tab.socket.order[-1][0] != "reply.delta"
    assert end["text"] == whole(end["reply"]["parts"])
    for each in (tab, stopper):
        assert (await each.until_end(ask.reply_id)) == end
        await each.drop()
    return took


# T-16: a viewer loses the connection at each part, and comes back here or there, up to five times


@pytest.mark.fault("T-16", full=(PARTS + 1) * 5, part=15)
async def test_a_viewer_who_comes_back_at_any_part_has_every_byte(pair: Pair, runs: Runs) -> None:
    student = await pair.people.student()
    firsts = [0, PARTS, *runs.chance.sample(range(1, PARTS), runs.required // 5 - 2)]
    for place in firsts:
        ask = await pair.ask(student=student)
        tabs = [await pair.tab(ask, number % 2) for number in range(5)]
        speaking = asyncio.create_task(speak(ask.line))
        comings = [come_back(pair, tab, ask, place, times, runs.chance) for times, tab in enumerate(tabs, start=1)]
        await asyncio.gather(*comings)
        await speaking
        assert {(await tab.until_end(ask.reply_id))["text"] for tab in tabs} == {whole()}
        assert {tab.copies[ask.reply_id].text for tab in tabs} == {whole()}
        for tab in tabs:
            runs.count()
            await tab.drop()


async def come_back(pair: Pair, tab: Tab, ask: Asked, place: int, times: int, rng: random.Random) -> None:
    """Lose the connection `times` times, first when `place` parts are read."""
    for _ in range(times):
        await tab.until_part(ask.reply_id, place)
        await tab.drop()
        await asyncio.sleep(rng.uniform(0, PACE_S * 5))
        await tab.open(pair.nodes[rng.randrange(2)])
        place = rng.randint(place, PARTS)


# T-17: whoever comes late sees all of it, and nothing is generated twice


@pytest.mark.fault("T-17", full=20, part=2)
async def test_a_tab_and_a_teacher_who_come_late_see_what_the_others_see(pair: Pair, runs: Runs) -> None:
    teacher, students, _ = await pair.people.classroom(runs.required)
    asks = [await pair.ask(student=student) for student in students]
    await asyncio.gather(*(come_late(pair, ask, teacher) for ask in asks))
    runs.count(times=len(asks))


async def come_late(pair: Pair, ask: Asked, teacher: Person) -> None:
    tabs = [await pair.tab(ask)]
    speaking = asyncio.create_task(speak(ask.line))
    for part, node, person in ((5, 1, None), (10, 0, teacher), (20, 1, teacher), (30, 0, None)):
        await tabs[0].until_part(ask.reply_id, part)
        tabs.append(await pair.tab(ask, node, person))
    await speaking
    assert [(await tab.until_end(ask.reply_id))["text"] for tab in tabs] == [whole()] * 5
    assert not pair.asked_again(ask)


@pytest.mark.fault("T-17", full=20, part=2)
async def test_who_comes_back_when_the_parts_have_expired_has_every_byte(settings: Settings, runs: Runs) -> None:
    async with a_pair(settings, chat={"parts_ttl_s": 1, "checkpoint_s": 0.1}) as pair:
        student = await pair.people.student()
        asks = [await pair.ask(student=student) for _ in range(runs.required)]
        await asyncio.gather(*(outlive_the_parts(pair, ask, number) for number, ask in enumerate(asks)))
        runs.count(times=len(asks))


async def outlive_the_parts(pair: Pair, ask: Asked, number: int) -> None:
    tab, other = await pair.tab(ask, number % 2), await pair.tab(ask)
    known = number % 7
    for each in range(known):
        ask.line.say(word(each))
    await tab.until_part(ask.reply_id, known)
    await tab.drop()
    for each in range(known, 10):
        ask.line.say(word(each))
    await other.until_part(ask.reply_id, 10)
    await asyncio.sleep(1.5)
    assert await pair.nodes[0].app[REDIS].keys(f"*{ask.reply_id}*") == []
    await tab.open(pair.nodes[1 - number % 2])
    assert tab.copies[ask.reply_id].text == whole(10)
    await speak(ask.line, 20, 10)
    late = await pair.tab(ask, number % 2)
    assert [(await each.until_end(ask.reply_id))["text"] for each in (tab, other, late)] == [whole(20)] * 3
    await asyncio.sleep(1.5)
    assert (await (await pair.tab(ask, 1)).until_end(ask.reply_id))["text"] == whole(20)
    assert not pair.asked_again(ask)


# T-18: the first parts come while a viewer is entering


class Barrier:
    """Stops `conversation.open` on both nodes at one `moment`, while `meanwhile` happens."""

    MOMENTS = ("before entering", "after entering", "after reading")

    def __init__(self, pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
        self.moment = ""
        self.meanwhile: Callable[[], Awaitable[object]] = asyncio.Event().wait
        for node in pair.nodes:
            rooms, reading = node.app[ROOMS], node.app[READING]
            monkeypatch.setattr(rooms, "enter", self._around(rooms.enter, "before entering", "after entering"))
            monkeypatch.setattr(reading, "open", self._around(reading.open, "", "after reading"))

    def _around(self, work: Callable[P, Awaitable[T]], before: str, after: str) -> Callable[P, Awaitable[T]]:
        async def call(*args: P.args, **kwargs: P.kwargs) -> T:
            await self._reach(before)
            done = await work(*args, **kwargs)
            await self._reach(after)
            return done

        return call

    async def _reach(self, moment: str) -> None:
        if moment and moment == self.moment:
            self.moment = ""
            await self.meanwhile()


@pytest.mark.fault("T-18", full=200, part=12)
async def test_the_first_parts_reach_who_is_just_entering(
    pair: Pair, runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    barrier = Barrier(pair, monkeypatch)
    student = await pair.people.student()
    for number in range(runs.required):
        ask = await pair.ask(student=student)
        first, said = await pair.tab(ask), runs.chance.randint(1, 5)

        async def speak_now(ask: Asked = ask, first: Tab = first, said: int = said) -> None:
            for each in range(said):
                ask.line.say(word(each))
            await first.until_part(ask.reply_id, said)

        barrier.meanwhile = speak_now
        entering = Tab(ask.room.student, ask.room.id)
        socket = await replace(student, server=pair.nodes[number % 2]).connect()
        barrier.moment = Barrier.MOMENTS[number % 3]
        await entering.enter(socket)
        assert barrier.moment == ""
        await entering.until_part(ask.reply_id, said)
        await speak(ask.line, said + 3, said)
        assert (await entering.until_end(ask.reply_id))["text"] == whole(said + 3)
        assert entering.repairs == 0
        runs.count()
        await first.drop()
        await entering.drop()
