"""Connections to Redis: no cancellation is lost, no write takes for ever, every kind of address has its kind."""

import asyncio
import time
from collections.abc import Iterable
from pathlib import Path

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from tests.core.nodes import own_redis
from tutor.core import redis
from tutor.core.redis import RedisSettings, guard_of
from tutor.core.redis_link import Link, LocalLink, PlainLink, SecureLink, link_options
from tutor.settings import Settings


async def test_a_cancellation_in_the_moment_in_which_the_write_is_done_is_not_lost(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = redis.connect(RedisSettings(settings.redis.url, 2.0, "link"))
    await client.ping()
    write, asking = Link._send_packed_command, asyncio.ensure_future(client.ping())

    async def write_and_cancel(self: Link, command: Iterable[bytes]) -> None:
        await write(self, command)
        asyncio.get_running_loop().call_soon(asking.cancel)

    monkeypatch.setattr(Link, "_send_packed_command", write_and_cancel)
    await asyncio.wait((asking,))
    assert asking.cancelled()
    await client.aclose()


async def test_a_write_that_redis_does_not_take_ends_at_its_deadline(tmp_path: Path) -> None:
    async with own_redis(tmp_path) as own:
        client = redis.connect(RedisSettings(own.url, 0.3, "link"))
        await client.ping()
        with own.hung():
            began = time.monotonic()
            with pytest.raises(RedisConnectionError):
                await client.set("big", b"x" * 20_000_000)
            assert time.monotonic() - began < 3
        assert guard_of(client).breaker.in_doubt
        assert await client.ping()
        await client.aclose()


@pytest.mark.parametrize(
    ("url", "kind"),
    [("redis://example:6379/1", PlainLink), ("rediss://example", SecureLink), ("unix:///run/redis.sock", LocalLink)],
)
def test_every_kind_of_address_has_its_kind_of_link(url: str, kind: type[Link]) -> None:
    assert link_options(url)["connection_class"] is kind


def test_an_address_of_something_else_is_refused() -> None:
    with pytest.raises(ValueError, match="redis://"):
        link_options("http://example")
