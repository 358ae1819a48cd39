"""News that is told once, though several nodes may try to: Redis notes what was told and tells the nodes in one step.

`homework` tells grades so: whoever dies before that step has told nobody, whoever dies after it has told everybody but
sockets of its own, which died with it. MongoDB remembers for good; Redis only until that is surely written.
"""

from collections.abc import Sequence
from typing import TypeAlias

from aiohttp import web

from tutor.core.bus import TELL, Bus
from tutor.core.messages import Event
from tutor.core.redis import REDIS_FAULTS, RedisClient
from tutor.core.rooms import Rooms

News: TypeAlias = tuple[str, Event]

KEPT_S = 86_400

# KEYS: the note. ARGV: its life in seconds, our node; then for each piece of news the room's channel, how many of its
# listeners are our own, the payload. Answers 1: told now, 2: we had told it before, 0: another node had.
SAY = (
    TELL
    + """
if redis.call('SET', KEYS[1], ARGV[2], 'NX', 'EX', ARGV[1]) then
  for i = 3, #ARGV, 3 do tell(ARGV[i], ARGV[i + 1], ARGV[i + 2]) end
  return 1
end
if redis.call('GET', KEYS[1]) == ARGV[2] then return 2 end
return 0
"""
)
NOW, OURS = 1, 2


class Once:
    """What this node tells once. A note that Redis loses before MongoDB has its own lets the news be told again."""

    def __init__(self, redis: RedisClient, rooms: Rooms, bus: Bus, prefix: str) -> None:
        self._say = redis.register_script(SAY)
        self._rooms = rooms
        self._bus = bus
        self._prefix = f"{prefix}:told:"
        self._in_doubt: set[str] = set()

    async def tell(self, thing: str, news: Sequence[News]) -> bool:
        """Send events to their rooms, unless it was done for this thing before, by whatever node; whether it was now.

        Raises:
            REDIS_FAULTS: nobody knows whether the other nodes were told; telling it again finds out.

        """
        arguments: list[str | int | bytes] = [KEPT_S, self._bus.node]
        for room, event in news:
            payload = self._bus.payload(event.event, event.as_json(), droppable=False)
            arguments += (self._bus.channel(room), self._bus.ears(room), payload)
        try:
            answer = int(await self._say(keys=[self._prefix + thing], args=arguments))
        except REDIS_FAULTS:
            self._in_doubt.add(thing)
            raise
        doubted = thing in self._in_doubt
        self._in_doubt.discard(thing)
        if answer == NOW or (answer == OURS and doubted):  # it was told, and only the answer got lost
            for room, event in news:
                self._rooms.deliver(room, event.event, event.as_json(), droppable=False)
            return True
        return False


ONCE: web.AppKey[Once] = web.AppKey("once", Once)
