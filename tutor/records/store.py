"""The records in MongoDB: who read what, and how replies were written. The only code that knows their documents."""

from collections.abc import Iterable
from dataclasses import replace

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from tutor.core.cursors import Position
from tutor.core.errors import Conflict
from tutor.core.mongo import Database, Document, Mapped, documents, ensure_indexes, newest_first
from tutor.records.models import Pace, Read

READ = Mapped(Read)
PACE = Mapped(Pace)
TRIES = 20


class RecordStore:
    """The log of reads, and the paces of replies.

    A visit's `_id` names its reader, its conversation and its number, so that of two tabs that begin it at once one
    does; nothing of it that an index holds ever changes.
    """

    def __init__(self, database: Database) -> None:
        self._reads = database["reads"]
        self._paces = database["paces"]

    async def prepare(self) -> None:
        """Create the indexes."""
        await ensure_indexes(
            self._reads,
            [
                IndexModel([("conversation_id", ASCENDING), ("reader_id", ASCENDING), ("number", DESCENDING)]),
                IndexModel([("student_id", ASCENDING), ("at", DESCENDING)]),
            ],
        )

    async def note(self, read: Read) -> None:
        """Write a visit down, or make the reader's last one longer when it goes on from that. The number is given here.

        Raises:
            Conflict: the same reader begins so many at once that none could be written.

        """
        for _ in range(TRIES):
            last = await self._last(read)
            if last is not None and read.goes_on_from(last):
                changes: Document = {"$max": {"until": read.until}}
                if read.why is not None and last.why is None:
                    changes["$set"] = {"why": read.why}
                await self._reads.update_one({"_id": last.id}, changes)
                return
            number = last.number + 1 if last is not None else 1
            new = replace(read, id=f"{read.conversation_id}:{read.reader_id}:{number}", number=number)
            try:
                await self._reads.insert_one(READ.to_document(new))
            except DuplicateKeyError:
                continue  # another tab was faster
            return
        raise Conflict(what="visit")

    async def _last(self, read: Read) -> Read | None:
        wanted = {"conversation_id": read.conversation_id, "reader_id": read.reader_id}
        async for row in documents(self._reads, wanted, order=[("number", DESCENDING)], limit=1):
            return READ.from_document(row)
        return None

    async def reads_of(self, student_id: str, before: Position | None = None, limit: int = 0) -> list[Read]:
        """The visits to a student's conversations, newest first, from after `before`; 0 is no limit."""
        rows = await newest_first(self._reads, {"student_id": student_id}, "at", before, limit)
        return [READ.from_document(row) for row in rows]

    async def add_pace(self, pace: Pace) -> None:
        """Keep how a reply was written; what is there already stays."""
        try:
            await self._paces.insert_one(PACE.to_document(pace))
        except DuplicateKeyError:
            return

    async def paces(self, reply_ids: Iterable[str]) -> dict[str, Pace]:
        """How those of the replies were written of which it is known."""
        rows = documents(self._paces, {"_id": {"$in": list(reply_ids)}})
        return {pace.id: pace async for row in rows for pace in [PACE.from_document(row)]}
