"""The log of parts: fenced, repeatable, without holes, and gone with Redis without a fuss."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tutor.chat.parts import Part, PartsLog
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


async def test_parts_are_read_from_any_place(parts: PartsLog) -> None:
    reply = new_id()
    texts = ["a", "字", "", "🎓", "e"]
    assert await parts.append(reply, 1, 0, texts[:2]) == "ok"
    assert await parts.append(reply, 1, 2, texts[2:]) == "ok"
    for first in range(6):
        assert await parts.read(reply, first) == [Part(n, texts[n]) for n in range(first, 5)]


async def test_nothing_was_ever_written(parts: PartsLog) -> None:
    assert await parts.read(new_id(), 0) == []


async def test_a_part_that_is_there_already_changes_nothing(parts: PartsLog) -> None:
    reply = new_id()
    await parts.append(reply, 1, 0, ["a", "b"])
    assert await parts.append(reply, 1, 0, ["x", "y"]) == "ok"
    assert await parts.append(reply, 1, 1, ["x", "c"]) == "ok"
    assert [part.text for part in await parts.read(reply, 0) or ()] == ["a", "b", "c"]


async def test_a_hole_is_refused(parts: PartsLog) -> None:
    reply = new_id()
    assert await parts.append(reply, 1, 1, ["b"]) == "hole"
    await parts.append(reply, 1, 0, ["a"])
    assert await parts.append(reply, 1, 2, ["c"]) == "hole"
    assert [part.text for part in await parts.read(reply, 0) or ()] == ["a"]


async def test_an_older_owner_is_refused(parts: PartsLog) -> None:
    reply = new_id()
    await parts.append(reply, 1, 0, ["a"])
    assert await parts.append(reply, 2, 1, ["b"]) == "ok"
    assert await parts.append(reply, 1, 2, ["zombie"]) == "fenced"
    assert [part.text for part in await parts.read(reply, 0) or ()] == ["a", "b"]


async def test_many_at_once_leave_one_of_each(parts: PartsLog) -> None:
    reply = new_id()
    await asyncio.gather(*(parts.append(reply, 1, 0, ["a", "b", "c"]) for _ in range(10)))
    assert [part.text for part in await parts.read(reply, 0) or ()] == ["a", "b", "c"]


async def test_a_log_that_lost_its_beginning_is_not_taken_for_whole(parts: PartsLog, client: RedisClient) -> None:
    reply = new_id()
    await parts.append(reply, 1, 0, ["a", "b", "c"])
    await client.xdel(parts._keys(reply)[1], "0-2")
    assert await parts.read(reply, 0) is None
    assert await parts.read(reply, 2) == [Part(2, "c")]


async def test_the_parts_expire(client: RedisClient) -> None:
    reply, short = new_id(), PartsLog(client, "parts", 7)
    await short.append(reply, 1, 0, ["a"])
    for key in short._keys(reply):
        assert 0 < await client.ttl(key) <= 7


async def test_without_redis_it_says_so(tmp_path: Path) -> None:
    nowhere = redis.connect(RedisSettings(f"unix://{tmp_path}/nothing.sock", 0.1, "x"))
    parts = PartsLog(nowhere, "x", 60)
    assert await parts.append("1", 1, 0, ["a"]) == "down"
    assert await parts.read("1", 0) is None
