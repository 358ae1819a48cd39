"""The verbs of the chat: check, change, then tell.

Called by `sockets.py` and `routes.py`; starts replies in `reply.py`.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from weakref import WeakValueDictionary

from tutor.accounts.service import Accounts
from tutor.ai.model import Prompt
from tutor.chat import ladder
from tutor.chat.access import Access
from tutor.chat.allowance import Allowance
from tutor.chat.briefing import Briefing
from tutor.chat.errors import (
    AiLimit,
    ClosedNow,
    DailyLimit,
    NothingToHint,
    ReplyNotContinuable,
    ReplyNotRunning,
    ReplyRunning,
    TooManyReplies,
)
from tutor.chat.messages import (
    ContinueReply,
    ConversationChanged,
    CreateConversation,
    HintGiven,
    MessageAdded,
    MessageChanged,
    MessageSent,
    MessageView,
    NextHint,
    OneConversation,
    OneReply,
    RateReply,
    ReplyTicket,
    RetryReply,
    SendMessage,
    StopReply,
    UpdateConversation,
)
from tutor.chat.models import Author, Conversation, Ladder, Message, Notice, Reply
from tutor.chat.notices import Notices, by
from tutor.chat.places import room_of
from tutor.chat.reply import Replies
from tutor.chat.store import ChatStore
from tutor.chat.views import conversation_view, message_view
from tutor.classes.models import Rule
from tutor.classes.service import Classes
from tutor.core.caller import Caller, Language
from tutor.core.clock import Clock, new_id
from tutor.core.errors import Conflict, NotFound, TutorError
from tutor.core.rooms import Rooms

TITLE_LENGTH = 24
DEFAULT_GRADE = 7


@dataclass(frozen=True, slots=True)
class Help:
    """How much help a reply may give, with which problem, and how the ladder stands after it.

    A `hint` was asked for as such; it `climbs` when the level is a new one.
    """

    level: int
    ladder: Ladder
    hint: bool = False
    climbs: bool = False


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
        notices: Notices,
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
        self._notices = notices
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def _turn(self, conversation_id: str) -> asyncio.Lock:
        """One at a time where a question and its reply are stored together, or all of it is put away."""
        return self._turns.setdefault(conversation_id, asyncio.Lock())

    # Conversations

    async def create(self, caller: Caller, command: CreateConversation) -> OneConversation:
        """Open a new conversation; the same `client_id` again gives the same one.

        Raises:
            ModeNotAllowed, ExamRunning: the student's classes do not allow its mode.

        """
        now = self._clock.now()
        rule = await self._classes.rule_for(caller.id, command.subject)
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
            ladder.check_mode(command.mode, await self._classes.rule_for(caller.id, conversation.subject))
            changes["mode"] = command.mode
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
        (conversation, rule), earlier = await asyncio.gather(
            self._with_rule(caller, command.conversation_id), self._briefing.earlier(command.conversation_id)
        )
        try:
            self._allowance.check_student(caller.id)
            ladder.check_open(rule)
        except (AiLimit, ClosedNow) as refusal:
            return await self._ask_again(caller, conversation, rule, command, refusal)
        known = next((message for message in earlier if message.client_id == command.client_id.lower()), None)
        if known is not None or self._replies.running_in(conversation.id) is not None:
            return await self._ask_again(caller, conversation, rule, command, ReplyRunning())
        question = self._said(conversation, caller, command)
        help_ = await self._help(conversation, rule, earlier, question)
        draft = self._draft(question, new_id(), caller.language, help_, attempt=1)
        prompt = await self._prompt(conversation, earlier, question, draft)
        with self._replies.beginning(draft, prompt, conversation.student_id) as running:
            await asyncio.sleep(0)  # the request to the service goes out before anything else is done
            try:
                await self._claim(conversation, draft.id, rule)
            except (AiLimit, DailyLimit, ReplyRunning, TooManyReplies) as refusal:
                return await self._ask_again(caller, conversation, rule, command, refusal)
            stored, reply = await self._store.add_question(question, running.message, conversation.student_id)
            if reply is not None:
                self._announce(stored)
                self._announce(reply)
                self._replies.admit(running, reply)
        if reply is None:
            await self._replies.claims.give_back(conversation.id, draft.id)
            return await self._ask_again(caller, conversation, rule, command, Conflict(what="message"))
        await self._note_question(conversation, stored, reply, help_.ladder)
        return MessageSent(message=message_view(stored), reply=self._ticket(running.message))

    async def _with_rule(self, caller: Caller, conversation_id: str) -> tuple[Conversation, Rule]:
        """A conversation that the caller may see, and what the student's classes allow there now."""
        conversation = await self._access.visible(caller, conversation_id)
        return conversation, await self._classes.rule_for(conversation.student_id, conversation.subject)

    async def _help(
        self, conversation: Conversation, rule: Rule, earlier: Sequence[Message], question: Message
    ) -> Help:
        """How much help an ordinary question gets."""
        at_hand = await self._briefing.problem(conversation.id, conversation.ladder.problem_id, earlier)
        stands = ladder.at_question(conversation.ladder, at_hand.text if at_hand is not None else "", question)
        level = ladder.level_of(conversation.mode, stands, rule)
        return Help(level, ladder.climbed(conversation.mode, stands, level))

    async def _prompt(
        self, conversation: Conversation, earlier: Sequence[Message], question: Message, draft: Message
    ) -> Prompt:
        if draft.reply is None:
            raise TypeError("not a reply")
        so_far = await self._briefing.text_up_to(conversation.id, draft.reply.continues)
        return await self._briefing.prompt(conversation, earlier, question, draft.reply, so_far=so_far)

    async def _claim(self, conversation: Conversation, reply_id: str, rule: Rule) -> None:
        """Take the conversation for a reply that the student and the class may still ask for."""
        _, class_ids = await asyncio.gather(
            self._replies.claims.take(conversation.id, reply_id, conversation.student_id),
            self._classes.class_ids_of(conversation.student_id),
        )
        try:
            await self._allowance.take_student(conversation.student_id)
            await self._allowance.take_class(class_ids)
            await self._allowance.take_today(conversation.student_id, rule.daily_replies)
        except (AiLimit, DailyLimit):
            await self._replies.claims.give_back(conversation.id, reply_id)
            raise

    async def _ask_again(
        self, caller: Caller, conversation: Conversation, rule: Rule, command: SendMessage, refusal: TutorError
    ) -> MessageSent:
        """A question that may be stored already: then the same answer, or its reply if a crash has left it without.

        Raises:
            TutorError: it is not stored, so the `refusal` stands.
            Conflict: it is, with another text.
            ReplyRunning, TooManyReplies, AiLimit, DailyLimit, ClosedNow: it is without a reply, and cannot have one.

        """
        known = await self._store.message_by_client_id(conversation.id, command.client_id.lower())
        if known is None:
            raise refusal
        self._same(known, command, caller)
        reply = await self._store.reply_of(known, attempt=1)
        if reply is not None:
            if not reply.is_final and self._replies.running(reply.id) is None:
                await self._replies.claims.adopt(reply, conversation.student_id)
            return MessageSent(message=message_view(known), reply=self._ticket(reply))
        ladder.check_open(rule)
        earlier = await self._briefing.earlier(conversation.id)
        help_ = await self._help(conversation, rule, earlier, known)
        draft = self._draft(known, new_id(), caller.language, help_, attempt=1)
        await self._claim(conversation, draft.id, rule)
        prompt = await self._prompt(conversation, earlier, known, draft)
        return MessageSent(message=message_view(known), reply=await self._begin(conversation, draft, prompt))

    async def _note_question(
        self, conversation: Conversation, question: Message, reply: Message, after: Ladder
    ) -> None:
        title = None if conversation.title else _title(question.text)
        touched = self._store.touch(conversation.id, reply.seq, question.created_at, title=title)
        if after == conversation.ladder:
            await touched
        else:
            await asyncio.gather(touched, self._store.climb(conversation.id, conversation.ladder, after))
        if title is not None or after.level != conversation.ladder.level:
            now = replace(conversation, last_seq=reply.seq, updated_at=question.created_at, ladder=after)
            self._changed(now if title is None else replace(now, title=title))

    def _announce(self, message: Message) -> None:
        news = MessageAdded(conversation_id=message.conversation_id, message=message_view(message))
        self._rooms.send(room_of(message.conversation_id), news)

    def _draft(
        self,
        question: Message,
        reply_id: str,
        language: Language,
        help_: Help,
        *,
        attempt: int,
        continues: str | None = None,
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
            reply=Reply(
                question.id,
                attempt,
                fence=1,
                language=language,
                continues=continues,
                level=help_.level,
                problem_id=help_.ladder.problem_id,
                hint=help_.hint,
            ),
        )

    async def _begin(self, conversation: Conversation, draft: Message, prompt: Prompt) -> ReplyTicket:
        """Store a reply to a question that is there already, and let it be written."""
        draft = replace(draft, seq=max(draft.seq, conversation.last_seq + 1))
        with self._replies.beginning(draft, prompt, conversation.student_id) as running:
            reply, _ = await self._store.add_message(running.message, conversation.student_id)
            self._announce(reply)
            self._replies.admit(running, reply)
        await self._store.touch(conversation.id, reply.seq, reply.created_at)
        return self._ticket(running.message)

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
        conversation = await self._access.steerable(caller, command.conversation_id)
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
        return await self._replies.claims.ask_to_stop(reply)

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
            rule = await self._classes.rule_for(caller.id, conversation.subject)
            ladder.check_open(rule)
            old = await self._reply(conversation, reply_id)
            question = await self._store.message(conversation.id, old.reply.question_id) if old.reply else None
            if question is None:
                raise NotFound(what="message")
            if goes_on and not old.can_go_on:
                raise ReplyNotContinuable
            continues = old.id if goes_on else None
            help_ = _same_help(conversation, old, rule)
            return OneReply(reply=await self._answer(caller, conversation, rule, question, help_, continues=continues))

    async def _answer(
        self,
        caller: Caller,
        conversation: Conversation,
        rule: Rule,
        question: Message,
        help_: Help,
        *,
        continues: str | None = None,
    ) -> ReplyTicket:
        """Begin one more reply to a question. A hint is told in the room first, with the level that it goes up to."""
        new = new_id()
        await self._claim(conversation, new, rule)
        attempt = len(await self._store.replies_to(question)) + 1
        draft = self._draft(question, new, caller.language, help_, attempt=attempt, continues=continues)
        prompt = await self._prompt(conversation, await self._briefing.earlier(conversation.id), question, draft)
        if help_.climbs:
            conversation = await self._climb(caller, conversation, help_.ladder, new)
        return await self._begin(conversation, draft, prompt)

    async def hint(self, caller: Caller, command: NextHint) -> HintGiven:
        """Go one level up the ladder with the problem at hand, and begin a reply at that level.

        Raises:
            NothingToHint: there is no problem yet.
            HintCap, ExamRunning, ClosedNow: the student's classes do not allow it.

        """
        async with self._turn(command.conversation_id):
            conversation = await self._access.own(caller, command.conversation_id)
            rule = await self._classes.rule_for(caller.id, conversation.subject)
            ladder.check_open(rule)
            earlier = await self._briefing.earlier(conversation.id)
            question = next((message for message in reversed(earlier) if message.author.kind == "student"), None)
            if question is None or conversation.ladder.problem_id is None:
                raise NothingToHint
            level = ladder.next_level(conversation.mode, conversation.ladder, rule)
            help_ = Help(level, replace(conversation.ladder, level=level), hint=True, climbs=True)
            return HintGiven(level=level, reply=await self._answer(caller, conversation, rule, question, help_))

    async def _climb(self, caller: Caller, conversation: Conversation, after: Ladder, reply_id: str) -> Conversation:
        """Store and tell the new level. The claim is held, so nobody else climbs here.

        Raises:
            Conflict: somebody did after all.

        """
        if not await self._store.climb(conversation.id, conversation.ladder, after):
            await self._replies.claims.give_back(conversation.id, reply_id)
            raise Conflict(what="hint")
        notice = Notice("hint.given", by(caller), {"level": after.level})
        told = await self._notices.add(conversation, f"hint:{reply_id}", notice)
        now = replace(conversation, ladder=after, last_seq=told.seq, updated_at=told.created_at)
        self._changed(now)
        return now

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


def _same_help(conversation: Conversation, old: Message, rule: Rule) -> Help:
    """The help that a reply gave, as far as it is still allowed; of a very old one nobody knows."""
    if old.reply is None or not old.reply.level:
        return Help(ladder.level_of(conversation.mode, conversation.ladder, rule), conversation.ladder)
    stands = Ladder(old.reply.problem_id, old.reply.level)
    return Help(min(old.reply.level, ladder.cap(rule)), stands, hint=old.reply.hint)


def _title(question: str) -> str:
    line = " ".join(question.split())
    return line if len(line) <= TITLE_LENGTH else line[: TITLE_LENGTH - 1] + "…"
