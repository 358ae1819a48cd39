"""Whether a reply may begin: the conversation is free, the tutor has the floor, and nobody has asked for too many.

`asking.py` and `further.py` take a permit before they store anything.
"""

import asyncio

from tutor.chat.access import Access
from tutor.chat.allowance import Allowance
from tutor.chat.claims import Claims
from tutor.chat.errors import AiLimit, DailyLimit, TeacherHasFloor
from tutor.chat.models import Conversation, Floor
from tutor.chat.store import ChatStore
from tutor.chat.topics import RoomTopics
from tutor.classes.models import Rule
from tutor.classes.service import Classes
from tutor.core.caller import Caller


class Permits:
    """Permits for the tutor's replies."""

    def __init__(
        self,
        store: ChatStore,
        access: Access,
        classes: Classes,
        claims: Claims,
        allowance: Allowance,
        topics: RoomTopics,
    ) -> None:
        self._store = store
        self._access = access
        self._classes = classes
        self._claims = claims
        self._allowance = allowance
        self._topics = topics

    async def with_rule(self, caller: Caller, conversation_id: str) -> tuple[Conversation, Rule]:
        """A conversation of the caller's, and what their classes and its topic allow there now.

        Raises:
            NotFound: it is not theirs.

        """
        conversation, classes = await asyncio.gather(
            self._access.own(caller, conversation_id), self._classes.active_of(caller.id)
        )
        rule = self._classes.rule_of(classes, conversation.subject)
        return conversation, await self._topics.within(conversation, rule)

    def check(self, conversation: Conversation) -> None:
        """Refuse at once what is known to be refused; nothing is taken.

        Raises:
            TeacherHasFloor: a teacher answers here.
            AiLimit: the student was refused a moment ago.

        """
        _check_floor(conversation.floor)
        self._allowance.check_student(conversation.student_id)

    async def take(self, conversation: Conversation, reply_id: str, rule: Rule) -> Floor:
        """Take the conversation for a reply that the student and the classes may still ask for; gives the floor.

        The floor is read when the claim is taken: whoever changes it later finds the claim, and the reply with it.

        Raises:
            ReplyRunning, ReplyChecking, TooManyReplies: the conversation or the student is busy.
            TeacherHasFloor: a teacher answers here.
            AiLimit, DailyLimit: too many replies were asked for.

        """
        await self._claims.take(conversation.id, reply_id, conversation.student_id)
        try:
            floor, _ = await asyncio.gather(self._floor(conversation), self._take_allowance(conversation, rule))
        except (AiLimit, DailyLimit, TeacherHasFloor):
            await self._claims.give_back(conversation.id, reply_id)
            raise
        return floor

    async def _floor(self, conversation: Conversation) -> Floor:
        now = await self._store.conversation(conversation.id)
        return _check_floor(now.floor if now is not None else conversation.floor)

    async def _take_allowance(self, conversation: Conversation, rule: Rule) -> None:
        await self._allowance.take_student(conversation.student_id)
        await self._allowance.take_class(rule.class_ids)
        await self._allowance.take_today(conversation.student_id, rule.daily_replies)


def _check_floor(floor: Floor) -> Floor:
    if floor.state == "teacher":
        raise TeacherHasFloor
    return floor
