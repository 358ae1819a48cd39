"""Redis through redis-py: one client for commands with short deadlines and no hidden retries, one for blocking reads.

`app.py` makes both.
"""

from dataclasses import dataclass
from typing import TypeAlias

from aiohttp import web
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

RedisClient: TypeAlias = Redis
# What every call can fail with: uvloop raises a RuntimeError where a connection was closed under the one who writes.
REDIS_FAULTS = (RedisError, OSError, RuntimeError)

REDIS: web.AppKey[RedisClient] = web.AppKey("redis", Redis)


@dataclass(frozen=True, slots=True)
class RedisSettings:
    """Where Redis is and how long we wait for it. Times in seconds."""

    url: str
    timeout_s: float
    prefix: str


def connect(settings: RedisSettings, *, blocking: bool = False) -> RedisClient:
    """A client. redis-py would repeat a write up to ten times by itself, which doubles it: retries are off."""
    keepalive = {} if settings.url.startswith("unix:") else {"socket_keepalive": True}
    # A burst waits for a free connection; the plain pool would refuse it as if Redis were down.
    pool = BlockingConnectionPool.from_url(
        settings.url,
        timeout=settings.timeout_s,
        socket_connect_timeout=settings.timeout_s,
        socket_timeout=None if blocking else settings.timeout_s,
        health_check_interval=0,
        retry=Retry(NoBackoff(), 0),
        decode_responses=True,
        max_connections=64,
        **keepalive,
    )
    return Redis.from_pool(pool)
