"""What can be read of conversations: lists, search, history, and a room as it is now.

Called by `sockets.py` and `routes.py`; it changes nothing, and lets the records know who reads.
"""

from dataclasses import dataclass

import orjson

from tutor.chat.access import Access
from tutor.chat.messages import (
    Conversations,
    ConversationTop,
    Desk,
    Hit,
    Hits,
    ListConversations,
    ListMessages,
    Messages,
    OneConversation,
    OpenConversation,
    Opened,
    OpenedReply,
    PartView,
    SearchConversations,
    UnfinishedReply,
)
from tutor.chat.models import Conversation, Message
from tutor.chat.parts import PartsLog
from tutor.chat.presence import Presence
from tutor.chat.reply import Replies
from tutor.chat.store import NEWEST, ChatStore
from tutor.chat.views import conversation_view, message_view, whisper_view
from tutor.chat.visits import Visit, Visits
from tutor.chat.whisper_store import WhisperStore
from tutor.core.caller import Caller
from tutor.core.cursors import cursor_of, position_of
from tutor.core.errors import NotFound

PAGE = 50
CATCH_UP = 200
HITS = 50
ANSWER_BYTES = 500_000


@dataclass(frozen=True, slots=True)
class Tops:
    """How far a conversation has come, as everybody in its room is told, and what else its teachers are told if any."""

    room: ConversationTop
    staff: ConversationTop | None


class Reading:
    """Conversations and messages as their readers get them."""

    def __init__(
        self,
        store: ChatStore,
        access: Access,
        replies: Replies,
        parts: PartsLog,
        presence: Presence,
        whispers: WhisperStore,
        visits: Visits,
    ) -> None:
        self._store = store
        self._access = access
        self._replies = replies
        self._parts = parts
        self._presence = presence
        self._whispers = whispers
        self._visits = visits

    async def visit(self, caller: Caller, conversation_id: str, why: str | None = None) -> Conversation:
        """The conversation, for somebody who is about to read it; that another's is read is written down first.

        Raises:
            NotFound: the caller may not see it, or there is none.

        """
        conversation = await self._access.visible(caller, conversation_id)
        await self._visits.tell(Visit(caller, conversation, why))
        return conversation

    async def conversations(self, caller: Caller, student_id: str, query: ListConversations) -> Conversations:
        """A page of a student's conversations, for the student, their teachers and guardians.

        Raises:
            NotFound: there is no such student, or none that the caller has to do with.

        """
        if not await self._access.sees(caller, student_id):
            raise NotFound(what="student")
        rows = await self._store.conversations(
            student_id, archived=query.archived, before=position_of(query.cursor), limit=query.limit + 1
        )
        page = rows[: query.limit]
        more = len(rows) > query.limit
        end = cursor_of(page[-1].updated_at, page[-1].id) if more else None
        return Conversations(items=[conversation_view(row) for row in page], next=end)

    async def conversation(self, caller: Caller, conversation_id: str) -> OneConversation:
        """One conversation."""
        return OneConversation(conversation=conversation_view(await self._access.visible(caller, conversation_id)))

    async def search(self, caller: Caller, query: SearchConversations) -> Hits:
        """Look through the titles and the own messages of the caller."""
        found = await self._store.search(caller.id, query.q, HITS)
        rows = await self._store.conversations_by_id({place.conversation_id for place in found})
        return Hits(
            items=[
                Hit(
                    conversation=conversation_view(row),
                    message_id=place.message_id,
                    seq=place.seq,
                    excerpt=place.excerpt,
                )
                for row in rows
                for place in found
                if place.conversation_id == row.id
            ]
        )

    async def messages(self, caller: Caller, conversation_id: str, query: ListMessages) -> Messages:
        """A page of a conversation's messages, in order of `seq`."""
        conversation = await self.visit(caller, conversation_id)
        staff = caller.role == "teacher"
        if query.after_seq is not None:
            rows = await self._store.messages(conversation.id, query.after_seq, query.after_seq + query.limit + 2)
            page = _that_fit(rows[: query.limit])
            more = len(rows) > len(page)
            return Messages(items=[message_view(row, staff=staff) for row in page], next=page[-1].seq if more else None)
        below = query.before_seq if query.before_seq is not None else conversation.last_seq + 1
        newest = NEWEST if query.before_seq is None else below
        rows = _newest_that_fit(await self._store.messages(conversation.id, below - query.limit - 1, newest))
        return Messages(
            items=[message_view(row, staff=staff) for row in rows],
            next=rows[0].seq if rows and rows[0].seq > 1 else None,
        )

    async def open(self, caller: Caller, command: OpenConversation) -> Opened:
        """A room as it is now, from where the caller left off. The caller's socket is in the room already."""
        conversation = await self._access.visible(caller, command.conversation_id)
        running = await self._store.running_reply(conversation.id)
        rows = await self._missed(conversation, command)
        # The rows were read later: a reply that has ended meanwhile is not running in them.
        newer = {row.id: row for row in rows}
        if running is not None and not (running := newer.get(running.id, running)).is_running:
            running = None
        asked, staff = command.reply, caller.role == "teacher"
        if running is not None and running.is_hidden and not staff:
            running = None  # it is among the messages, as one that is being checked
        known = asked.part if asked is not None and running is not None and running.id == asked.id else None
        return Opened(
            conversation=conversation_view(conversation),
            messages=[message_view(row, staff=staff) for row in rows],
            reply=await self._opened_reply(running, known) if running is not None else None,
            present=await self._presence.of(conversation.id),
            desk=await self._desk(conversation) if staff else None,
        )

    async def _desk(self, conversation: Conversation) -> Desk:
        whispers = await self._whispers.active(conversation.id) if conversation.whispered else []
        drafts = await self._waiting(conversation)
        return Desk(
            whispers=[whisper_view(whisper) for whisper in whispers],
            drafts=[message_view(draft, staff=True) for draft in drafts],
        )

    async def _waiting(self, conversation: Conversation) -> list[Message]:
        """The drafts that wait for a teacher: there are none where no teacher ever had the floor."""
        return await self._store.floors.waiting_in(conversation.id) if conversation.floor.number else []

    async def tops(self, conversation_id: str) -> Tops | None:
        """How far a conversation has come: its highest `seq`, its reply that is not finished, and what is checked."""
        conversation = await self._store.conversation(conversation_id)
        if conversation is None:
            return None
        hidden, reply = await self._unfinished(conversation_id)
        newer = await self._store.messages(conversation_id, conversation.last_seq)
        top = ConversationTop(
            conversation_id=conversation_id,
            seq=newer[-1].seq if newer else conversation.last_seq,
            reply=None if hidden else reply,
            checking=[draft.id for draft in await self._waiting(conversation)]
            + ([reply.id] if hidden and reply else []),
        )
        return Tops(top, top.model_copy(update={"reply": reply}) if hidden else None)

    async def _unfinished(self, conversation_id: str) -> tuple[bool, UnfinishedReply | None]:
        """The reply that is queued or being written, and whether teachers alone may know of it."""
        running = self._replies.running_in(conversation_id)
        if running is not None:
            return running.message.is_hidden, UnfinishedReply(id=running.message.id, part=len(running.parts))
        reply = await self._store.running_reply(conversation_id)
        if reply is None or reply.reply is None:
            return False, None
        return reply.is_hidden, UnfinishedReply(id=reply.id, part=reply.reply.parts)

    async def _missed(self, conversation: Conversation, command: OpenConversation) -> list[Message]:
        """The messages after `after_seq`, or the newest, as many as one answer may carry.

        Before them comes the reply that the caller saw running, if it has ended.
        """
        if command.after_seq is None:
            return _newest_that_fit(await self._store.messages(conversation.id, max(conversation.last_seq - PAGE, 0)))
        rows = await self._store.messages(conversation.id, command.after_seq, command.after_seq + CATCH_UP + 1)
        rows = _that_fit(rows)
        if command.reply is None or command.reply.id in {row.id for row in rows}:
            return rows
        seen = await self._store.message(conversation.id, command.reply.id)
        # A later one comes in its turn: what lies between would be taken for something that does not exist.
        has_ended = seen is not None and not seen.is_running and seen.seq <= command.after_seq
        return [seen, *rows] if seen is not None and has_ended else rows

    async def _opened_reply(self, reply: Message, known: int | None) -> OpenedReply:
        """The running reply from part `known` on; its whole text so far when `known` is None or the parts are gone."""
        live = self._replies.running(reply.id)
        held = live.held if live is not None else await self._is_held(reply)
        texts = live.parts if live is not None else None
        if texts is None and (logged := await self._parts.read(reply.id, 0)) is not None:
            texts = [part.text for part in logged]
        if texts is None or (reply.reply is not None and len(texts) < reply.reply.parts):
            parts = reply.reply.parts if reply.reply else 0
            return OpenedReply(id=reply.id, state=reply.state, held=held, text=reply.text, next_part=parts)
        state = live.message.state if live is not None else reply.state
        if known is None or known > len(texts):
            return OpenedReply(id=reply.id, state=state, held=held, text="".join(texts), next_part=len(texts))
        missing = [PartView(part=number, text=text) for number, text in enumerate(texts)][known:]
        return OpenedReply(id=reply.id, state=state, held=held, parts=missing, next_part=len(texts))

    async def _is_held(self, reply: Message) -> bool:
        claim = await self._replies.claims.held_by(reply.conversation_id)
        return claim is not None and claim.subject == reply.id and claim.is_paused


def _that_fit(rows: list[Message]) -> list[Message]:
    """As many of the first messages as one answer may carry, and at least one: a client that is sent more than its
    connection may hold would be cut, come back, and be cut again.
    """
    left = ANSWER_BYTES
    for count, row in enumerate(rows):
        left -= len(orjson.dumps(row.text))
        if left < 0 and count > 0:
            return rows[:count]
    return rows


def _newest_that_fit(rows: list[Message]) -> list[Message]:
    """As many of the last messages as one answer may carry, in order."""
    return _that_fit(rows[::-1])[::-1]
