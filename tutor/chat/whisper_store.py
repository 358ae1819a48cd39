"""Whispers in MongoDB, one document each; none is ever deleted. Used by `whispers.py` and `briefing.py`."""

from dataclasses import asdict
from datetime import datetime

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from tutor.chat.models import Author, Whisper
from tutor.chat.stored import WHISPER
from tutor.core.clock import Clock
from tutor.core.mongo import Database, Document, Value, documents, ensure_indexes, only_if


class WhisperStore:
    """The whispers of all conversations."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._whispers = database["whispers"]
        self._clock = clock

    async def prepare(self) -> None:
        """Create the indexes."""
        await ensure_indexes(
            self._whispers,
            [
                IndexModel([("conversation_id", ASCENDING), ("client_id", ASCENDING)], unique=True),
                IndexModel("conversation_id"),
            ],
        )

    async def add(self, whisper: Whisper) -> tuple[Whisper, bool]:
        """Store a whisper, or return the one with the same `client_id`; and whether it is new."""
        try:
            await self._whispers.insert_one(WHISPER.to_document(whisper))
        except DuplicateKeyError:
            known = await self.by_client_id(whisper.conversation_id, whisper.client_id)
            if known is None:
                raise
            return known, False
        return whisper, True

    async def by_client_id(self, conversation_id: str, client_id: str) -> Whisper | None:
        """The whisper that a client gave this id."""
        found = await self._whispers.find_one({"conversation_id": conversation_id, "client_id": client_id})
        return self._now(found) if found else None

    async def get(self, conversation_id: str, whisper_id: str) -> Whisper | None:
        """One whisper of a conversation."""
        found = await self._whispers.find_one({"_id": whisper_id})
        whisper = self._now(found) if found else None
        return whisper if whisper is not None and whisper.conversation_id == conversation_id else None

    async def every(self, conversation_id: str) -> list[Whisper]:
        """All whispers of a conversation, oldest first, ended or not."""
        rows = documents(self._whispers, {"conversation_id": conversation_id})
        return sorted([self._now(row) async for row in rows], key=lambda one: (one.created_at, one.id))

    async def active(self, conversation_id: str) -> list[Whisper]:
        """Those in force, oldest first."""
        return [whisper for whisper in await self.every(conversation_id) if whisper.is_active]

    async def end(
        self, whisper_id: str, now: datetime, *, by: Author | None = None, reply_id: str | None = None
    ) -> bool:
        """End a whisper that is in force: by a teacher, or because a reply has used it up. Of many one succeeds."""
        changes: dict[str, Value] = {
            "ended_at": now,
            "ended_by": asdict(by) if by is not None else None,
            "reply_id": reply_id,
        }
        is_active: Document = {"$eq": [{"$ifNull": ["$ended_at", None]}, None]}
        result = await self._whispers.update_one({"_id": whisper_id}, only_if(is_active, changes))
        return result.modified_count == 1

    def _now(self, row: Document) -> Whisper:
        return WHISPER.from_document(row).at(self._clock.now())
