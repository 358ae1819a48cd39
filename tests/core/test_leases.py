"""Leases: one holder at a time, renewed while it lives, found when it does not."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tutor.core.clock import Clock, new_id
from tutor.core.leases import Lease, Leases
from tutor.core.mongo import Database


@pytest.fixture
async def leases(database: Database) -> Leases:
    made = Leases(database, f"leases_{new_id()}")
    await made.prepare()
    return made


def a_lease(**changes: Any) -> Lease:
    return replace(Lease(new_id(), "work", "group", "node", Clock().now() + timedelta(seconds=15)), **changes)


async def test_of_many_who_want_it_one_holds_it(leases: Leases) -> None:
    thing = new_id()
    taken = await asyncio.gather(*(leases.take(a_lease(id=thing, subject=str(number))) for number in range(10)))
    assert taken.count(True) == 1
    held = await leases.get(thing)
    assert held is not None
    assert held.subject == str(taken.index(True))


async def test_what_was_given_back_can_be_taken_again_and_again(leases: Leases) -> None:
    thing = new_id()
    for number in range(5):
        assert await leases.take(a_lease(id=thing, subject=str(number)))
        await leases.give_back(thing, str(number))
        await leases.give_back(thing, str(number))
        assert await leases.get(thing) is None


async def test_only_the_work_that_holds_it_gives_it_back(leases: Leases) -> None:
    lease = a_lease(subject="mine")
    await leases.take(lease)
    await leases.give_back(lease.id, "theirs")
    assert await leases.get(lease.id) == lease


async def test_an_owner_renews_all_of_its_own_at_once(leases: Leases) -> None:
    mine, theirs = a_lease(owner="me"), a_lease(owner="them")
    for lease in (mine, theirs):
        await leases.take(lease)
    later = mine.until + timedelta(minutes=1)
    await leases.renew([mine.id, theirs.id], "me", later)
    assert await leases.get(mine.id) == replace(mine, until=later)
    assert await leases.get(theirs.id) == theirs


async def test_a_lease_goes_to_another_owner_with_its_work(leases: Leases) -> None:
    lease = a_lease(owner="dead")
    await leases.take(lease)
    later = lease.until + timedelta(minutes=1)
    assert await leases.pass_on(lease, "heir", later)
    assert not await leases.pass_on(lease, "late", later)
    assert await leases.get(lease.id) == replace(lease, owner="heir", until=later)
    await leases.give_back(lease.id, lease.subject)
    assert not await leases.pass_on(lease, "late", later)
    assert await leases.get(lease.id) is None


async def test_leases_are_found_by_group_and_by_their_end(leases: Leases) -> None:
    one, other = a_lease(group="a"), a_lease(group="b")
    for lease in (one, other):
        await leases.take(lease)
    assert await leases.of(["a"]) == [one]
    assert len(await leases.of(["a", "b", "c"])) == 2
    assert await leases.of([]) == []
    assert await leases.run_out(Clock().now()) == []
    await leases.renew([one.id], one.owner, Clock().now() - timedelta(seconds=1))
    assert [lease.id for lease in await leases.run_out(Clock().now())] == [one.id]


async def test_words_to_pause_count_so_that_the_newest_is_known(leases: Leases) -> None:
    lease = a_lease(owner=new_id())
    await leases.take(lease)
    told = [await leases.ask_to_pause(lease.id, "work", paused=paused) for paused in (False, True, True, False, True)]
    assert [one.pauses for one in told if one is not None] == [0, 1, 1, 2, 3]
    (words,) = await leases.words_for(lease.owner)
    assert (words.subject, words.is_paused, words.stop_asked) == ("work", True, False)
    assert await leases.ask_to_pause(lease.id, "other work", paused=False) is None
    await leases.give_back(lease.id, "work")
    assert await leases.ask_to_pause(lease.id, "work", paused=False) is None


async def test_of_many_who_say_opposite_things_everybody_is_heard(leases: Leases) -> None:
    lease = a_lease(owner=new_id())
    await leases.take(lease)
    told = await asyncio.gather(
        *(leases.ask_to_pause(lease.id, "work", paused=number % 2 == 0) for number in range(6)), return_exceptions=True
    )
    assert all(isinstance(one, Lease) for one in told)
    found = await leases.get(lease.id)
    assert found is not None
    assert 1 <= found.pauses <= 6


async def test_words_stay_with_a_lease_that_is_passed_on(leases: Leases) -> None:
    lease, other = a_lease(), new_id()
    await leases.take(lease)
    await leases.ask_to_pause(lease.id, "work", paused=True)
    assert await leases.pass_on(lease, other, lease.until)
    assert [words.pauses for words in await leases.words_for(other)] == [1]
