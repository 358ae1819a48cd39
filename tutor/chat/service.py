"""The verbs of the chat: check, change, then tell.

Called by `sockets.py` and `routes.py`; starts replies in `reply.py`.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from weakref import WeakValueDictionary

from tutor.accounts.service import Accounts
from tutor.chat.errors import ReplyNotRunning, ReplyRunning
from tutor.chat.messages import (
    ConversationChanged,
    Conversations,
    CreateConversation,
    Hit,
    Hits,
    ListConversations,
    ListMessages,
    MessageAdded,
    MessageChanged,
    Messages,
    MessageSent,
    MessageView,
    OneConversation,
    OneReply,
    OpenConversation,
    Opened,
    OpenedReply,
    PartView,
    RateReply,
    ReplyTicket,
    RetryReply,
    SearchConversations,
    SendMessage,
    StopReply,
    UpdateConversation,
)
from tutor.chat.models import Author, Conversation, Message, Reply
from tutor.chat.parts import PartsLog
from tutor.chat.presence import Presence
from tutor.chat.prompts import Prompts
from tutor.chat.reply import Replies, room_of
from tutor.chat.store import NEWEST, ChatStore
from tutor.chat.views import conversation_view, message_view
from tutor.classes.service import Classes
from tutor.core.caller import Caller, Language
from tutor.core.clock import Clock, new_id
from tutor.core.errors import Conflict, InvalidInput, NotFound
from tutor.core.rooms import Rooms

PAGE = 50
CATCH_UP = 200
TITLE_LENGTH = 24
HITS = 50
DEFAULT_GRADE = 7
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Chat:
    """Conversations of students with the tutor, and their teachers in them."""

    def __init__(
        self,
        store: ChatStore,
        accounts: Accounts,
        classes: Classes,
        rooms: Rooms,
        replies: Replies,
        parts: PartsLog,
        prompts: Prompts,
        presence: Presence,
        clock: Clock,
    ) -> None:
        self._store = store
        self._accounts = accounts
        self._classes = classes
        self._rooms = rooms
        self._replies = replies
        self._parts = parts
        self._prompts = prompts
        self._presence = presence
        self._clock = clock
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    # Who may

    async def visible(self, caller: Caller, conversation_id: str) -> Conversation:
        """The conversation, if it is the caller's own or of a student that the caller teaches.

        Raises:
            NotFound: it is neither, or it is deleted, or there is none.

        """
        conversation = await self._store.conversation(conversation_id)
        if conversation is None or conversation.deleted_at is not None:
            raise NotFound(what="conversation")
        if conversation.student_id == caller.id:
            return conversation
        if caller.role == "teacher" and await self._classes.teaches(caller.id, conversation.student_id):
            return conversation
        raise NotFound(what="conversation")

    async def _own(self, caller: Caller, conversation_id: str, *, deleted: bool = False) -> Conversation:
        conversation = await self._store.conversation(conversation_id)
        if (
            conversation is None
            or conversation.student_id != caller.id
            or (conversation.deleted_at is not None) != deleted
        ):
            raise NotFound(what="conversation")
        return conversation

    def _turn(self, conversation_id: str) -> asyncio.Lock:
        """One at a time where a question and its reply are stored together, or all of it is put away."""
        return self._turns.setdefault(conversation_id, asyncio.Lock())

    # Conversations

    async def create(self, caller: Caller, command: CreateConversation) -> OneConversation:
        """Open a new conversation; the same `client_id` again gives the same one."""
        now = self._clock.now()
        grade = command.grade or (await self._accounts.me(caller)).grade or DEFAULT_GRADE
        conversation, created = await self._store.add_conversation(
            Conversation(
                id=new_id(),
                student_id=caller.id,
                client_id=command.client_id.lower(),
                title=command.title or "",
                subject=command.subject,
                grade=grade,
                mode=command.mode,
                last_seq=0,
                created_at=now,
                updated_at=now,
            )
        )
        return self._changed(conversation) if created else OneConversation(conversation=conversation_view(conversation))

    def _changed(self, conversation: Conversation) -> OneConversation:
        view = conversation_view(conversation)
        news = ConversationChanged(conversation=view)
        self._rooms.send(f"user:{conversation.student_id}", news)
        self._rooms.send(room_of(conversation.id), news)
        return OneConversation(conversation=view)

    async def conversations(self, caller: Caller, query: ListConversations) -> Conversations:
        """A page of the caller's conversations."""
        rows = await self._store.conversations(
            caller.id, archived=query.archived, before=_position(query.cursor), limit=query.limit + 1
        )
        page = rows[: query.limit]
        more = len(rows) > query.limit
        return Conversations(items=[conversation_view(row) for row in page], next=_cursor(page[-1]) if more else None)

    async def conversation(self, caller: Caller, conversation_id: str) -> OneConversation:
        """One conversation."""
        return OneConversation(conversation=conversation_view(await self.visible(caller, conversation_id)))

    async def update(self, caller: Caller, conversation_id: str, command: UpdateConversation) -> OneConversation:
        """Rename or archive a conversation."""
        conversation = await self._own(caller, conversation_id)
        changes: dict[str, str | datetime | None] = {}
        if command.title is not None:
            changes["title"] = command.title
        if command.archived is not None:
            changes["archived_at"] = self._clock.now() if command.archived else None
        if not changes:
            return OneConversation(conversation=conversation_view(conversation))
        return await self._change(conversation.id, changes)

    async def delete(self, caller: Caller, conversation_id: str) -> OneConversation:
        """Put a conversation away; `restore` brings it back. A running reply is stopped."""
        async with self._turn(conversation_id):
            conversation = await self._own(caller, conversation_id)
            if (running := await self._store.running_reply(conversation.id)) is not None:
                await self._stop(running)
            return await self._change(conversation.id, {"deleted_at": self._clock.now()})

    async def restore(self, caller: Caller, conversation_id: str) -> OneConversation:
        """Bring a deleted conversation back."""
        conversation = await self._own(caller, conversation_id, deleted=True)
        return await self._change(conversation.id, {"deleted_at": None})

    async def _change(self, conversation_id: str, changes: dict[str, str | datetime | None]) -> OneConversation:
        changed = await self._store.change_conversation(conversation_id, changes)
        if changed is None:
            raise NotFound(what="conversation")
        return self._changed(changed)

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

    # History

    async def messages(self, caller: Caller, conversation_id: str, query: ListMessages) -> Messages:
        """A page of a conversation's messages, in order of `seq`."""
        conversation = await self.visible(caller, conversation_id)
        if query.after_seq is not None:
            rows = await self._store.messages(conversation.id, query.after_seq, query.after_seq + query.limit + 2)
            page = rows[: query.limit]
            more = len(rows) > len(page)
            return Messages(items=[message_view(row) for row in page], next=page[-1].seq if more else None)
        below = query.before_seq if query.before_seq is not None else conversation.last_seq + 1
        newest = NEWEST if query.before_seq is None else below
        rows = await self._store.messages(conversation.id, below - query.limit - 1, newest)
        return Messages(
            items=[message_view(row) for row in rows], next=rows[0].seq if rows and rows[0].seq > 1 else None
        )

    async def open(self, caller: Caller, command: OpenConversation) -> Opened:
        """A room as it is now, from where the caller left off. The caller's socket is in the room already."""
        conversation = await self.visible(caller, command.conversation_id)
        running = await self._store.running_reply(conversation.id)
        rows = await self._missed(conversation, command)
        # The rows were read later: a reply that has ended meanwhile is final in them.
        newer = {row.id: row for row in rows}
        if running is not None and (running := newer.get(running.id, running)).is_final:
            running = None
        asked = command.reply
        known = asked.part if asked is not None and running is not None and running.id == asked.id else None
        return Opened(
            conversation=conversation_view(conversation),
            messages=[message_view(row) for row in rows],
            reply=await self._opened_reply(running, known) if running is not None else None,
            present=await self._presence.of(conversation.id),
        )

    async def _missed(self, conversation: Conversation, command: OpenConversation) -> list[Message]:
        """The messages after `after_seq`, or the newest; and the reply that the caller saw running, if it has ended."""
        if command.after_seq is None:
            return await self._store.messages(conversation.id, max(conversation.last_seq - PAGE, 0))
        rows = await self._store.messages(conversation.id, command.after_seq, command.after_seq + CATCH_UP + 1)
        if command.reply is None or command.reply.id in {row.id for row in rows}:
            return rows
        seen = await self._store.message(conversation.id, command.reply.id)
        return sorted([*rows, seen], key=lambda row: row.seq) if seen is not None and seen.is_final else rows

    async def _opened_reply(self, reply: Message, known: int | None) -> OpenedReply:
        """The running reply from part `known` on; its whole text so far when `known` is None or the parts are gone."""
        live = self._replies.running(reply.id)
        texts = live.parts if live is not None else None
        if texts is None and (logged := await self._parts.read(reply.id, 0)) is not None:
            texts = [part.text for part in logged]
        if texts is None or (reply.reply is not None and len(texts) < reply.reply.parts):
            parts = reply.reply.parts if reply.reply else 0
            return OpenedReply(id=reply.id, state=reply.state, text=reply.text, next_part=parts)
        state = live.message.state if live is not None else reply.state
        if known is None or known > len(texts):
            return OpenedReply(id=reply.id, state=state, text="".join(texts), next_part=len(texts))
        missing = [PartView(part=number, text=text) for number, text in enumerate(texts)][known:]
        return OpenedReply(id=reply.id, state=state, parts=missing, next_part=len(texts))

    # Saying something

    async def send(self, caller: Caller, command: SendMessage) -> MessageSent:
        """Store a message, acknowledge it, and start the tutor's reply when a student asked."""
        async with self._turn(command.conversation_id):
            conversation = await self.visible(caller, command.conversation_id)
            known = await self._store.message_by_client_id(conversation.id, command.client_id.lower())
            if known is not None and (known.text, known.author.id) != (command.text, caller.id):
                raise Conflict(what="message")
            if caller.role != "student":
                message = known or await self._add(conversation, caller, command)
                return MessageSent(message=message_view(message), reply=None)
            if known is not None and (reply := await self._store.reply_of(known, attempt=1)) is not None:
                return MessageSent(message=message_view(known), reply=self._ticket(reply))
            reply_id = new_id()
            await self._replies.claim(conversation.id, reply_id, conversation.student_id)
            message = known or await self._add(conversation, caller, command)
            ticket = await self._begin_reply(conversation, message, reply_id, caller.language, attempt=1)
            return MessageSent(message=message_view(message), reply=ticket)

    async def _add(self, conversation: Conversation, caller: Caller, command: SendMessage) -> Message:
        now = self._clock.now()
        message, created = await self._store.add_message(
            Message(
                id=new_id(),
                conversation_id=conversation.id,
                seq=conversation.last_seq + 1,
                client_id=command.client_id.lower(),
                author=Author(caller.role, caller.id, caller.name),
                text=command.text,
                state="sent",
                created_at=now,
            ),
            conversation.student_id,
        )
        if created:
            await self._store.touch(conversation.id, message.seq, now)
            self._announce(message)
            if not conversation.title and caller.role == "student":
                await self._change(conversation.id, {"title": _title(command.text)})
        return message

    def _announce(self, message: Message) -> None:
        news = MessageAdded(conversation_id=message.conversation_id, message=message_view(message))
        self._rooms.send(room_of(message.conversation_id), news)

    async def _begin_reply(
        self, conversation: Conversation, question: Message, reply_id: str, language: Language, *, attempt: int
    ) -> ReplyTicket:
        """Store a claimed reply, still empty, announce it and let it be written."""
        stub = Message(
            id=reply_id,
            conversation_id=conversation.id,
            seq=max(question.seq, conversation.last_seq) + 1,
            client_id=f"{question.id}:{attempt}",
            author=Author("tutor"),
            text="",
            state="queued",
            created_at=self._clock.now(),
            reply=Reply(question_id=question.id, attempt=attempt, fence=1),
        )
        reply, _ = await self._store.add_message(stub, conversation.student_id)
        await self._store.touch(conversation.id, reply.seq, reply.created_at)
        self._announce(reply)
        self._replies.start(reply, lambda dialogue: self._prompts.build(conversation, dialogue, language))
        return self._ticket(reply)

    def _ticket(self, reply: Message) -> ReplyTicket:
        return ReplyTicket(id=reply.id, state=reply.state, position=self._replies.position(reply.id))

    # On a reply

    async def _reply(self, conversation: Conversation, reply_id: str) -> Message:
        reply = await self._store.message(conversation.id, reply_id)
        if reply is None or reply.reply is None:
            raise NotFound(what="reply")
        return reply

    async def stop(self, caller: Caller, command: StopReply) -> OneReply:
        """End a running reply, for its student or a teacher; its text so far stays."""
        conversation = await self.visible(caller, command.conversation_id)
        reply = await self._reply(conversation, command.reply_id)
        if reply.is_final or not await self._stop(reply):
            raise ReplyNotRunning
        return OneReply(reply=self._ticket(reply))

    async def _stop(self, reply: Message) -> bool:
        """Stop it here, or leave word for the node that writes it."""
        running = self._replies.running(reply.id)
        if running is not None:
            running.stop()
            return True
        return await self._store.ask_to_stop(reply.id)

    async def retry(self, caller: Caller, command: RetryReply) -> OneReply:
        """A new reply to the same question; the old one stays."""
        async with self._turn(command.conversation_id):
            conversation = await self._own(caller, command.conversation_id)
            old = await self._reply(conversation, command.reply_id)
            question = await self._store.message(conversation.id, old.reply.question_id) if old.reply else None
            if question is None:
                raise NotFound(what="message")
            reply_id = new_id()
            await self._replies.claim(conversation.id, reply_id, conversation.student_id)
            attempt = len(await self._store.replies_to(question)) + 1
            ticket = await self._begin_reply(conversation, question, reply_id, caller.language, attempt=attempt)
        return OneReply(reply=ticket)

    async def rate(self, caller: Caller, command: RateReply) -> MessageView:
        """Keep whether a reply helped its student."""
        conversation = await self._own(caller, command.conversation_id)
        reply = await self._reply(conversation, command.reply_id)
        rated = await self._store.rate(reply.id, command.rating)
        if rated is None:
            raise ReplyRunning
        view = message_view(rated)
        self._rooms.send(room_of(conversation.id), MessageChanged(conversation_id=conversation.id, message=view))
        return view


def _title(question: str) -> str:
    line = " ".join(question.split())
    return line if len(line) <= TITLE_LENGTH else line[: TITLE_LENGTH - 1] + "…"


def _cursor(last: Conversation) -> str:
    """Where the next page begins: the last row's time in milliseconds, and its id."""
    return f"{(last.updated_at - EPOCH) // timedelta(milliseconds=1)}:{last.id}"


def _position(cursor: str | None) -> tuple[datetime, str] | None:
    """Read a page's cursor.

    Raises:
        InvalidInput: it is none of ours.

    """
    if cursor is None:
        return None
    moment, _, conversation_id = cursor.partition(":")
    try:
        return EPOCH + timedelta(milliseconds=int(moment)), conversation_id
    except (ValueError, OverflowError) as error:
        raise InvalidInput(fields=[{"field": "cursor", "problem": "unknown"}]) from error
