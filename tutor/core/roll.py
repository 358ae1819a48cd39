"""The roll: who is in which room on all nodes, kept in Redis with an expiry.

Without Redis only the members on this node count.
Rooms of the house that show presence use it (`chat/presence.py`); `app.py` keeps it fresh.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress

import structlog
from aiohttp import web
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from redis.asyncio.client import Pipeline

from tutor.core.caller import Caller, Role
from tutor.core.clock import Clock
from tutor.core.redis import REDIS_FAULTS, RedisAway, RedisClient
from tutor.core.rooms import Rooms

log = structlog.get_logger(__name__)

GOOD_FOR_S = 60
REFRESH_S = 20.0
ROOMS_AT_ONCE = 20  # so that no other work waits for long


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
    """Presence of the rooms whose name begins with a watched prefix."""

    def __init__(
        self, redis: RedisClient, rooms: Rooms, clock: Clock, *, prefix: str, node: str, refresh_s: float = REFRESH_S
    ) -> None:
        """`node` is this node's name; its sheets are renewed every `refresh_s` seconds."""
        self._redis = redis
        self._rooms = rooms
        self._clock = clock
        self._prefix = prefix
        self._node = node
        self._refresh_s = refresh_s
        self._changed: dict[str, Changed] = {}
        self._moved: dict[str, None] = {}
        self._to_renew: dict[str, None] = {}
        self._seen: dict[str, frozenset[str]] = {}
        self._told: dict[str, frozenset[str]] = {}
        self._wake = asyncio.Event()

    def watch(self, prefix: str, changed: Changed) -> None:
        """Keep the roll of the rooms whose name begins with `prefix`, and call `changed(room)` when it may differ."""
        self._changed[prefix] = changed
        self._rooms.watch(prefix, self._note)

    def _note(self, room: str) -> None:
        self._moved[room] = None
        self._wake.set()

    def renew(self, rooms: Iterable[str]) -> None:
        """Write these rooms down again: Redis may have lost them."""
        self._to_renew |= {room: None for room in rooms if room.startswith(tuple(self._changed))}
        self._wake.set()

    async def keep(self) -> None:
        """Run for ever: write down who came and went, and renew everything in time."""
        due = self._clock.monotonic() + self._refresh_s
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(max(due - self._clock.monotonic(), 0)):
                    await self._wake.wait()
            self._wake.clear()
            if self._clock.monotonic() >= due:
                due = self._clock.monotonic() + self._refresh_s
                await self._refresh()
            moved, self._moved = self._moved, {}
            renewed, self._to_renew = self._to_renew, {}
            await self._write([*moved, *(room for room in renewed if room not in moved)])
            for room in moved:
                await self._tell(room)

    async def _tell(self, room: str) -> None:
        self._seen.pop(room, None)
        for prefix, changed in self._changed.items():
            if room.startswith(prefix):
                await changed(room)
        if (seen := self._seen.pop(room, None)) is not None:
            self._told[room] = seen

    async def _refresh(self) -> None:
        """Renew all rooms, and look for people of nodes that died, or that came while Redis was away."""
        rooms = [room for prefix in self._changed for room in self._rooms.names(prefix)]
        if not await self._write(rooms):
            return
        for room in rooms:
            told = self._told.get(room)
            if told is not None and told != _ids(await self.present(room)):
                self._moved[room] = None

    async def _write(self, rooms: Sequence[str]) -> bool:
        """Write this node's sheets, many in one round trip; False when Redis is away."""
        try:
            for some in _batches(rooms):
                async with self._redis.pipeline(transaction=False) as pipe:
                    for room in some:
                        self._add_sheet(pipe, room)
                    await pipe.execute()
        except REDIS_FAULTS as error:
            _log("roll_not_written", error)
            return False
        return True

    def _add_sheet(self, pipe: Pipeline, room: str) -> None:
        key, people = self._key(room), _attendees(self._rooms.present(room))
        if not people:
            self._told.pop(room, None)
            self._seen.pop(room, None)
            pipe.hdel(key, self._node)
            return
        now = self._clock.now().timestamp()
        sheet = Sheet(until=now + GOOD_FOR_S, people=people)
        pipe.hset(key, self._node, sheet.model_dump_json())
        pipe.expire(key, GOOD_FOR_S)
        for person in people:
            places = self._places(person.id)
            pipe.zadd(places, {room: sheet.until})
            pipe.zremrangebyscore(places, "-inf", now)
            pipe.expire(places, GOOD_FOR_S)

    async def present(self, room: str) -> list[Attendee]:
        """The people in a room on all nodes, each once; those of this node first."""
        people = {person.id: person for person in _attendees(self._rooms.present(room))}
        here = bool(people)
        try:
            sheets = await self._redis.hgetall(self._key(room))
            for sheet in await self._read(room, sheets):
                people |= {person.id: person for person in sheet.people if person.id not in people}
        except REDIS_FAULTS as error:
            _log("roll_not_read", error)
        if here:
            self._seen[room] = _ids(people.values())
        return list(people.values())

    async def _read(self, room: str, sheets: Mapping[bytes | str, bytes | str]) -> list[Sheet]:
        """The other nodes' sheets that are still good; those long out of date are thrown away."""
        now, good, old = self._clock.now().timestamp(), [], []
        for node, text in sheets.items():
            try:
                sheet = SHEET.validate_json(text)
            except ValidationError:
                log.warning("roll_sheet_unreadable", node=node)  # of another version, while a deploy goes on
                continue
            if node == self._node:
                continue
            if sheet.until > now:
                good.append(sheet)
            elif sheet.until < now - GOOD_FOR_S:  # not sooner: a node that was held up may be writing it just now
                old.append(node)
        if old:
            await self._redis.hdel(self._key(room), *old)
        return good

    async def rooms_with(self, person_ids: Iterable[str], prefix: str) -> set[str]:
        """The rooms whose name begins with `prefix` that some of these people may be in; `present` tells for sure."""
        wanted = set(person_ids)
        found = {
            room for room in self._rooms.names(prefix) if any(one.id in wanted for one in self._rooms.present(room))
        }
        now = self._clock.now().timestamp()
        try:
            async with self._redis.pipeline(transaction=False) as pipe:
                for person_id in wanted:
                    pipe.zrangebyscore(self._places(person_id), now, "+inf")
                for rooms in await pipe.execute():
                    found |= {room for room in rooms if room.startswith(prefix)}
        except REDIS_FAULTS as error:
            _log("roll_not_read", error)
        return found

    def _key(self, room: str) -> str:
        return f"{self._prefix}:roll:{room}"

    def _places(self, person_id: str) -> str:
        return f"{self._prefix}:places:{person_id}"


def _batches(rooms: Sequence[str]) -> Iterator[Sequence[str]]:
    return (rooms[start : start + ROOMS_AT_ONCE] for start in range(0, len(rooms), ROOMS_AT_ONCE))


def _log(what: str, error: Exception) -> None:
    if not isinstance(error, RedisAway):  # that Redis is away is told once, by its guard
        log.warning(what, error=type(error).__name__)


def _ids(people: Iterable[Attendee]) -> frozenset[str]:
    return frozenset(person.id for person in people)


def _attendees(callers: Iterable[Caller]) -> tuple[Attendee, ...]:
    return tuple(Attendee(id=caller.id, name=caller.name, role=caller.role) for caller in callers)


ROLL: web.AppKey[Roll] = web.AppKey("roll", Roll)
