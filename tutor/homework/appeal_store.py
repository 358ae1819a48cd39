"""Appeals and their messages in MongoDB: the only code that knows their documents."""

from datetime import datetime

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from tutor.core.mongo import Database, Document, Mapped, documents, ensure_indexes, only_if
from tutor.homework.models import Appeal, AppealMessage

APPEAL = Mapped(Appeal)
MESSAGE = Mapped(AppealMessage)


class AppealStore:
    """A document an appeal, whose `_id` is made of its submission and question, and one a message.

    A message's `_id` is made of its appeal and number, so that every number is given once and none is left out.
    """

    def __init__(self, database: Database) -> None:
        self._appeals = database["appeals"]
        self._messages = database["appeal_messages"]

    async def prepare(self) -> None:
        """Create the indexes."""
        await ensure_indexes(self._appeals, [IndexModel("submission_id"), IndexModel("assignment_id")])
        sent_once = IndexModel([("appeal_id", ASCENDING), ("client_id", ASCENDING)], unique=True)
        await ensure_indexes(self._messages, [IndexModel("appeal_id"), sent_once])

    async def open(self, appeal: Appeal) -> Appeal:
        """Store a new one, or return the one that is there."""
        try:
            await self._appeals.insert_one(APPEAL.to_document(appeal))
        except DuplicateKeyError:
            return await self.find(appeal.id) or appeal
        return appeal

    async def find(self, appeal_id: str) -> Appeal | None:
        """The appeal with this id."""
        found = await self._appeals.find_one({"_id": appeal_id})
        return None if found is None else APPEAL.from_document(found)

    async def settle(self, appeal_id: str, now: datetime) -> None:
        """Close an appeal; a closed one stays as it is."""
        await self._appeals.update_one({"_id": appeal_id}, only_if({"$eq": ["$settled_at", None]}, {"settled_at": now}))

    async def of_submission(self, submission_id: str) -> dict[str, Appeal]:
        """The appeals about a submission, by question."""
        found = [APPEAL.from_document(row) async for row in documents(self._appeals, {"submission_id": submission_id})]
        return {one.question_id: one for one in found}

    async def waiting(self, assignment_id: str) -> frozenset[str]:
        """The submissions of an assignment with an appeal that is open."""
        wanted: Document = {"assignment_id": assignment_id}
        found = [APPEAL.from_document(row) async for row in documents(self._appeals, wanted)]
        return frozenset(one.submission_id for one in found if one.settled_at is None)

    async def messages(self, appeal_id: str) -> list[AppealMessage]:
        """All messages of an appeal in their order."""
        found = [MESSAGE.from_document(row) async for row in documents(self._messages, {"appeal_id": appeal_id})]
        return sorted(found, key=lambda one: one.seq)

    async def sent(self, appeal_id: str, client_id: str) -> AppealMessage | None:
        """The message that was sent with this `client_id`."""
        found = await self._messages.find_one({"appeal_id": appeal_id, "client_id": client_id})
        return None if found is None else MESSAGE.from_document(found)

    async def add(self, message: AppealMessage) -> bool:
        """Store a message; False when its number or its `client_id` is taken."""
        try:
            await self._messages.insert_one(MESSAGE.to_document(message))
        except DuplicateKeyError:
            return False
        return True
