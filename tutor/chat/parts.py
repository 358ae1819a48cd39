"""The log of a running reply's parts in Redis, so that a viewer on any node can catch up. `chat/reply.py` writes it.

One stream per reply, never per conversation. Appending is one fenced, repeatable script: an older owner is refused, a
part that is there already changes nothing, and a hole is refused.
"""

from dataclasses import dataclass
from typing import Literal

import structlog

from tutor.core.redis import REDIS_FAULTS, RedisClient

log = structlog.get_logger(__name__)

# Stream ids begin at 0-1, parts at 0: part n has the id 0-(n+1). `top` counts the parts in the stream.
APPEND = """
local fence = tonumber(redis.call('HGET', KEYS[1], 'fence') or '0')
local mine = tonumber(ARGV[1])
if fence > mine then return -1 end
if fence < mine then redis.call('HSET', KEYS[1], 'fence', mine) end
local top = tonumber(redis.call('HGET', KEYS[1], 'top') or '0')
local part = tonumber(ARGV[2])
for i = 4, #ARGV do
  if part > top then return -2 end
  if part == top then
    redis.call('XADD', KEYS[2], '0-' .. (part + 1), 'text', ARGV[i])
    top = top + 1
  end
  part = part + 1
end
redis.call('HSET', KEYS[1], 'top', top)
redis.call('EXPIRE', KEYS[1], ARGV[3])
redis.call('EXPIRE', KEYS[2], ARGV[3])
return top
"""

Appended = Literal["ok", "fenced", "hole", "down"]


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a reply; parts count from 0."""

    part: int
    text: str


class PartsLog:
    """The parts of running replies. `ttl_s` is how long they stay after the last one, in seconds."""

    def __init__(self, redis: RedisClient, prefix: str, ttl_s: int) -> None:
        self._redis = redis
        self._prefix = prefix
        self._ttl_s = ttl_s
        self._append = redis.register_script(APPEND)

    def _keys(self, reply_id: str) -> list[str]:
        return [f"{self._prefix}:reply:{{{reply_id}}}:meta", f"{self._prefix}:reply:{{{reply_id}}}:parts"]

    async def append(self, reply_id: str, fence: int, first: int, texts: list[str]) -> Appended:
        """Add parts `first`, `first + 1`, ...; the same call again changes nothing. Never raises for a dead Redis."""
        try:
            top = await self._append(keys=self._keys(reply_id), args=[fence, first, self._ttl_s, *texts])
        except REDIS_FAULTS as error:
            log.warning("parts_not_logged", reply=reply_id, error=type(error).__name__)
            return "down"
        return {-1: "fenced", -2: "hole"}.get(int(top), "ok")  # type: ignore[return-value]  # mypy widens the literals

    async def read(self, reply_id: str, first: int) -> list[Part] | None:
        """The parts from `first` on, or None when Redis does not have them from there without a hole."""
        try:
            rows = await self._redis.xrange(self._keys(reply_id)[1], min=f"({0}-{first}" if first else "-", max="+")
        except REDIS_FAULTS as error:
            log.warning("parts_not_read", reply=reply_id, error=type(error).__name__)
            return None
        parts = [Part(int(str(row_id).split("-")[1]) - 1, str((row or {})["text"])) for row_id, row in rows or ()]
        if [part.part for part in parts] != list(range(first, first + len(parts))):
            return None
        return parts
