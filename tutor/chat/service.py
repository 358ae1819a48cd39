"""The verbs of the chat: check, change, then tell.

Called by `sockets.py` and `routes.py`; starts replies in `reply.py`.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from weakref import WeakValueDictionary

from tutor.accounts.service import Accounts
from tutor.ai.model import Prompt
from tutor.chat.access import Access
from tutor.chat.allowance import Allowance
from tutor.chat.briefing import Briefing
from tutor.chat.errors import (
    AiLimit,
    ReplyNotContinuable,
    ReplyNotRunning,
    ReplyRunning,
    TeacherHasFloor,
    TooManyReplies,
)
from tutor.chat.floor_messages import WhisperEnded
from tutor.chat.messages import (
    ContinueReply,
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
from tutor.chat.models import Author, Conversation, Floor, Message, Reply, Whisper
from tutor.chat.notices import by
from tutor.chat.places import room_of, staff_room_of
from tutor.chat.reply import Replies
from tutor.chat.store import ChatStore
from tutor.chat.views import conversation_view, message_view
from tutor.classes.service import Classes
from tutor.core.caller import Caller, Language
from tutor.core.clock import Clock, new_id
from tutor.core.errors import Conflict, NotFound, TutorError
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
        briefing: Briefing,
        clock: Clock,
        allowance: Allowance,
        classes: Classes,
    ) -> None:
        self._store = store
        self._accounts = accounts
        self._access = access
        self._rooms = rooms
        self._replies = replies
        self._briefing = briefing
        self._clock = clock
        self._allowance = allowance
        self._classes = classes
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
        return self._changed(changed)

    # Saying something

    async def send(self, caller: Caller, command: SendMessage) -> MessageSent:
        """Store a message, acknowledge it, and start the tutor's reply when a student asked."""
        async with self._turn(command.conversation_id):
            if caller.role == "student":
                return await self._ask(caller, command)
            conversation = await self._access.taught(caller, command.conversation_id)
            message, created = await self._store.add_message(
                self._said(conversation, caller, command), conversation.student_id
            )
            self._same(message, command, caller)
            if created:
                await self._store.touch(conversation.id, message.seq, message.created_at)
                self._announce(message)
            return MessageSent(message=message_view(message), reply=None)

    def _said(self, conversation: Conversation, caller: Caller, command: SendMessage) -> Message:
        return Message(
            id=new_id(),
            conversation_id=conversation.id,
            seq=conversation.last_seq + 1,
            client_id=command.client_id.lower(),
            author=by(caller),
            text=command.text,
            state="sent",
            created_at=self._clock.now(),
        )

    def _same(self, known: Message, command: SendMessage, caller: Caller) -> None:
        if (known.text, known.author.id) != (command.text, caller.id):
            raise Conflict(what="message")

    async def _ask(self, caller: Caller, command: SendMessage) -> MessageSent:
        """Ask the model, claim the conversation and store the question, the first beside the others: it takes longest.

        Nothing of the reply is shown before all is stored, and nothing is left of it when something is refused.
        """
        conversation, earlier = await asyncio.gather(
            self._access.visible(caller, command.conversation_id), self._briefing.earlier(command.conversation_id)
        )
        try:
            _check_floor(conversation)
            self._allowance.check_student(caller.id)
        except (AiLimit, TeacherHasFloor) as refusal:
            return await self._ask_otherwise(caller, conversation, command, refusal)
        known = next((message for message in earlier if message.client_id == command.client_id.lower()), None)
        if known is not None or self._replies.running_in(conversation.id) is not None:
            return await self._ask_again(caller, conversation, command, ReplyRunning())
        question = self._said(conversation, caller, command)
        draft = self._draft(question, new_id(), caller.language, attempt=1)
        whispers = await self._briefing.whispers(conversation)
        prompt = self._briefing.prompt(conversation, earlier, question, caller.language, whispers=whispers)
        with self._replies.beginning(draft, prompt, conversation.student_id) as running:
            await asyncio.sleep(0)  # the request to the service goes out before anything else is done
            try:
                floor = await self._claim(conversation, draft.id)
            except (AiLimit, ReplyRunning, TeacherHasFloor, TooManyReplies) as refusal:
                return await self._ask_otherwise(caller, conversation, command, refusal)
            if floor.state == "approval":
                running.hide()
            stored, reply = await self._store.add_question(question, running.message, conversation.student_id)
            if reply is not None:
                self._announce(stored)
                self._announce(reply)
                self._replies.admit(running, reply)
        if reply is None:
            await self._replies.claims.give_back(conversation.id, draft.id)
            return await self._ask_again(caller, conversation, command, Conflict(what="message"))
        await self._use(whispers, reply)
        await self._note_question(conversation, stored, reply)
        return MessageSent(message=message_view(stored), reply=self._ticket(running.message))

    async def _ask_otherwise(
        self, caller: Caller, conversation: Conversation, command: SendMessage, refusal: TutorError
    ) -> MessageSent:
        """No reply may begin. Store what the student says while a teacher has the floor: it is hers to answer."""
        if not isinstance(refusal, TeacherHasFloor):
            return await self._ask_again(caller, conversation, command, refusal)
        said = replace(self._said(conversation, caller, command), for_teacher=True)
        message, created = await self._store.add_message(said, conversation.student_id)
        if not created:
            return await self._ask_again(caller, conversation, command, Conflict(what="message"))
        self._announce(message)
        await self._note_question(conversation, message, message)
        self._replies.changes.tell(conversation.id, conversation.student_id)
        return MessageSent(message=message_view(message), reply=None)

    async def _claim(self, conversation: Conversation, reply_id: str) -> Floor:
        """Take the conversation for a reply that the student and the class may still ask for; gives the floor as it is.

        The floor is read when the claim is taken: whoever changes it later finds the claim, and the reply with it.

        Raises:
            TeacherHasFloor: no reply may begin.

        """
        _, class_ids = await asyncio.gather(
            self._replies.claims.take(conversation.id, reply_id, conversation.student_id),
            self._classes.class_ids_of(conversation.student_id),
        )
        try:
            floor, _ = await asyncio.gather(
                self._floor(conversation), self._take_allowance(conversation.student_id, class_ids)
            )
        except (AiLimit, TeacherHasFloor):
            await self._replies.claims.give_back(conversation.id, reply_id)
            raise
        return floor

    async def _floor(self, conversation: Conversation) -> Floor:
        return _check_floor(await self._store.conversation(conversation.id) or conversation)

    async def _take_allowance(self, student_id: str, class_ids: Sequence[str]) -> None:
        await self._allowance.take_student(student_id)
        await self._allowance.take_class(class_ids)

    async def _use(self, whispers: Sequence[Whisper], reply: Message) -> None:
        """Tell teachers of the whispers that a reply has used up."""
        for whisper in await self._briefing.use(whispers, reply, self._clock.now()):
            news = WhisperEnded(conversation_id=reply.conversation_id, whisper_id=whisper.id)
            self._rooms.send(staff_room_of(reply.conversation_id), news)

    async def _ask_again(
        self, caller: Caller, conversation: Conversation, command: SendMessage, refusal: TutorError
    ) -> MessageSent:
        """A question that may be stored already: then the same answer, or its reply if a crash has left it without.

        Raises:
            TutorError: it is not stored, so the `refusal` stands.
            Conflict: it is, with another text.
            ReplyRunning, TooManyReplies, AiLimit, TeacherHasFloor: it is without a reply, and cannot have one now.

        """
        known = await self._store.message_by_client_id(conversation.id, command.client_id.lower())
        if known is None:
            raise refusal
        self._same(known, command, caller)
        reply = await self._store.reply_of(known, attempt=1)
        if reply is not None:
            if reply.is_running and self._replies.running(reply.id) is None:
                await self._replies.claims.adopt(reply, conversation.student_id)
            return MessageSent(message=message_view(known), reply=self._ticket(reply))
        if known.for_teacher:
            return MessageSent(message=message_view(known), reply=None)
        draft = self._draft(known, new_id(), caller.language, attempt=1)
        floor = await self._claim(conversation, draft.id)
        earlier, whispers = await self._briefing.earlier(conversation.id), await self._briefing.whispers(conversation)
        prompt = self._briefing.prompt(conversation, earlier, known, caller.language, whispers=whispers)
        ticket = await self._begin(conversation, draft, prompt, floor, whispers)
        return MessageSent(message=message_view(known), reply=ticket)

    async def _note_question(self, conversation: Conversation, question: Message, reply: Message) -> None:
        title = None if conversation.title else _title(question.text)
        await self._store.touch(conversation.id, reply.seq, question.created_at, title=title)
        if title is not None:
            self._changed(replace(conversation, title=title, last_seq=reply.seq, updated_at=question.created_at))

    def _announce(self, message: Message) -> None:
        news = MessageAdded(conversation_id=message.conversation_id, message=message_view(message))
        self._rooms.send(room_of(message.conversation_id), news)

    def _draft(
        self, question: Message, reply_id: str, language: Language, *, attempt: int, continues: str | None = None
    ) -> Message:
        """A reply before its first word. Its `seq` is found when it is stored."""
        return Message(
            id=reply_id,
            conversation_id=question.conversation_id,
            seq=question.seq + 1,
            client_id=f"{question.id}:{attempt}",
            author=Author("tutor"),
            text="",
            state="queued",
            created_at=self._clock.now(),
            reply=Reply(question.id, attempt, fence=1, language=language, continues=continues),
        )

    async def _begin(
        self, conversation: Conversation, draft: Message, prompt: Prompt, floor: Floor, whispers: Sequence[Whisper]
    ) -> ReplyTicket:
        """Store a reply to a question that is there already, and let it be written."""
        draft = replace(draft, seq=max(draft.seq, conversation.last_seq + 1))
        with self._replies.beginning(draft, prompt, conversation.student_id) as running:
            if floor.state == "approval":
                running.hide()
            reply, _ = await self._store.add_message(running.message, conversation.student_id)
            self._announce(reply)
            self._replies.admit(running, reply)
        await self._use(whispers, reply)
        await self._store.touch(conversation.id, reply.seq, reply.created_at)
        return self._ticket(running.message)

    def _ticket(self, reply: Message) -> ReplyTicket:
        """A reply as its student may know of it."""
        state = message_view(reply).state
        return ReplyTicket(id=reply.id, state=state, position=self._replies.position(reply.id))

    # On a reply

    async def _reply(self, conversation: Conversation, reply_id: str) -> Message:
        reply = await self._store.message(conversation.id, reply_id)
        if reply is None or reply.reply is None:
            raise NotFound(what="reply")
        return reply

    async def stop(self, caller: Caller, command: StopReply) -> OneReply:
        """End a running reply as its student; its text so far stays."""
        conversation = await self._access.steerable(caller, command.conversation_id)
        reply = await self._reply(conversation, command.reply_id)
        if not reply.is_running or not await self._replies.stop(conversation.id, reply.id):
            raise ReplyNotRunning
        return OneReply(reply=self._ticket(reply))

    async def retry(self, caller: Caller, command: RetryReply) -> OneReply:
        """A new reply to the same question; the old one stays."""
        return await self._another(caller, command.conversation_id, command.reply_id, goes_on=False)

    async def go_on(self, caller: Caller, command: ContinueReply) -> OneReply:
        """A new reply that goes on from where one was cut short.

        Raises:
            ReplyNotContinuable: it was not cut short, or there is no text to go on from.

        """
        return await self._another(caller, command.conversation_id, command.reply_id, goes_on=True)

    async def _another(self, caller: Caller, conversation_id: str, reply_id: str, *, goes_on: bool) -> OneReply:
        async with self._turn(conversation_id):
            conversation = await self._access.own(caller, conversation_id)
            old = await self._reply(conversation, reply_id)
            question = await self._store.message(conversation.id, old.reply.question_id) if old.reply else None
            if question is None:
                raise NotFound(what="message")
            if goes_on and not old.can_go_on:
                raise ReplyNotContinuable
            new = new_id()
            floor = await self._claim(conversation, new)
            attempt = len(await self._store.replies_to(question)) + 1
            continues = old.id if goes_on else None
            draft = self._draft(question, new, caller.language, attempt=attempt, continues=continues)
            whispers = await self._briefing.whispers(conversation)
            prompt = self._briefing.prompt(
                conversation,
                await self._briefing.earlier(conversation.id),
                question,
                caller.language,
                so_far=await self._briefing.text_up_to(conversation.id, continues),
                whispers=whispers,
            )
            return OneReply(reply=await self._begin(conversation, draft, prompt, floor, whispers))

    async def rate(self, caller: Caller, command: RateReply) -> MessageView:
        """Keep whether a reply helped its student."""
        conversation = await self._access.own(caller, command.conversation_id)
        reply = await self._reply(conversation, command.reply_id)
        rated = await self._store.rate(reply, command.rating)
        if rated is None:
            raise ReplyRunning
        view = message_view(rated)
        self._rooms.send(room_of(conversation.id), MessageChanged(conversation_id=conversation.id, message=view))
        return view


def _check_floor(conversation: Conversation) -> Floor:
    if conversation.floor.state == "teacher":
        raise TeacherHasFloor
    return conversation.floor


def _title(question: str) -> str:
    line = " ".join(question.split())
    return line if len(line) <= TITLE_LENGTH else line[: TITLE_LENGTH - 1] + "…"
