"""The roll: who is in which room on all nodes, kept in Redis with an expiry.

Without Redis only the members on this node count.
Rooms of the house that show presence use it (`chat/presence.py`); `app.py` keeps it fresh.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

import structlog
from aiohttp import web
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from tutor.core.caller import Caller, Role
from tutor.core.clock import Clock
from tutor.core.redis import REDIS_FAULTS, RedisClient
from tutor.core.rooms import Rooms

log = structlog.get_logger(__name__)

GOOD_FOR_S = 60
REFRESH_S = 20.0


class Attendee(BaseModel):
    """Somebody in a room."""

    model_config = ConfigDict(frozen=True)
    id: str
    name: str
    role: Role


class Sheet(BaseModel):
    """One node's part of a room's roll, good until a moment in Unix seconds."""

    model_config = ConfigDict(frozen=True)
    until: float
    people: tuple[Attendee, ...]


SHEET: TypeAdapter[Sheet] = TypeAdapter(Sheet)
Changed = Callable[[str], Awaitable[None]]


class Roll:
    """Presence of the rooms whose name begins with `watched`."""

    def __init__(self, redis: RedisClient, rooms: Rooms, clock: Clock, *, prefix: str, node: str) -> None:
        self._redis = redis
        self._rooms = rooms
        self._clock = clock
        self._prefix = prefix
        self._node = node
        self._changed: dict[str, Changed] = {}
        self._moved: dict[str, None] = {}
        self._wake = asyncio.Event()

    def watch(self, prefix: str, changed: Changed) -> None:
        """Keep the roll of the rooms whose name begins with `prefix`, and call `changed(room)` when it may differ."""
        self._changed[prefix] = changed
        self._rooms.watch(prefix, self._note)

    def _note(self, room: str) -> None:
        self._moved[room] = None
        self._wake.set()

    async def keep(self) -> None:
        """Run for ever: write down who came and went, one room after another, and renew everything in time."""
        renewed = self._clock.monotonic()
        while True:
            try:
                async with asyncio.timeout(max(renewed + REFRESH_S - self._clock.monotonic(), 0)):
                    await self._wake.wait()
            except TimeoutError:
                renewed = self._clock.monotonic()
                for prefix in self._changed:
                    for room in self._rooms.names(prefix):
                        await self._write(room)
                continue
            self._wake.clear()
            while self._moved:
                room = next(iter(self._moved))
                del self._moved[room]
                await self._write(room)
                for prefix, changed in self._changed.items():
                    if room.startswith(prefix):
                        await changed(room)

    async def _write(self, room: str) -> None:
        key = self._key(room)
        people = _attendees(self._rooms.present(room))
        try:
            if not people:
                await self._redis.hdel(key, self._node)
                return
            sheet = Sheet(until=self._clock.now().timestamp() + GOOD_FOR_S, people=people)
            async with self._redis.pipeline(transaction=False) as pipe:
                pipe.hset(key, self._node, sheet.model_dump_json())
                pipe.expire(key, GOOD_FOR_S)
                for person in people:
                    pipe.hset(self._where(person.id), room, sheet.until)
                    pipe.expire(self._where(person.id), GOOD_FOR_S)
                await pipe.execute()
        except REDIS_FAULTS as error:
            log.warning("roll_not_written", error=type(error).__name__)

    async def present(self, room: str) -> list[Attendee]:
        """The people in a room on all nodes, each once; those of this node first."""
        people = {person.id: person for person in _attendees(self._rooms.present(room))}
        now = self._clock.now().timestamp()
        try:
            sheets = await self._redis.hgetall(self._key(room))
        except REDIS_FAULTS as error:
            log.warning("roll_not_read", error=type(error).__name__)
            sheets = {}
        for node, text in sheets.items():
            try:
                sheet = SHEET.validate_json(text)
            except ValidationError:
                log.warning("roll_sheet_unreadable", node=node)  # of another version, while a deploy goes on
                continue
            if node != self._node and sheet.until > now:
                people |= {person.id: person for person in sheet.people if person.id not in people}
        return list(people.values())

    async def rooms_with(self, person_ids: Iterable[str], prefix: str) -> set[str]:
        """The rooms whose name begins with `prefix` that some of these people may be in; `present` tells for sure."""
        wanted = set(person_ids)
        found = {
            room for room in self._rooms.names(prefix) if any(one.id in wanted for one in self._rooms.present(room))
        }
        try:
            async with self._redis.pipeline(transaction=False) as pipe:
                for person_id in wanted:
                    pipe.hkeys(self._where(person_id))
                for rooms in await pipe.execute():
                    found |= {room for room in rooms if room.startswith(prefix)}
        except REDIS_FAULTS as error:
            log.warning("roll_not_read", error=type(error).__name__)
        return found

    def _key(self, room: str) -> str:
        return f"{self._prefix}:roll:{room}"

    def _where(self, person_id: str) -> str:
        return f"{self._prefix}:where:{person_id}"


def _attendees(callers: Iterable[Caller]) -> tuple[Attendee, ...]:
    return tuple(Attendee(id=caller.id, name=caller.name, role=caller.role) for caller in callers)


ROLL: web.AppKey[Roll] = web.AppKey("roll", Roll)
