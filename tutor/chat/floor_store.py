"""The floor in MongoDB: whose it is, what lasts only while a teacher is there, and drafts that wait for one.

`store.py` holds it; `floors.py` and `drafts.py` work with it.
"""

from tutor.chat.models import Floor, Message, Reply, State
from tutor.chat.stored import FLOOR, MESSAGE, REPLY
from tutor.core.leases import Leases
from tutor.core.mongo import Database, Document, Value, documents, only_if

IS_CHECKING: Document = {"$eq": ["$state", "checking"]}


class FloorStore:
    """Floors of conversations, the teachers who have them, and waiting drafts."""

    def __init__(self, database: Database) -> None:
        self._conversations = database["conversations"]
        self._messages = database["messages"]
        self.floors = Leases(database, "floors")
        self.holds = Leases(database, "holds")

    async def prepare(self) -> None:
        """Create the indexes; those of conversations and messages are `store.py`'s."""
        await self.floors.prepare()
        await self.holds.prepare()

    async def change(self, conversation_id: str, number: int, floor: Floor) -> bool:
        """Let somebody else have the floor, if it is still the one with this number; of many one succeeds."""
        is_known: Document = {"$eq": [{"$ifNull": ["$floor.number", 0]}, number]}
        update = only_if(is_known, {"floor": FLOOR.to_document(floor)})
        return (await self._conversations.update_one({"_id": conversation_id}, update)).modified_count == 1

    async def waiting(self) -> list[Message]:
        """The replies of all conversations that wait for a teacher, in the order they were asked for."""
        rows = [MESSAGE.from_document(row) async for row in documents(self._messages, {"state": "checking"})]
        return sorted(rows, key=lambda reply: (reply.created_at, reply.id))

    async def waiting_in(self, conversation_id: str) -> list[Message]:
        """Those of one conversation."""
        return [reply for reply in await self.waiting() if reply.conversation_id == conversation_id]

    async def decide(self, draft: Message, state: State, text: str, facts: Reply) -> bool:
        """End a reply that waits; of many decisions one succeeds."""
        changes: dict[str, Value] = {"state": state, "text": text, "reply": REPLY.to_document(facts)}
        return await self._change(draft.id, IS_CHECKING, changes)

    async def remind(self, draft_id: str) -> bool:
        """Note that teachers are told again of a reply that waits; True for the one who does it."""
        is_new: Document = {"$and": [IS_CHECKING, {"$ne": ["$reply.reminded", True]}]}
        return await self._change(draft_id, is_new, {"reply.reminded": True})

    async def _change(self, message_id: str, condition: Document, changes: dict[str, Value]) -> bool:
        result = await self._messages.update_one({"_id": message_id}, only_if(condition, changes))
        return result.modified_count == 1

    async def mark_whispered(self, conversation_id: str) -> None:
        """Note that there may be whispers here from now on."""
        await self._conversations.update_one({"_id": conversation_id}, {"$set": {"whispered": True}})
