"""Redis through redis-py: one client for commands with short deadlines and no hidden retries, one for blocking reads.

`app.py` makes both.
"""

from dataclasses import dataclass
from typing import TypeAlias

from aiohttp import web
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

RedisClient: TypeAlias = Redis

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
    return Redis.from_url(
        settings.url,
        socket_connect_timeout=settings.timeout_s,
        socket_timeout=None if blocking else settings.timeout_s,
        health_check_interval=0,
        retry=Retry(NoBackoff(), 0),
        decode_responses=True,
        max_connections=64,
        **keepalive,
    )
