"""The verbs of the chat: check, change, then tell.

Called by `sockets.py` and `routes.py`; starts replies in `reply.py`.
"""

import asyncio
from datetime import datetime
from weakref import WeakValueDictionary

from tutor.accounts.service import Accounts
from tutor.chat.access import Access
from tutor.chat.errors import ReplyNotRunning, ReplyRunning
from tutor.chat.messages import (
    ConversationChanged,
    CreateConversation,
    MessageAdded,
    MessageChanged,
    MessageSent,
    MessageView,
    OneConversation,
    OneReply,
    RateReply,
    ReplyTicket,
    RetryReply,
    SendMessage,
    StopReply,
    UpdateConversation,
)
from tutor.chat.models import Author, Conversation, Message, Reply
from tutor.chat.prompts import Prompts
from tutor.chat.reply import Replies, room_of
from tutor.chat.store import ChatStore
from tutor.chat.views import conversation_view, message_view
from tutor.core.caller import Caller, Language
from tutor.core.clock import Clock, new_id
from tutor.core.errors import Conflict, NotFound
from tutor.core.rooms import Rooms

TITLE_LENGTH = 24
DEFAULT_GRADE = 7


class Chat:
    """Conversations of students with the tutor, and their teachers in them."""

    def __init__(
        self,
        store: ChatStore,
        accounts: Accounts,
        access: Access,
        rooms: Rooms,
        replies: Replies,
        prompts: Prompts,
        clock: Clock,
    ) -> None:
        self._store = store
        self._accounts = accounts
        self._access = access
        self._rooms = rooms
        self._replies = replies
        self._prompts = prompts
        self._clock = clock
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

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

    async def update(self, caller: Caller, conversation_id: str, command: UpdateConversation) -> OneConversation:
        """Rename or archive a conversation."""
        conversation = await self._access.own(caller, conversation_id)
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
            conversation = await self._access.own(caller, conversation_id)
            if (running := await self._store.running_reply(conversation.id)) is not None:
                await self._stop(running)
            return await self._change(conversation.id, {"deleted_at": self._clock.now()})

    async def restore(self, caller: Caller, conversation_id: str) -> OneConversation:
        """Bring a deleted conversation back."""
        conversation = await self._access.own(caller, conversation_id, deleted=True)
        return await self._change(conversation.id, {"deleted_at": None})

    async def _change(self, conversation_id: str, changes: dict[str, str | datetime | None]) -> OneConversation:
        changed = await self._store.change_conversation(conversation_id, changes)
        if changed is None:
            raise NotFound(what="conversation")
        return self._changed(changed)

    # Saying something

    async def send(self, caller: Caller, command: SendMessage) -> MessageSent:
        """Store a message, acknowledge it, and start the tutor's reply when a student asked."""
        async with self._turn(command.conversation_id):
            conversation = await self._access.visible(caller, command.conversation_id)
            known = await self._store.message_by_client_id(conversation.id, command.client_id.lower())
            if known is not None and (known.text, known.author.id) != (command.text, caller.id):
                raise Conflict(what="message")
            if caller.role != "student":
                message = known or await self._add(conversation, caller, command)
                return MessageSent(message=message_view(message), reply=None)
            if known is not None and (reply := await self._store.reply_of(known, attempt=1)) is not None:
                return MessageSent(message=message_view(known), reply=self._ticket(reply))
            reply_id = new_id()
            await self._replies.claims.take(conversation.id, reply_id, conversation.student_id)
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
        conversation = await self._access.visible(caller, command.conversation_id)
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
            conversation = await self._access.own(caller, command.conversation_id)
            old = await self._reply(conversation, command.reply_id)
            question = await self._store.message(conversation.id, old.reply.question_id) if old.reply else None
            if question is None:
                raise NotFound(what="message")
            reply_id = new_id()
            await self._replies.claims.take(conversation.id, reply_id, conversation.student_id)
            attempt = len(await self._store.replies_to(question)) + 1
            ticket = await self._begin_reply(conversation, question, reply_id, caller.language, attempt=attempt)
        return OneReply(reply=ticket)

    async def rate(self, caller: Caller, command: RateReply) -> MessageView:
        """Keep whether a reply helped its student."""
        conversation = await self._access.own(caller, command.conversation_id)
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
