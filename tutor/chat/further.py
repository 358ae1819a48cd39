"""One more reply to a question that was answered: again, further, or with one hint more. Called by `sockets.py`."""

from collections.abc import Sequence
from dataclasses import replace

from tutor.chat import ladder
from tutor.chat.access import Access
from tutor.chat.beginnings import Beginnings, Help, same_help
from tutor.chat.briefing import Briefing
from tutor.chat.errors import NothingToHint, ReplyNotContinuable
from tutor.chat.herald import Herald
from tutor.chat.messages import ContinueReply, HintGiven, NextHint, OneReply, ReplyTicket, RetryReply
from tutor.chat.models import Conversation, Ladder, Message, Notice
from tutor.chat.notices import Notices, by
from tutor.chat.permits import Permits
from tutor.chat.reply import Replies
from tutor.chat.store import ChatStore
from tutor.chat.turns import Turns
from tutor.classes.models import Rule
from tutor.core.caller import Caller
from tutor.core.errors import Conflict, NotFound


class Further:
    """What students ask of the tutor beyond a first reply. `turns` are by conversation, shared with `asking.py`."""

    def __init__(
        self,
        store: ChatStore,
        access: Access,
        replies: Replies,
        briefing: Briefing,
        beginnings: Beginnings,
        permits: Permits,
        notices: Notices,
        herald: Herald,
        turns: Turns,
    ) -> None:
        self._store = store
        self._access = access
        self._replies = replies
        self._briefing = briefing
        self._beginnings = beginnings
        self._permits = permits
        self._notices = notices
        self._herald = herald
        self._turns = turns

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
        async with self._turns.of(conversation_id):
            conversation, rule = await self._permits.with_rule(caller, conversation_id)
            ladder.check_open(rule)
            old = await self._access.reply(conversation, reply_id)
            question = await self._store.message(conversation.id, old.reply.question_id) if old.reply else None
            if question is None:
                raise NotFound(what="message")
            if goes_on and not old.can_go_on:
                raise ReplyNotContinuable
            continues = old.id if goes_on else None
            help_ = same_help(conversation, old, rule)
            return OneReply(reply=await self._answer(caller, conversation, rule, question, help_, continues=continues))

    async def hint(self, caller: Caller, command: NextHint) -> HintGiven:
        """Go one level up the ladder with the problem at hand, and begin a reply at that level.

        Raises:
            NothingToHint: there is no problem yet.
            HintCap, ExamRunning, ClosedNow: the student's classes do not allow it.
            Conflict: the wanted level is not the next one.

        """
        async with self._turns.of(command.conversation_id):
            conversation, rule = await self._permits.with_rule(caller, command.conversation_id)
            earlier = await self._briefing.earlier(conversation.id)
            if command.level is not None and (given := _given(earlier, conversation.ladder, command.level)) is not None:
                return HintGiven(level=conversation.ladder.level, reply=self._replies.ticket(given))
            ladder.check_open(rule)
            questions = (one for one in reversed(earlier) if one.author.kind == "student" and not one.for_teacher)
            question = next(questions, None)
            if question is None or conversation.ladder.problem_id is None:
                raise NothingToHint
            help_ = _next(conversation, rule, command.level)
            return HintGiven(level=help_.level, reply=await self._answer(caller, conversation, rule, question, help_))

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
        """Begin a reply to a question that is stored; a hint is told in the room first, with its level."""
        attempt = len(await self._store.replies_to(question)) + 1
        draft = self._beginnings.draft(question, caller.language, help_, attempt=attempt, continues=continues)
        floor = await self._permits.take(conversation, draft.id, rule)
        brief = await self._beginnings.brief(
            conversation, await self._briefing.earlier(conversation.id), question, draft
        )
        if help_.climbs:
            conversation = await self._climb(caller, conversation, help_.ladder, draft.id)
        return await self._beginnings.begin(conversation, brief, floor)

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
        self._herald.changed(now)
        return now


def _next(conversation: Conversation, rule: Rule, wanted: int | None) -> Help:
    """The help one level up, or that of the level where the node died that had climbed there.

    Raises:
        HintCap, ExamRunning: there is none.
        Conflict: it is not the wanted one.

    """
    stands = conversation.ladder
    is_lost = wanted == stands.level and wanted <= ladder.cap(rule)
    level = stands.level if is_lost else ladder.next_level(conversation.mode, stands, rule)
    if wanted not in {None, level}:
        raise Conflict(what="hint")
    after = replace(stands, level=level)
    return Help(level, after, ladder.no_more(conversation.mode, after, rule), hint=True, climbs=not is_lost)


def _given(earlier: Sequence[Message], stands: Ladder, level: int) -> Message | None:
    """The first reply of a level to the problem at hand."""
    if stands.problem_id is None or level > stands.level:
        return None
    wanted = (stands.problem_id, level)
    replies = (one for one in earlier if one.reply is not None)
    return next((one for one in replies if one.reply and (one.reply.problem_id, one.reply.level) == wanted), None)
