"""The chat's conversations and messages in MongoDB, one document each.

A message's `seq` is one more than the last, inserted under a unique index, so numbers have no holes and no doubles even
with many writers and crashes between. `conversations.last_seq` is a hint that never runs ahead.

Beside it stand `floor_store.py` and `whisper_store.py`; how all three find and change documents says `stored.py`.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pymongo import ASCENDING, IndexModel, UpdateOne
from pymongo.errors import BulkWriteError, DuplicateKeyError

from tutor.chat.floor_store import FloorStore
from tutor.chat.models import RUNNING, About, Conversation, Ladder, Message, Rating, Reply, State
from tutor.chat.search import excerpt, grams, wanted_grams
from tutor.chat.stored import CONVERSATION, MESSAGE, REPLY
from tutor.core.errors import Conflict
from tutor.core.leases import Leases
from tutor.core.mongo import Database, Document, Value, documents, ensure_indexes, only_if

NEWEST = 2**31
SEQ_TRIES = 1000
MOST_SEEN = 10_000
DUPLICATE_KEY = 11000


@dataclass(frozen=True, slots=True)
class Found:
    """A place where a search matched."""

    conversation_id: str
    message_id: str | None
    seq: int | None
    excerpt: str


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The text so far of a reply and its number of parts, written by the owner with `fence`; `withheld` is hidden."""

    reply_id: str
    fence: int
    text: str
    parts: int
    provider: str | None
    model: str | None
    withheld: str = ""


def _if_written_by(fence: int, changes: Mapping[str, Value]) -> list[Document]:
    """An update that changes a reply only while it has not ended and `fence` is its owner's."""
    is_running = {"$in": ["$state", sorted(RUNNING)]}
    return only_if({"$and": [is_running, {"$eq": ["$reply.fence", fence]}]}, changes)


class ChatStore:
    """Conversations and messages in one database."""

    def __init__(self, database: Database) -> None:
        self._conversations = database["conversations"]
        self._messages = database["messages"]
        self._days = database["reply_days"]
        self.leases = Leases(database, "running_replies")
        self.floors = FloorStore(database)
        self._seen: OrderedDict[str, int] = OrderedDict()

    async def prepare(self) -> None:
        """Create the indexes."""
        await self.leases.prepare()
        await self.floors.prepare()
        await ensure_indexes(
            self._conversations,
            [
                IndexModel([("student_id", ASCENDING), ("client_id", ASCENDING)], unique=True),
                IndexModel([("student_id", ASCENDING), ("updated_at", ASCENDING)]),
                IndexModel([("student_id", ASCENDING), ("about.id", ASCENDING)]),
            ],
        )
        await ensure_indexes(
            self._messages,
            [
                IndexModel([("conversation_id", ASCENDING), ("seq", ASCENDING)], unique=True),
                IndexModel([("conversation_id", ASCENDING), ("client_id", ASCENDING)], unique=True),
                IndexModel([("student_id", ASCENDING), ("grams", ASCENDING)]),
                IndexModel([("state", ASCENDING)]),
            ],
        )

    # Conversations

    async def add_conversation(self, conversation: Conversation) -> tuple[Conversation, bool]:
        """Store a new conversation, or return the one with the same `client_id`; and whether it is new."""
        try:
            await self._conversations.insert_one(CONVERSATION.to_document(conversation))
        except DuplicateKeyError:
            found = await self._conversations.find_one(
                {"student_id": conversation.student_id, "client_id": conversation.client_id}
            )
            if found is None:
                raise
            return CONVERSATION.from_document(found), False
        return conversation, True

    async def conversation(self, conversation_id: str) -> Conversation | None:
        """A conversation, deleted or not."""
        found = await self._conversations.find_one({"_id": conversation_id})
        if found is None:
            return None
        conversation = CONVERSATION.from_document(found)
        self._seen[conversation_id] = conversation.last_seq
        if len(self._seen) > MOST_SEEN:
            self._seen.popitem(last=False)
        return conversation

    async def change_conversation(
        self, conversation_id: str, changes: dict[str, str | datetime | None]
    ) -> Conversation | None:
        """Set fields of a conversation and return it as it is then."""
        await self._conversations.update_one({"_id": conversation_id}, {"$set": changes})
        return await self.conversation(conversation_id)

    async def touch(self, conversation_id: str, last_seq: int, now: datetime, *, title: str | None = None) -> None:
        """Move the hint and the time of last use forward, and give it a title."""
        changes: Document = {"$max": {"last_seq": last_seq, "updated_at": now}}
        await self._conversations.update_one(
            {"_id": conversation_id}, changes if title is None else changes | {"$set": {"title": title}}
        )

    async def climb(self, conversation_id: str, before: Ladder, after: Ladder) -> bool:
        """Change a conversation's ladder; False when it is not as it was `before` any more."""
        is_as_before = {
            "$and": [
                {"$eq": [{"$ifNull": ["$ladder.problem_id", None]}, before.problem_id]},
                {"$eq": [{"$ifNull": ["$ladder.level", 0]}, before.level]},
            ]
        }
        literal = {"$literal": {"problem_id": after.problem_id, "level": after.level}}
        changed: Document = {"ladder": {"$cond": [is_as_before, literal, "$ladder"]}}
        result = await self._conversations.update_one({"_id": conversation_id}, [{"$set": changed}])
        return result.modified_count == 1

    async def conversations(
        self, student_id: str, *, archived: bool, before: tuple[datetime, str] | None, limit: int
    ) -> list[Conversation]:
        """A student's conversations, last used first, from after the one that `before` names."""
        wanted: Document = {"student_id": student_id}
        if before is not None:
            wanted["updated_at"] = {"$lte": before[0]}
        found: list[Conversation] = []
        async for row in documents(self._conversations, wanted, order=[("updated_at", -1), ("_id", -1)]):
            one = CONVERSATION.from_document(row)
            is_wanted = one.deleted_at is None and (one.archived_at is not None) == archived
            if is_wanted and (before is None or (one.updated_at, one.id) < before):
                found.append(one)
            if len(found) == limit:
                break
        return found

    async def conversations_by_id(self, ids: Iterable[str]) -> list[Conversation]:
        """Those of the conversations that are not deleted, last used first."""
        rows = documents(self._conversations, {"_id": {"$in": list(ids)}}, order=[("updated_at", -1)])
        return [one async for row in rows if (one := CONVERSATION.from_document(row)).deleted_at is None]

    async def open_about(self, student_id: str, about: About) -> Conversation | None:
        """A student's newest conversation about something that is neither deleted nor archived."""
        rows = documents(self._conversations, {"student_id": student_id, "about.id": about.id})
        found = [CONVERSATION.from_document(row) async for row in rows]
        is_open = (one for one in found if one.deleted_at is None and one.archived_at is None)
        same = (one for one in is_open if one.about is not None and one.about.kind == about.kind)
        return max(same, key=lambda one: (one.created_at, one.id), default=None)

    # Messages

    async def add_message(self, message: Message, student_id: str) -> tuple[Message, bool]:
        """Store a message under the next free `seq`, or return the one with the same `client_id`, and say which.

        The message's own `seq` is only where to begin trying.

        Raises:
            Conflict: so many others write here that no `seq` could be had.

        """
        document = MESSAGE.to_document(message) | {"student_id": student_id}
        if message.author.kind == "student":
            document["grams"] = grams(message.text)
        for seq in range(message.seq, message.seq + SEQ_TRIES):
            document["seq"] = seq
            try:
                await self._messages.insert_one(document)
            except DuplicateKeyError:
                found = await self.message_by_client_id(message.conversation_id, message.client_id)
                if found is not None:
                    return found, False
            else:
                return replace(message, seq=seq), True
        raise Conflict(what="message")

    async def add_question(self, question: Message, reply: Message, student_id: str) -> tuple[Message, Message | None]:
        """Store a question and its reply, still empty, in one write under the next two free `seq`.

        Without a reply in the answer, the question was there already.

        Raises:
            Conflict: so many others write here that no `seq` could be had.

        """
        first = MESSAGE.to_document(question) | {"student_id": student_id, "grams": grams(question.text)}
        second = MESSAGE.to_document(reply) | {"student_id": student_id}
        for seq in range(question.seq, question.seq + SEQ_TRIES):
            first["seq"], second["seq"] = seq, seq + 1
            try:
                await self._messages.insert_many([first, second])
            except BulkWriteError as error:
                if any(fault["code"] != DUPLICATE_KEY for fault in error.details["writeErrors"]):
                    raise
                known = await self.message_by_client_id(question.conversation_id, question.client_id)
                if known is not None and known.id != question.id:
                    return known, None
                if known is not None:  # somebody else took the reply's number
                    added, _ = await self.add_message(replace(reply, seq=seq + 2), student_id)
                    return known, added
            else:
                return replace(question, seq=seq), replace(reply, seq=seq + 1)
        raise Conflict(what="message")

    async def message(self, conversation_id: str, message_id: str) -> Message | None:
        """One message of a conversation."""
        found = await self._messages.find_one({"_id": message_id})
        message = MESSAGE.from_document(found) if found else None
        return message if message is not None and message.conversation_id == conversation_id else None

    async def message_by_client_id(self, conversation_id: str, client_id: str) -> Message | None:
        """The message that a client gave this id."""
        found = await self._messages.find_one({"conversation_id": conversation_id, "client_id": client_id})
        return MESSAGE.from_document(found) if found else None

    async def messages(self, conversation_id: str, after: int, below: int = NEWEST) -> list[Message]:
        """The messages with `after < seq < below`, in order. Callers keep the range short."""
        rows = documents(
            self._messages,
            {"conversation_id": conversation_id, "seq": {"$gt": after, "$lt": below}},
            order=[("seq", 1)],
        )
        return [MESSAGE.from_document(row) async for row in rows]

    async def newest(self, conversation_id: str, count: int) -> list[Message]:
        """The last `count` messages or a few more, in order.

        Where they begin is known from the last time that the conversation was read here: `seq` only grows.
        """
        seen = self._seen.get(conversation_id)
        if seen is None and (conversation := await self.conversation(conversation_id)) is not None:
            seen = conversation.last_seq
        return await self.messages(conversation_id, (seen or 0) - count)

    async def reply_of(self, question: Message, *, attempt: int) -> Message | None:
        """The reply of one attempt at a question."""
        return await self.message_by_client_id(question.conversation_id, f"{question.id}:{attempt}")

    async def replies_to(self, question: Message) -> list[Message]:
        """All replies to a question, oldest first."""
        later = await self.messages(question.conversation_id, question.seq)
        return [message for message in later if message.reply and message.reply.question_id == question.id]

    async def rate(self, reply: Message, rating: Rating | None) -> Message | None:
        """Set or clear the rating of a reply; None while it has not ended."""
        if not reply.is_final:
            return None
        await self._messages.update_one({"_id": reply.id}, {"$set": {"reply.rating": rating}})
        return await self.message(reply.conversation_id, reply.id)

    # Running replies

    async def running_reply(self, conversation_id: str) -> Message | None:
        """The conversation's reply that is queued or being written."""
        lease = await self.leases.get(conversation_id)
        reply = await self.message(conversation_id, lease.subject) if lease is not None else None
        return reply if reply is not None and reply.is_running else None

    async def unfinished(self, before: datetime) -> list[Message]:
        """The replies of all conversations that were stored before a moment and have not ended."""
        rows = [
            MESSAGE.from_document(row) for state in RUNNING async for row in documents(self._messages, {"state": state})
        ]
        return [row for row in rows if row.created_at < before]

    async def _change(self, reply_id: str, fence: int, changes: Mapping[str, Value]) -> bool:
        """Change a reply, unless it has ended or a newer owner has it. The changes must differ from what is there."""
        result = await self._messages.update_one({"_id": reply_id}, _if_written_by(fence, changes))
        return result.modified_count == 1

    async def start(self, reply_id: str, fence: int) -> bool:
        """Mark a queued reply as being written. False when it has ended, or a newer owner has it."""
        return await self._change(reply_id, fence, {"state": "running"})

    async def checkpoint(self, checkpoints: Sequence[Checkpoint]) -> set[str]:
        """Keep the text so far of many replies in one go, and say which of them are not their writer's any more."""
        updates = [
            UpdateOne(
                {"_id": one.reply_id},
                _if_written_by(
                    one.fence,
                    {
                        "text": one.text,
                        "reply.parts": one.parts,
                        "reply.provider": one.provider,
                        "reply.model": one.model,
                        "reply.withheld": one.withheld,
                    },
                ),
            )
            for one in checkpoints
        ]
        result = await self._messages.bulk_write(updates, ordered=False)
        if result.modified_count == len(checkpoints):
            return set()
        return {one.reply_id for one in checkpoints if not await self._is_written_by(one.reply_id, one.fence)}

    async def _is_written_by(self, reply_id: str, fence: int) -> bool:
        found = await self._messages.find_one({"_id": reply_id})
        reply = MESSAGE.from_document(found) if found else None
        return reply is not None and reply.is_running and reply.reply is not None and reply.reply.fence == fence

    async def finish(self, reply: Message, state: State, text: str, facts: Reply) -> Message | None:
        """End a reply, once: None when it has ended already or a newer owner has it."""
        return await self._finish(reply, facts.fence, state, text, facts)

    async def finish_for(self, gone: Message, state: State, text: str, facts: Reply) -> Message | None:
        """End the reply of a node that went away: None when it was not gone after all, or somebody else was first."""
        return await self._finish(gone, gone.reply.fence if gone.reply else 0, state, text, facts)

    async def _finish(self, reply: Message, fence: int, state: State, text: str, facts: Reply) -> Message | None:
        changes = {"state": state, "text": text, "reply": REPLY.to_document(facts)}
        if not await self._change(reply.id, fence, changes):
            return None
        await self.leases.give_back(reply.conversation_id, reply.id)
        return replace(reply, state=state, text=text, reply=facts)

    async def take_over(self, gone: Message, facts: Reply, state: State) -> bool:
        """Make a reply ours that its node left; False when somebody was faster. `facts` hold the new, higher fence."""
        fence = gone.reply.fence if gone.reply else 0
        return await self._change(gone.id, fence, {"state": state, "reply": REPLY.to_document(facts)})

    async def count_reply(self, student_id: str, day: str, change: int) -> int:
        """Count one reply of a student's day, or take it back (`change` is 1 or -1); say how many there are then."""
        name = f"{student_id}:{day}"
        await self._days.update_one({"_id": name}, {"$inc": {"count": change}}, upsert=True)
        found = await self._days.find_one({"_id": name})
        return int(str(found["count"])) if found else 0

    # Search

    async def search(self, student_id: str, query: str, limit: int) -> list[Found]:
        """Where `query` stands in a student's titles and own messages; at most `limit` places."""
        found = [
            Found(str(row["_id"]), None, None, hit)
            async for row in documents(self._conversations, {"student_id": student_id, "deleted_at": None})
            if (hit := excerpt(str(row["title"]), query)) is not None
        ]
        wanted = {"student_id": student_id, "grams": {"$all": wanted_grams(query)}}
        async for row in documents(self._messages, wanted):
            message = MESSAGE.from_document(row)
            if len(found) >= limit:
                break
            if (hit := excerpt(message.text, query)) is not None:
                found.append(Found(message.conversation_id, message.id, message.seq, hit))
        return found[:limit]
