"""Leases: at most one holder of a thing, while it gives signs of life. `chat` holds running replies with them.

A lease is a document, inserted to take it and deleted to give it back. Nothing unique is ever updated, because the
embedded store keeps the old entry of a unique index when an update changes its field.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError

from tutor.core.mongo import Database, Mapped, documents, ensure_indexes

PAUSE_TRIES = 10


@dataclass(frozen=True, slots=True)
class Lease:
    """A hold on the thing `id` by `owner` for the work `subject`, good until a moment in UTC.

    `group` is whom the work is for, so that somebody's leases can be counted. `stop_asked` and `pauses` are words left
    for the owner: to end the work, and how often it was told to pause or to go on again (odd: it should pause).
    """

    id: str
    subject: str
    group: str
    owner: str
    until: datetime
    stop_asked: bool = False
    pauses: int = 0

    @property
    def is_paused(self) -> bool:
        return self.pauses % 2 == 1


LEASE = Mapped(Lease)


class Leases:
    """The leases of one kind, in a collection of their own."""

    def __init__(self, database: Database, kind: str) -> None:
        self._leases = database[kind]

    async def prepare(self) -> None:
        """Create the indexes."""
        await ensure_indexes(self._leases, [IndexModel("group"), IndexModel("until")])

    async def take(self, lease: Lease) -> bool:
        """Hold a thing; False when somebody holds it already."""
        try:
            await self._leases.insert_one(LEASE.to_document(lease))
        except DuplicateKeyError:
            return False
        return True

    async def renew(self, things: Iterable[str], owner: str, until: datetime) -> None:
        """Hold everything longer that is still the owner's."""
        await self._leases.update_many({"_id": {"$in": list(things)}, "owner": owner}, {"$set": {"until": until}})

    async def pass_on(self, lease: Lease, owner: str, until: datetime) -> bool:
        """Let a lease go to another owner, with its work; False when it is not as it was, so of many one succeeds."""
        wanted = {"_id": lease.id, "subject": lease.subject, "owner": lease.owner, "until": lease.until}
        result = await self._leases.update_one(wanted, {"$set": {"owner": owner, "until": until}})
        return result.matched_count == 1

    async def ask_to_stop(self, thing: str, subject: str) -> bool:
        """Leave word for the owner that the work should end; False when it has."""
        wanted = {"_id": thing, "subject": subject}
        result = await self._leases.update_one(wanted, {"$set": {"stop_asked": True}})
        return result.matched_count == 1

    async def ask_to_pause(self, thing: str, subject: str, *, paused: bool) -> Lease | None:
        """Leave word for the owner that the work should pause or go on. The lease then; None when it has ended."""
        for _ in range(PAUSE_TRIES):  # somebody else may say the opposite at the same moment
            lease = await self.get(thing)
            if lease is None or lease.subject != subject:
                return None
            if lease.is_paused == paused:
                return lease
            wanted = {"_id": thing, "subject": subject, "pauses": lease.pauses}
            await self._leases.update_one(wanted, {"$set": {"pauses": lease.pauses + 1}})
        return None

    async def words_for(self, owner: str) -> list[Lease]:
        """The leases of an owner for whom words were left."""
        rows = documents(self._leases, {"owner": owner, "$or": [{"stop_asked": True}, {"pauses": {"$gt": 0}}]})
        return [LEASE.from_document(row) async for row in rows]

    async def give_back(self, thing: str, subject: str) -> None:
        """Hold it no longer; not holding it is no error."""
        await self._leases.delete_one({"_id": thing, "subject": subject})

    async def get(self, thing: str) -> Lease | None:
        """Who holds a thing."""
        found = await self._leases.find_one({"_id": thing})
        return LEASE.from_document(found) if found else None

    async def of(self, groups: Iterable[str]) -> list[Lease]:
        """What is held for somebody."""
        rows = documents(self._leases, {"group": {"$in": list(groups)}})
        return [LEASE.from_document(row) async for row in rows]

    async def every(self) -> list[Lease]:
        """All that is held. For kinds of which there are few."""
        return [LEASE.from_document(row) async for row in documents(self._leases, {})]

    async def run_out(self, now: datetime) -> list[Lease]:
        """The leases whose holder has not been heard of in time."""
        return [LEASE.from_document(row) async for row in documents(self._leases, {"until": {"$lt": now}})]
