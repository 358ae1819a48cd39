"""The verbs of the chat: check, change, then tell. Called by `sockets.py` and `routes.py`."""

from dataclasses import replace
from datetime import datetime

from tutor.accounts.service import Accounts
from tutor.chat import ladder
from tutor.chat.access import Access
from tutor.chat.asking import Asking
from tutor.chat.errors import ReplyNotRunning, ReplyRunning
from tutor.chat.herald import Herald
from tutor.chat.messages import (
    CreateConversation,
    MessageChanged,
    MessageSent,
    MessageView,
    OneConversation,
    OneReply,
    RateReply,
    SendMessage,
    StopReply,
    UpdateConversation,
)
from tutor.chat.models import SUBJECTS, About, Conversation, Message
from tutor.chat.notices import by
from tutor.chat.places import room_of, staff_room_of
from tutor.chat.reply import Replies
from tutor.chat.store import ChatStore
from tutor.chat.topics import RoomTopics
from tutor.chat.turns import Turns
from tutor.chat.views import conversation_view, message_view
from tutor.core.caller import Caller
from tutor.core.clock import Clock, new_id
from tutor.core.errors import Conflict, NotFound
from tutor.core.rooms import Rooms

DEFAULT_GRADE = 7


class Chat:
    """Conversations of students with the tutor, and their teachers in them. `turns` are by conversation."""

    def __init__(
        self,
        store: ChatStore,
        accounts: Accounts,
        access: Access,
        rooms: Rooms,
        replies: Replies,
        asking: Asking,
        herald: Herald,
        clock: Clock,
        topics: RoomTopics,
        turns: Turns,
    ) -> None:
        self._store = store
        self._accounts = accounts
        self._access = access
        self._rooms = rooms
        self._replies = replies
        self._asking = asking
        self._herald = herald
        self._clock = clock
        self._topics = topics
        self._turns = turns

    # Conversations

    async def create(self, caller: Caller, command: CreateConversation) -> OneConversation:
        """Open a new conversation; the same `client_id` again gives the same one, and so does what it is about.

        Raises:
            ModeNotAllowed, ExamRunning: the student's classes do not allow its mode.
            NotFound: what it is about is not the student's.

        """
        if command.about is None:
            return await self._open(caller, command)
        topic, about = await self._topics.wanted(caller.id, command.about.kind, command.about.id)
        if (known := await self._store.open_about(caller.id, about)) is not None:
            return OneConversation(conversation=conversation_view(known))
        subject = next((one for one in SUBJECTS if one == topic.subject), "other")
        changes = {"subject": subject, "grade": command.grade or topic.grade, "title": command.title or topic.title}
        return await self._open(caller, command.model_copy(update=changes), about)

    async def _open(self, caller: Caller, command: CreateConversation, about: About | None = None) -> OneConversation:
        now = self._clock.now()
        rule = await self._topics.rule_for(caller.id, command.subject, about)
        mode = command.mode or ladder.usual_mode(rule)
        ladder.check_mode(mode, rule)
        grade = command.grade or (await self._accounts.me(caller)).grade or DEFAULT_GRADE
        conversation, created = await self._store.add_conversation(
            Conversation(
                id=new_id(),
                student_id=caller.id,
                client_id=command.client_id.lower(),
                title=command.title or "",
                subject=command.subject,
                grade=grade,
                mode=mode,
                last_seq=0,
                created_at=now,
                updated_at=now,
                about=about,
            )
        )
        if created:
            return self._herald.changed(conversation)
        return OneConversation(conversation=conversation_view(conversation))

    async def update(self, caller: Caller, conversation_id: str, command: UpdateConversation) -> OneConversation:
        """Rename or archive a conversation, or change its mode.

        Raises:
            ModeNotAllowed, ExamRunning: the student's classes do not allow the mode.

        """
        conversation = await self._access.own(caller, conversation_id)
        changes: dict[str, str | datetime | None] = {}
        if command.title is not None:
            changes["title"] = command.title
        if command.archived is not None:
            changes["archived_at"] = self._clock.now() if command.archived else None
        if command.mode is not None:
            rule = await self._topics.rule_for(caller.id, conversation.subject, None)
            ladder.check_mode(command.mode, await self._topics.within(conversation, rule))
            changes["mode"] = command.mode
        if not changes:
            return OneConversation(conversation=conversation_view(conversation))
        return await self._change(conversation.id, changes)

    async def delete(self, caller: Caller, conversation_id: str) -> OneConversation:
        """Put a conversation away; `restore` brings it back. A running reply is stopped."""
        async with self._turns.of(conversation_id):
            conversation = await self._access.own(caller, conversation_id)
            if (running := await self._store.running_reply(conversation.id)) is not None:
                await self._replies.stop(conversation.id, running.id)
            return await self._change(conversation.id, {"deleted_at": self._clock.now()})

    async def restore(self, caller: Caller, conversation_id: str) -> OneConversation:
        """Bring a deleted conversation back."""
        conversation = await self._access.own(caller, conversation_id, deleted=True)
        return await self._change(conversation.id, {"deleted_at": None})

    async def _change(self, conversation_id: str, changes: dict[str, str | datetime | None]) -> OneConversation:
        changed = await self._store.change_conversation(conversation_id, changes)
        if changed is None:
            raise NotFound(what="conversation")
        return self._herald.changed(changed)

    # Saying something

    async def send(self, caller: Caller, command: SendMessage) -> MessageSent:
        """Store a message, acknowledge it, and start the tutor's reply when a student asked."""
        said = Message(
            id=new_id(),
            conversation_id=command.conversation_id,
            seq=0,
            client_id=command.client_id.lower(),
            author=by(caller),
            text=command.text,
            state="sent",
            created_at=self._clock.now(),
        )
        async with self._turns.of(command.conversation_id):
            return await (self._asking.ask(caller, said) if caller.role == "student" else self._say(caller, said))

    async def _say(self, caller: Caller, said: Message) -> MessageSent:
        """Store what a teacher says."""
        conversation = await self._access.taught(caller, said.conversation_id)
        said = replace(said, seq=conversation.last_seq + 1)
        message, created = await self._store.add_message(said, conversation.student_id)
        if not message.is_same(said):
            raise Conflict(what="message")
        if created:
            await self._store.touch(conversation.id, message.seq, message.created_at)
            self._herald.added(message)
            self._replies.changes.tell(conversation.id, conversation.student_id)
        return MessageSent(message=message_view(message), reply=None)

    # On a reply

    async def stop(self, caller: Caller, command: StopReply) -> OneReply:
        """End a running reply as its student; its text so far stays."""
        conversation = await self._access.steerable(caller, command.conversation_id)
        reply = await self._access.reply(conversation, command.reply_id)
        if not reply.is_running or not await self._replies.stop(conversation.id, reply.id):
            raise ReplyNotRunning
        return OneReply(reply=self._replies.ticket(reply))

    async def rate(self, caller: Caller, command: RateReply) -> MessageView:
        """Keep whether a reply helped its student."""
        conversation = await self._access.own(caller, command.conversation_id)
        reply = await self._access.reply(conversation, command.reply_id)
        rated = await self._store.rate(reply, command.rating)
        if rated is None:
            raise ReplyRunning
        view = message_view(rated)
        self._rooms.send(room_of(conversation.id), MessageChanged(conversation_id=conversation.id, message=view))
        if (whole := message_view(rated, staff=True)) != view:  # teachers do not lose what they alone see
            news = MessageChanged(conversation_id=conversation.id, message=whole)
            self._rooms.send(staff_room_of(conversation.id), news)
        self._replies.changes.tell(conversation.id, conversation.student_id)
        return view
