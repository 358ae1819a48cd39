"""The queue of replies: slots in order, places that are told, patience that ends, and no slot ever lost."""

import asyncio

import pytest

from tutor.chat.errors import QueueTooLong
from tutor.chat.queue import Queue


def a_queue(slots: int = 1, patience_s: float = 5.0) -> tuple[Queue, list[tuple[str, int]]]:
    told: list[tuple[str, int]] = []
    return Queue(slots, patience_s, lambda reply, place: told.append((reply, place))), told


async def test_so_many_have_a_slot_at_once_and_the_rest_wait_in_order() -> None:
    queue, told = a_queue(2)
    assert [queue.enter(reply) for reply in "abcd"] == [True, True, False, False]
    assert [queue.position(reply) for reply in "abcd"] == [None, None, 1, 2]
    queue.leave("a")
    await queue.turn("c")
    assert told == [("d", 1)]
    assert [queue.position(reply) for reply in "cd"] == [None, 1]


async def test_who_gives_up_waiting_lets_the_others_move_up() -> None:
    queue, told = a_queue()
    for reply in "abc":
        queue.enter(reply)
    queue.leave("b")
    assert told == [("c", 1)]
    queue.leave("a")
    await queue.turn("c")


async def test_patience_ends() -> None:
    queue, _ = a_queue(patience_s=0.01)
    queue.enter("a")
    queue.enter("b")
    with pytest.raises(QueueTooLong):
        await queue.turn("b")
    queue.leave("b")
    queue.leave("a")
    assert queue.enter("c")


async def test_leaving_twice_or_without_having_entered_frees_nothing() -> None:
    queue, _ = a_queue()
    queue.enter("a")
    queue.leave("a")
    queue.leave("a")
    queue.leave("stranger")
    assert [queue.enter(reply) for reply in "bc"] == [True, False]


async def test_a_reply_that_is_cancelled_as_its_turn_comes_gives_the_slot_on() -> None:
    queue, _ = a_queue()
    for reply in "abc":
        queue.enter(reply)
    waiting = asyncio.create_task(queue.turn("b"))
    await asyncio.sleep(0)
    queue.leave("a")
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    queue.leave("b")
    await queue.turn("c")
