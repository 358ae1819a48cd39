"""The board's only MongoDB code: the hands that are up and the flags that were set, one document a conversation."""

from collections.abc import Iterable, Mapping

from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError

from tutor.board.models import Flag, Hand
from tutor.core.mongo import Database, Document, Mapped, Value, documents, ensure_indexes

HAND = Mapped(Hand)
FLAG = Mapped(Flag)


def _if(condition: Mapping[str, Value], changes: Mapping[str, Value]) -> list[Document]:
    """An update that changes a document only while the condition holds, decided by the store itself."""
    return [{"$set": {name: {"$cond": [condition, {"$literal": new}, f"${name}"]} for name, new in changes.items()}}]


class BoardStore:
    """Hands and flags in one database."""

    def __init__(self, database: Database) -> None:
        self._hands = database["hands"]
        self._flags = database["flags"]

    async def prepare(self) -> None:
        """Create the indexes."""
        await ensure_indexes(self._hands, [IndexModel("student_id")])
        await ensure_indexes(self._flags, [IndexModel("student_id")])

    # Hands

    async def raise_hand(self, hand: Hand) -> bool:
        """Put a hand up; False when it is up already."""
        try:
            await self._hands.insert_one(HAND.to_document(hand))
        except DuplicateKeyError:
            return False
        return True

    async def set_line(self, conversation_id: str, line: str) -> None:
        """Change what is written to a hand that is up."""
        await self._hands.update_one({"_id": conversation_id}, {"$set": {"line": line}})

    async def hand(self, conversation_id: str) -> Hand | None:
        """The hand that is up in a conversation."""
        found = await self._hands.find_one({"_id": conversation_id})
        return None if found is None else HAND.from_document(found)

    async def claim(self, claimed: Hand, *, after: str | None = None) -> Hand | None:
        """Claim a hand that nobody has, or `after` has; the hand as it is then, None when it is down."""
        free = {"$and": [{"$eq": ["$key", claimed.key]}, {"$eq": ["$claimed_by", after]}]}
        changes: dict[str, Value] = {
            "claimed_by": claimed.claimed_by,
            "claimed_name": claimed.claimed_name,
            "claimed_at": claimed.claimed_at,
        }
        await self._hands.update_one({"_id": claimed.id}, _if(free, changes))
        return await self.hand(claimed.id)

    async def take_down(self, hand: Hand) -> bool:
        """Take a hand down; False when somebody else did."""
        result = await self._hands.delete_one({"_id": hand.id, "key": hand.key})
        return result.deleted_count == 1

    async def hands_of(self, student_ids: Iterable[str]) -> list[Hand]:
        """The hands of some students, the first raised first."""
        rows = documents(self._hands, {"student_id": {"$in": list(student_ids)}}, order=[("raised_at", 1), ("_id", 1)])
        return [HAND.from_document(row) async for row in rows]

    # Flags

    async def flag(self, conversation_id: str) -> Flag | None:
        """A conversation's flag, set or cleared; None when it never had one."""
        found = await self._flags.find_one({"_id": conversation_id})
        return None if found is None else FLAG.from_document(found)

    async def set_flag(self, flag: Flag) -> None:
        """Set or clear a flag."""
        if not await self._insert(flag):
            changes = {"on": flag.on, "at": flag.at, "by": flag.by}
            await self._flags.update_one({"_id": flag.id}, {"$set": changes, "$max": {"seq": flag.seq}})

    async def judge(self, flag: Flag) -> None:
        """Set a flag because of the message `flag.seq`, unless that one was judged before."""
        if not await self._insert(flag):
            newer = {"$gt": [flag.seq, "$seq"]}
            changes: dict[str, Value] = {"on": True, "at": flag.at, "by": None, "seq": flag.seq}
            await self._flags.update_one({"_id": flag.id}, _if(newer, changes))

    async def _insert(self, flag: Flag) -> bool:
        try:
            await self._flags.insert_one(FLAG.to_document(flag))
        except DuplicateKeyError:
            return False
        return True

    async def flags_of(self, student_ids: Iterable[str]) -> list[Flag]:
        """The flags of some students, set or cleared."""
        rows = documents(self._flags, {"student_id": {"$in": list(student_ids)}})
        return [FLAG.from_document(row) async for row in rows]
