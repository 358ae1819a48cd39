"""The parts of running replies in Redis: a stream for each reply, written by one Lua script that refuses old owners.

`delivery.py` appends the parts of all its replies in one call; `reading.py` serves viewers who missed some;
`rescue.py` seizes the log of a reply whose node went away.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import structlog

from tutor.core.bus import TELL
from tutor.core.redis import REDIS_FAULTS, RedisClient

log = structlog.get_logger(__name__)

# KEYS: for each reply its meta hash and its stream. ARGV[1]: life in seconds; then for each reply: the owner's fence,
# the number of the first part, how many parts, the room's channel, how many of its listeners are our own, the hint for
# the others, the parts. Answers for each reply the next free part, or -1: a newer owner has the reply, -2: parts before
# the first are missing. A part that is there already is left as it is.
APPEND = (
    TELL
    + """
local answers, at = {}, 2
for key = 1, #KEYS, 2 do
  local mine, part, count = tonumber(ARGV[at]), tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  local known = redis.call('HMGET', KEYS[key], 'fence', 'top')
  local fence, top = tonumber(known[1] or '0'), tonumber(known[2] or '0')
  if fence > mine then
    answers[#answers + 1] = -1
  elseif part > top then
    answers[#answers + 1] = -2
  else
    local before = top
    for i = top - part + 1, count do
      redis.call('XADD', KEYS[key + 1], '0-' .. (top + 1), 'text', ARGV[at + 5 + i])
      top = top + 1
    end
    redis.call('HSET', KEYS[key], 'fence', mine, 'top', top)
    redis.call('EXPIRE', KEYS[key], ARGV[1])
    redis.call('EXPIRE', KEYS[key + 1], ARGV[1])
    if top > before then tell(ARGV[at + 3], ARGV[at + 4], ARGV[at + 5]) end
    answers[#answers + 1] = top
  end
  at = at + 6 + count
end
return answers
"""
)

# KEYS: meta hash, stream. ARGV: the new owner's fence, life in seconds. From now on older owners are refused.
SEIZE = """
local fence = tonumber(redis.call('HGET', KEYS[1], 'fence') or '0')
if fence > tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'fence', ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[2])
return 1
"""

Appended = Literal["ok", "fenced", "hole", "down"]
REFUSALS: dict[int, Appended] = {-1: "fenced", -2: "hole"}


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a reply; parts count from 0."""

    part: int
    text: str


@dataclass(frozen=True, slots=True)
class Hint:
    """What the other nodes hear of a part: on which channel, and how many of its listeners are this node's own."""

    channel: str
    own: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class Append:
    """New parts of one reply, from number `first` on, written by the owner with `fence`."""

    reply_id: str
    fence: int
    first: int
    texts: Sequence[str]
    hint: Hint


class PartsLog:
    """The parts of running replies. `ttl_s` is how long they stay after the last one, in seconds."""

    def __init__(self, redis: RedisClient, prefix: str, ttl_s: int) -> None:
        self._redis = redis
        self._prefix = prefix
        self._ttl_s = ttl_s
        self._append = redis.register_script(APPEND)
        self._seize = redis.register_script(SEIZE)

    def _keys(self, reply_id: str) -> list[str]:
        return [f"{self._prefix}:reply:{{{reply_id}}}:meta", f"{self._prefix}:reply:{{{reply_id}}}:parts"]

    async def append(self, news: Sequence[Append]) -> list[Appended]:
        """Add parts of many replies at once; the same again changes nothing. Never raises for a dead Redis.

        Everything goes in one call of one script, because a call costs more than what it does.
        """
        keys: list[str] = []
        arguments: list[str | bytes | int] = [self._ttl_s]
        for new in news:
            keys += self._keys(new.reply_id)
            arguments += (new.fence, new.first, len(new.texts), new.hint.channel, new.hint.own, new.hint.payload)
            arguments += new.texts
        try:
            tops = await self._append(keys=keys, args=arguments)
        except REDIS_FAULTS as error:
            log.warning("parts_not_logged", replies=len(news), error=type(error).__name__)
            return ["down"] * len(news)
        return [REFUSALS.get(top, "ok") for top in tops]

    async def seize(self, reply_id: str, fence: int) -> Literal["ok", "fenced", "down"]:
        """Refuse every owner below `fence` from now on. The same again is `ok`: MongoDB decides between two."""
        try:
            seized = await self._seize(keys=self._keys(reply_id), args=[fence, self._ttl_s])
        except REDIS_FAULTS as error:
            log.warning("parts_not_seized", reply=reply_id, error=type(error).__name__)
            return "down"
        return "ok" if seized else "fenced"

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
