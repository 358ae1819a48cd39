"""Connections to Redis that write under a deadline and lose no cancellation. `redis.py` gives them to its pools.

redis-py writes inside `asyncio.wait_for`, which makes a task for every command and, on Python 3.11, returns as if
nothing were when it is cancelled in the very moment in which the write is done: a stopped reply would write on.
"""

import asyncio
from collections.abc import Iterable

from redis.asyncio import Connection, SSLConnection, UnixDomainSocketConnection
from redis.asyncio.connection import AbstractConnection, parse_url
from redis.exceptions import ConnectionError as RedisConnectionError


class Link(AbstractConnection):
    """What the three kinds of connections have in common."""

    __slots__ = ()

    async def send_packed_command(
        self,
        command: bytes | str | Iterable[bytes],
        check_health: bool = True,  # noqa: ARG002  # redis-py's hook; we have a watcher instead of health checks
    ) -> None:
        """Write a command, after connecting where that is due.

        Raises:
            RedisConnectionError: it could not be written in time.

        """
        if not self.is_connected:
            await self.connect_check_health(check_health=False)
        if isinstance(command, str):
            command = command.encode()
        written = False
        try:
            async with asyncio.timeout(self.socket_timeout):
                await self._send_packed_command([command] if isinstance(command, bytes) else command)
            written = True
        except OSError as error:
            raise RedisConnectionError(f"not written: {type(error).__name__}") from error
        finally:
            if not written:
                await self.disconnect(nowait=True)


class PlainLink(Link, Connection):
    """Over TCP."""


class LocalLink(Link, UnixDomainSocketConnection):
    """Over a socket file."""


class SecureLink(Link, SSLConnection):
    """Over TLS."""


KINDS: dict[object, type[Link]] = {UnixDomainSocketConnection: LocalLink, SSLConnection: SecureLink}


def link_options(url: str) -> dict[str, object]:
    """What a pool must be given to reach the Redis of this address over our connections.

    Raises:
        ValueError: this is no address of a Redis.

    """
    place: dict[str, object] = {**parse_url(url)}
    kind = KINDS.get(place.get("connection_class"), PlainLink)
    keepalive = {} if kind is LocalLink else {"socket_keepalive": True}
    return place | keepalive | {"connection_class": kind}
