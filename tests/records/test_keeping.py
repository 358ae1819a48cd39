"""How a reply was written is kept: thinned, once, and measured from the moment it was stored."""

import asyncio
from itertools import pairwise

import pytest

from tests.chat.conftest import Stage, puppet, stage
from tests.chat.factories import Puppet, a_room, asked
from tests.factories import WAIT_S, People
from tutor.core.mongo import Database
from tutor.records.keeping import thinned
from tutor.records.models import Pace
from tutor.records.store import RecordStore

__all__ = ["puppet", "stage"]


def test_few_marks_stay_as_they_are() -> None:
    assert thinned([(1, 2), (3, 4)]) == ((1, 2), (3, 4))


@pytest.mark.parametrize("count", [301, 302, 599, 600, 601, 5000])
def test_many_marks_are_thinned_evenly_with_the_first_and_the_last(count: int) -> None:
    marks = [(number * 40, number) for number in range(count)]
    kept = thinned(marks)
    gaps = [later[1] - earlier[1] for earlier, later in pairwise(kept)]
    assert (len(kept), kept[0], kept[-1]) == (300, marks[0], marks[-1])
    assert min(gaps) >= 1
    assert max(gaps) - min(gaps) <= 1


async def test_the_first_pace_of_a_reply_stays(database: Database) -> None:
    store = RecordStore(database)
    await store.prepare()
    await store.add_pace(Pace("a", ((1, 2),)))
    await store.add_pace(Pace("a", ((5, 6),)))
    assert await store.paces(["a", "b"]) == {"a": Pace("a", ((1, 2),))}


async def test_a_reply_leaves_its_pace_behind(stage: Stage, puppet: Puppet, database: Database) -> None:
    store = RecordStore(database)
    async with People(stage.server) as cast:
        here = await asked(puppet, await a_room(cast))
        here.line.say("你好", "，同学", "！")
        await here.heard(3)
        here.line.finish()
        await here.ended("complete")
    async with asyncio.timeout(WAIT_S):
        while not (kept := await store.paces([here.reply_id])):
            pass
    pace = kept[here.reply_id]
    assert [characters for _, characters in pace.marks] == [2, 5, 6]
    times = [ms for ms, _ in pace.marks]
    assert times == sorted(times)
    assert 0 <= times[0] <= times[-1] < 20_000


async def test_a_reply_without_a_word_leaves_none(stage: Stage, puppet: Puppet, database: Database) -> None:
    async with People(stage.server) as cast:
        here = await asked(puppet, await a_room(cast))
        here.line.finish()
        await here.ended("complete")
    assert await RecordStore(database).paces([here.reply_id]) == {}
