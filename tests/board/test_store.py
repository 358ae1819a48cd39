"""Hands and flags in MongoDB: one winner, and no judgement twice."""

from dataclasses import replace

import pytest

from tests.board.factories import NOW, a_hand
from tutor.board.models import Flag
from tutor.board.store import BoardStore
from tutor.core.clock import new_id
from tutor.core.mongo import Database


@pytest.fixture
async def store(database: Database) -> BoardStore:
    made = BoardStore(database)
    await made.prepare()
    return made


async def test_a_hand_is_up_once(store: BoardStore) -> None:
    hand = a_hand(id=new_id())
    assert await store.raise_hand(hand)
    assert not await store.raise_hand(replace(hand, key="other"))
    assert await store.hand(hand.id) == hand


async def test_the_first_claim_stands(store: BoardStore) -> None:
    hand = a_hand(id=new_id())
    await store.raise_hand(hand)
    first = replace(hand, claimed_by="t1", claimed_name="$name", claimed_at=NOW)
    assert await store.claim(first) == first
    assert await store.claim(replace(first, claimed_by="t2")) == first


async def test_a_hand_that_was_raised_anew_is_not_claimed_or_lowered_for_the_old_one(store: BoardStore) -> None:
    old = a_hand(id=new_id(), key="old")
    new = replace(old, key="new")
    await store.raise_hand(new)
    assert await store.claim(replace(old, claimed_by="t")) == new
    assert not await store.take_down(old)
    assert await store.take_down(new)
    assert await store.hand(new.id) is None


async def test_hands_come_in_the_order_they_went_up(store: BoardStore) -> None:
    students = [new_id() for _ in range(3)]
    for minutes, student in zip((2, 0, 1), students, strict=True):
        raised_at = NOW.replace(minute=minutes)
        await store.raise_hand(a_hand(id=new_id(), student_id=student, raised_at=raised_at))
    assert [hand.student_id for hand in await store.hands_of(students)] == [students[1], students[2], students[0]]


async def test_a_message_is_judged_once_and_a_later_one_again(store: BoardStore) -> None:
    words = Flag(new_id(), new_id(), on=True, at=NOW, by=None, seq=5)
    await store.judge(words)
    cleared = replace(words, on=False, by="t", seq=7)
    await store.set_flag(cleared)
    await store.judge(replace(words, seq=6))
    assert await store.flag(words.id) == cleared
    await store.judge(replace(words, seq=8))
    assert await store.flag(words.id) == replace(words, seq=8)
    assert await store.flags_of([words.student_id]) == [replace(words, seq=8)]


async def test_setting_a_flag_by_hand_forgets_no_judgement(store: BoardStore) -> None:
    flag = Flag(new_id(), new_id(), on=False, at=NOW, by="t", seq=4)
    await store.set_flag(flag)
    await store.set_flag(replace(flag, on=True, seq=0))
    assert await store.flag(flag.id) == replace(flag, on=True)
