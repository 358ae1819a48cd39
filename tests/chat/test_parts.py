"""The log of parts: fenced, repeatable, without holes, and gone with Redis without a fuss."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tutor.chat.parts import Append, Appended, Hint, Part, PartsLog
from tutor.core import redis
from tutor.core.clock import new_id
from tutor.core.redis import RedisClient, RedisSettings
from tutor.settings import Settings


@pytest.fixture
async def client(settings: Settings) -> AsyncIterator[RedisClient]:
    connected = redis.connect(RedisSettings(settings.redis.url, 2.0, "parts"))
    yield connected
    await connected.aclose()


@pytest.fixture
def parts(client: RedisClient) -> PartsLog:
    return PartsLog(client, "parts", 60)


def an_append(reply: str, fence: int, first: int, texts: list[str], *, own: int = 0) -> Append:
    return Append(reply, fence, first, texts, Hint(f"parts:{reply}", own, "news of 字".encode()))


async def append(parts: PartsLog, reply: str, fence: int, first: int, texts: list[str]) -> Appended:
    (outcome,) = await parts.append([an_append(reply, fence, first, texts)])
    return outcome


async def test_parts_are_read_from_any_place(parts: PartsLog) -> None:
    reply = new_id()
    texts = ["a", "字", "", "🎓", "e"]
    assert await append(parts, reply, 1, 0, texts[:2]) == "ok"
    assert await append(parts, reply, 1, 2, texts[2:]) == "ok"
    for first in range(6):
        assert await parts.read(reply, first) == [Part(n, texts[n]) for n in range(first, 5)]


async def test_nothing_was_ever_written(parts: PartsLog) -> None:
    assert await parts.read(new_id(), 0) == []


async def test_a_part_that_is_there_already_changes_nothing(parts: PartsLog) -> None:
    reply = new_id()
    await append(parts, reply, 1, 0, ["a", "b"])
    assert await append(parts, reply, 1, 0, ["x", "y"]) == "ok"
    assert await append(parts, reply, 1, 1, ["x", "c"]) == "ok"
    assert [part.text for part in await parts.read(reply, 0) or ()] == ["a", "b", "c"]


async def test_a_hole_is_refused(parts: PartsLog) -> None:
    reply = new_id()
    assert await append(parts, reply, 1, 1, ["b"]) == "hole"
    await append(parts, reply, 1, 0, ["a"])
    assert await append(parts, reply, 1, 2, ["c"]) == "hole"
    assert [part.text for part in await parts.read(reply, 0) or ()] == ["a"]


async def test_an_older_owner_is_refused(parts: PartsLog) -> None:
    reply = new_id()
    await append(parts, reply, 1, 0, ["a"])
    assert await append(parts, reply, 2, 1, ["b"]) == "ok"
    assert await append(parts, reply, 1, 2, ["zombie"]) == "fenced"
    assert [part.text for part in await parts.read(reply, 0) or ()] == ["a", "b"]


async def test_many_at_once_leave_one_of_each(parts: PartsLog) -> None:
    reply = new_id()
    await asyncio.gather(*(append(parts, reply, 1, 0, ["a", "b", "c"]) for _ in range(10)))
    assert [part.text for part in await parts.read(reply, 0) or ()] == ["a", "b", "c"]


async def test_many_replies_go_in_one_call_and_each_has_its_own_answer(parts: PartsLog) -> None:
    fine, old, torn = new_id(), new_id(), new_id()
    await append(parts, old, 2, 0, ["a"])
    news = [an_append(old, 1, 1, ["z"]), an_append(fine, 1, 0, ["b", "c"]), an_append(torn, 1, 4, ["d"])]
    assert await parts.append(news) == ["fenced", "ok", "hole"]
    assert [[part.text for part in await parts.read(reply, 0) or ()] for reply in (old, fine, torn)] == [
        ["a"], ["b", "c"], [],
    ]  # fmt: skip


async def test_other_listeners_of_the_room_hear_of_a_new_part_once(parts: PartsLog, client: RedisClient) -> None:
    reply = new_id()
    async with client.pubsub() as ear:
        await ear.subscribe(f"parts:{reply}")
        assert await ear.get_message(timeout=2) is not None
        await parts.append([an_append(reply, 1, 0, ["a"], own=1)])  # nobody but ourselves listens
        for _ in range(2):
            await parts.append([an_append(reply, 1, 1, ["b"])])
        heard = await ear.get_message(timeout=2)
        assert heard is not None
        assert heard["data"] == "news of 字"
        assert await ear.get_message(timeout=0.1) is None


async def test_a_seized_log_refuses_its_owner(parts: PartsLog) -> None:
    reply = new_id()
    await append(parts, reply, 1, 0, ["a"])
    assert [await parts.seize(reply, fence) for fence in (2, 2, 1)] == ["ok", "ok", "fenced"]
    assert await append(parts, reply, 1, 1, ["zombie"]) == "fenced"
    assert await append(parts, reply, 2, 1, ["b"]) == "ok"
    assert [part.text for part in await parts.read(reply, 0) or ()] == ["a", "b"]


async def test_a_log_that_lost_its_beginning_is_not_taken_for_whole(parts: PartsLog, client: RedisClient) -> None:
    reply = new_id()
    await append(parts, reply, 1, 0, ["a", "b", "c"])
    await client.xdel(parts._keys(reply)[1], "0-2")
    assert await parts.read(reply, 0) is None
    assert await parts.read(reply, 2) == [Part(2, "c")]


async def test_the_parts_expire(client: RedisClient) -> None:
    reply, short = new_id(), PartsLog(client, "parts", 7)
    await append(short, reply, 1, 0, ["a"])
    for key in short._keys(reply):
        assert 0 < await client.ttl(key) <= 7


async def test_without_redis_it_says_so(tmp_path: Path) -> None:
    nowhere = redis.connect(RedisSettings(f"unix://{tmp_path}/nothing.sock", 0.1, "x"))
    parts = PartsLog(nowhere, "x", 60)
    assert await append(parts, "1", 1, 0, ["a"]) == "down"
    assert await parts.read("1", 0) is None
    assert await parts.seize("1", 2) == "down"
