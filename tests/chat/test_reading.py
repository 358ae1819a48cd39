"""No answer is larger than a connection may hold: long conversations come in several, and all of them arrives."""

from typing import Any

import orjson
import pytest

from tests.chat.factories import Room, a_room
from tests.factories import People, a_client_id
from tutor.chat.models import Author, Message, Reply
from tutor.chat.store import ChatStore
from tutor.core.clock import Clock, new_id
from tutor.core.mongo import MONGO

LINE_HOLDS = 1_000_000
LONG = {"chinese": "字" * 20_000, "quotes": '"' * 20_000, "control characters": "\x01" * 4_000, "emoji": "🎓" * 20_000}
COUNT = 60


async def a_long_room(people: People, text: str, count: int = COUNT) -> Room:
    """A room with so many messages of this text."""
    room = await a_room(people)
    store = ChatStore(people.server.app[MONGO])
    for seq in range(1, count + 1):
        await store.add_message(a_message(room.id, seq, text), room.student.id)
    await store.touch(room.id, count, Clock().now())
    return room


def a_message(conversation_id: str, seq: int, text: str) -> Message:
    facts = Reply(new_id(), 1, 1)
    return Message(
        new_id(), conversation_id, seq, a_client_id(), Author("tutor"), text, "complete", Clock().now(), facts
    )


def seqs(answer: Any) -> list[int]:
    assert len(orjson.dumps(answer)) < LINE_HOLDS * 2 / 3, "too much for a line that is not empty"
    return [message["seq"] for message in answer["messages" if "messages" in answer else "items"]]


async def caught_up(room: Room, after: int) -> list[int]:
    """Open again and again after the last message that came, as `Opened` says."""
    seen: list[int] = []
    while after < COUNT:
        page = seqs(await room.open(after_seq=after))
        seen, after = seen + page, page[-1]
    return seen


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
async def test_a_long_conversation_can_be_opened_and_caught_up_with(cast: People, text: str) -> None:
    room = await a_long_room(cast, text)
    newest = seqs(await room.open())
    assert newest == list(range(newest[0], COUNT + 1))
    assert 4 <= len(newest) < 50
    assert await caught_up(room, 0) == list(range(1, COUNT + 1))


async def test_pages_of_history_are_bounded_in_both_directions(cast: People) -> None:
    room = await a_long_room(cast, LONG["chinese"])
    path = f"/conversations/{room.id}/messages?limit=50"
    for first, direction in (("", "before_seq"), ("&after_seq=0", "after_seq")):
        page = await room.student.call("GET", path + first)
        seen = seqs(page)
        while (position := page["next"]) is not None:
            page = await room.student.call("GET", f"{path}&{direction}={position}")
            seen += seqs(page)
        assert sorted(seen) == list(range(1, COUNT + 1))


async def test_a_reply_that_was_seen_running_comes_with_the_page_unless_a_later_page_has_it(cast: People) -> None:
    room = await a_long_room(cast, LONG["chinese"])
    first, last = [(await room.messages())[at]["id"] for at in (0, -1)]
    page = seqs(await room.open(after_seq=10, reply={"id": first, "part": 3}))
    assert page == [1, *range(11, 10 + len(page))]
    page = seqs(await room.open(after_seq=10, reply={"id": last, "part": 3}))
    assert page == list(range(11, 11 + len(page)))


async def test_short_messages_come_as_before(cast: People) -> None:
    room = await a_long_room(cast, "hi")
    assert seqs(await room.open()) == list(range(COUNT - 49, COUNT + 1))
    assert seqs(await room.open(after_seq=0)) == list(range(1, COUNT + 1))
