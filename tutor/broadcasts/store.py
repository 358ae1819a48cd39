"""Broadcasts and their receipts in MongoDB: the only code that knows their documents. Used by the service."""

import asyncio
from collections.abc import Collection, Sequence

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from tutor.broadcasts.models import Broadcast, Receipt
from tutor.core.cursors import Position
from tutor.core.mongo import Database, Document, Mapped, documents, ensure_indexes, newest_first

BROADCAST = Mapped(Broadcast)
RECEIPT = Mapped(Receipt)


class BroadcastStore:
    """What was said, in one document with all whom it was for, and a receipt for each student who has read it.

    A receipt's `_id` is made of both ids, so that it is there once.
    """

    def __init__(self, database: Database) -> None:
        self._broadcasts = database["broadcasts"]
        self._receipts = database["receipts"]

    async def prepare(self) -> None:
        """Create the indexes."""
        await ensure_indexes(
            self._broadcasts,
            [
                IndexModel([("teacher_id", ASCENDING), ("client_id", ASCENDING)], unique=True),
                IndexModel([("student_ids", ASCENDING), ("sent_at", DESCENDING)]),
                IndexModel([("class_id", ASCENDING), ("sent_at", DESCENDING)]),
            ],
        )
        await ensure_indexes(self._receipts, [IndexModel("broadcast_id")])

    async def add(self, broadcast: Broadcast) -> tuple[Broadcast, bool]:
        """Store a new broadcast, or return the one with the same `client_id`; and whether it is new."""
        try:
            await self._broadcasts.insert_one(BROADCAST.to_document(broadcast))
        except DuplicateKeyError:
            found = await self._broadcasts.find_one(
                {"teacher_id": broadcast.teacher_id, "client_id": broadcast.client_id}
            )
            if found is None:
                raise
            return BROADCAST.from_document(found), False
        return broadcast, True

    async def find(self, broadcast_id: str) -> Broadcast | None:
        """The broadcast with this id."""
        found = await self._broadcasts.find_one({"_id": broadcast_id})
        return None if found is None else BROADCAST.from_document(found)

    async def for_student(self, student_id: str, before: Position | None, limit: int) -> list[Broadcast]:
        """What was for a student, newest first, from after `before`."""
        return await self._page({"student_ids": student_id}, before, limit)

    async def of_class(self, class_id: str, before: Position | None, limit: int) -> list[Broadcast]:
        """What was said to a class or some of it, newest first, from after `before`."""
        return await self._page({"class_id": class_id}, before, limit)

    async def _page(self, wanted: Document, before: Position | None, limit: int) -> list[Broadcast]:
        rows = await newest_first(self._broadcasts, wanted, "sent_at", before, limit)
        return [BROADCAST.from_document(row) for row in rows]

    async def add_receipt(self, receipt: Receipt) -> bool:
        """Keep that a student has read a broadcast; False when that was known."""
        try:
            await self._receipts.insert_one(RECEIPT.to_document(receipt))
        except DuplicateKeyError:
            return False
        return True

    async def read_by(self, student_id: str, broadcast_ids: Collection[str]) -> set[str]:
        """Those of the broadcasts that the student has read."""
        wanted = {"_id": {"$in": [receipt_id(one, student_id) for one in broadcast_ids]}}
        return {str(row["broadcast_id"]) async for row in documents(self._receipts, wanted)}

    async def counts(self, broadcast_ids: Sequence[str]) -> dict[str, int]:
        """How many students have read each of the broadcasts."""
        counts = await asyncio.gather(*(self._receipts.count_documents({"broadcast_id": one}) for one in broadcast_ids))
        return dict(zip(broadcast_ids, counts, strict=True))


def receipt_id(broadcast_id: str, student_id: str) -> str:
    """The id of a student's receipt for a broadcast."""
    return f"{broadcast_id}:{student_id}"
