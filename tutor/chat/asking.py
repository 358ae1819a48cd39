"""From a question to its reply that begins. `service.py` calls it when a student has said something."""

import asyncio
from dataclasses import replace

from tutor.chat import ladder
from tutor.chat.beginnings import Beginnings
from tutor.chat.briefing import Briefing
from tutor.chat.errors import (
    AiLimit,
    ClosedNow,
    DailyLimit,
    ReplyChecking,
    ReplyRunning,
    TeacherHasFloor,
    TooManyReplies,
)
from tutor.chat.herald import Herald
from tutor.chat.messages import MessageSent
from tutor.chat.models import Conversation, Ladder, Message
from tutor.chat.permits import Permits
from tutor.chat.reply import Replies
from tutor.chat.store import ChatStore
from tutor.chat.views import message_view
from tutor.classes.models import Rule
from tutor.core.caller import Caller
from tutor.core.errors import Conflict, TutorError

TITLE_LENGTH = 24
REFUSALS = (AiLimit, DailyLimit, ReplyRunning, TeacherHasFloor, TooManyReplies)


class Asking:
    """Students' questions."""

    def __init__(
        self,
        store: ChatStore,
        replies: Replies,
        briefing: Briefing,
        beginnings: Beginnings,
        permits: Permits,
        herald: Herald,
    ) -> None:
        self._store = store
        self._replies = replies
        self._briefing = briefing
        self._beginnings = beginnings
        self._permits = permits
        self._herald = herald

    async def ask(self, caller: Caller, question: Message) -> MessageSent:
        """Ask the model, claim the conversation and store the question, the first beside the others: it takes longest.

        Nothing of the reply is shown before all is stored, and nothing is left of it when something is refused. Called
        in the conversation's turn.

        Raises:
            NotFound: the conversation is not the caller's.
            ReplyRunning, ReplyChecking, TooManyReplies, AiLimit, DailyLimit, ClosedNow: no reply may begin now; nothing
                is stored.
            Conflict: the `client_id` is of another message.

        """
        (conversation, rule), earlier = await asyncio.gather(
            self._permits.with_rule(caller, question.conversation_id), self._briefing.earlier(question.conversation_id)
        )
        question = replace(question, seq=conversation.last_seq + 1)
        try:
            self._permits.check(conversation)
            ladder.check_open(rule)
        except (AiLimit, ClosedNow, TeacherHasFloor) as refusal:
            return await self._ask_otherwise(caller, conversation, rule, question, refusal)
        known = next((message for message in earlier if message.client_id == question.client_id), None)
        running = self._replies.running_in(conversation.id)
        if known is not None or running is not None:
            is_hidden = running is not None and running.message.is_hidden
            busy = ReplyChecking() if is_hidden else ReplyRunning()
            return await self._ask_again(caller, conversation, rule, question, busy)
        help_ = await self._beginnings.help_for(conversation, rule, earlier, question)
        draft = self._beginnings.draft(question, caller.language, help_)
        brief = await self._beginnings.brief(conversation, earlier, question, draft)
        with self._replies.beginning(brief.draft, brief.prompt, conversation.student_id) as running:
            await asyncio.sleep(0)  # the request to the service goes out before anything else is done
            try:
                floor = await self._permits.take(conversation, draft.id, rule)
            except REFUSALS as refusal:
                return await self._ask_otherwise(caller, conversation, rule, question, refusal)
            stored = await self._beginnings.store_both(conversation, question, running, floor)
        if stored is None:
            await self._replies.claims.give_back(conversation.id, draft.id)
            return await self._ask_again(caller, conversation, rule, question, Conflict(what="message"))
        await self._beginnings.use(brief.whispers, running.message)
        await self._note(conversation, stored, running.message.seq, help_.ladder)
        return MessageSent(message=message_view(stored), reply=self._replies.ticket(running.message))

    async def _ask_otherwise(
        self, caller: Caller, conversation: Conversation, rule: Rule, question: Message, refusal: TutorError
    ) -> MessageSent:
        """No reply may begin. Store what the student says while a teacher has the floor: it is hers to answer."""
        if not isinstance(refusal, TeacherHasFloor):
            return await self._ask_again(caller, conversation, rule, question, refusal)
        said = replace(question, for_teacher=True)
        message, created = await self._store.add_message(said, conversation.student_id)
        if not created:
            return await self._ask_again(caller, conversation, rule, question, Conflict(what="message"))
        self._herald.added(message)
        await self._note(conversation, message, message.seq, conversation.ladder)
        return MessageSent(message=message_view(message), reply=None)

    async def _ask_again(
        self, caller: Caller, conversation: Conversation, rule: Rule, question: Message, refusal: TutorError
    ) -> MessageSent:
        """A question that may be stored already: then the same answer, or its reply if a crash has left it without.

        Raises:
            TutorError: it is not stored, so the `refusal` stands.
            Conflict: it is, with another text.
            ReplyRunning, ReplyChecking, TooManyReplies, AiLimit, DailyLimit, ClosedNow: it is without a reply, and
                cannot have one now.

        """
        known = await self._store.message_by_client_id(conversation.id, question.client_id)
        if known is None:
            raise refusal
        if not known.is_same(question):
            raise Conflict(what="message")
        reply = await self._store.reply_of(known, attempt=1)
        if reply is not None:
            if reply.is_running and self._replies.running(reply.id) is None:
                await self._replies.claims.adopt(reply, conversation.student_id)
            return MessageSent(message=message_view(known), reply=self._replies.ticket(reply))
        if known.for_teacher or conversation.floor.state == "teacher":
            return MessageSent(message=message_view(known), reply=None)
        ladder.check_open(rule)
        earlier = await self._briefing.earlier(conversation.id)
        help_ = await self._beginnings.help_for(conversation, rule, earlier, known)
        draft = self._beginnings.draft(known, caller.language, help_)
        floor = await self._permits.take(conversation, draft.id, rule)
        brief = await self._beginnings.brief(conversation, earlier, known, draft)
        ticket = await self._beginnings.begin(conversation, brief, floor)
        await self._climb(conversation, help_.ladder)
        return MessageSent(message=message_view(known), reply=ticket)

    async def _note(self, conversation: Conversation, said: Message, last_seq: int, after: Ladder) -> None:
        """Keep what a question changes of its conversation: its end, its title, its ladder."""
        self._herald.asked(conversation, said)
        title = None if conversation.title else _title(said.text)
        touched = self._store.touch(conversation.id, last_seq, said.created_at, title=title)
        await asyncio.gather(touched, self._climb(conversation, after))
        if title is not None or after.level != conversation.ladder.level:
            now = replace(conversation, last_seq=last_seq, updated_at=said.created_at, ladder=after)
            self._herald.changed(now if title is None else replace(now, title=title))

    async def _climb(self, conversation: Conversation, after: Ladder) -> None:
        if after != conversation.ladder:
            await self._store.climb(conversation.id, conversation.ladder, after)


def _title(question: str) -> str:
    line = " ".join(question.split())
    return line if len(line) <= TITLE_LENGTH else line[: TITLE_LENGTH - 1] + "…"
