"""The verbs of hands: a student raises one in a room, the teachers of the class see the queue, and one of them comes.

Called by `sockets.py`; `live.py` asks for the queue of a class. Hands are documents: nothing that restarts lowers one.
"""

from collections.abc import Iterable
from dataclasses import replace

import structlog

from tutor.board.errors import HandClaimed, NobodyTeaches
from tutor.board.messages import ClaimHand, EndHand, HandChanged, LowerHand, OneHand, RaiseHand
from tutor.board.models import Hand
from tutor.board.news import News
from tutor.board.store import BoardStore
from tutor.board.views import hand_view
from tutor.chat.access import Access
from tutor.chat.models import Conversation, Notice
from tutor.chat.notices import Notices, by
from tutor.chat.places import room_of
from tutor.chat.store import ChatStore
from tutor.classes.service import Classes
from tutor.core.caller import Caller
from tutor.core.clock import Clock, new_id
from tutor.core.errors import NotFound
from tutor.core.rooms import Rooms

log = structlog.get_logger(__name__)


class Hands:
    """The hands of all students."""

    def __init__(
        self,
        store: BoardStore,
        chat: ChatStore,
        access: Access,
        classes: Classes,
        notices: Notices,
        rooms: Rooms,
        news: News,
        clock: Clock,
    ) -> None:
        self._store = store
        self._chat = chat
        self._access = access
        self._classes = classes
        self._notices = notices
        self._rooms = rooms
        self._news = news
        self._clock = clock

    # The student's

    async def raise_hand(self, caller: Caller, command: RaiseHand) -> OneHand:
        """Put a hand up in an own conversation. One that is up keeps its place and may get another line.

        Raises:
            NotFound: the conversation is not theirs.
            NobodyTeaches: the student is in no class.

        """
        conversation = await self._access.own(caller, command.conversation_id)
        if not await self._classes.active_of(caller.id):
            raise NobodyTeaches
        now = self._clock.now()
        hand = Hand(conversation.id, new_id(), caller.id, caller.name, command.line, now)
        if await self._store.raise_hand(hand):
            await self._note(conversation, caller, hand, "raised")
        elif command.line is not None:
            await self._store.set_line(conversation.id, command.line)
        return await self._changed(conversation)

    async def lower(self, caller: Caller, command: LowerHand) -> OneHand:
        """Take the own hand down; one that is down already is no error.

        Raises:
            NotFound: the conversation is not theirs.

        """
        conversation = await self._access.own(caller, command.conversation_id)
        hand = await self._store.hand(conversation.id)
        if hand is not None and await self._store.take_down(hand):
            await self._note(conversation, caller, hand, "lowered")
        return await self._changed(conversation)

    # The teacher's

    async def claim(self, caller: Caller, command: ClaimHand) -> OneHand:
        """Go to a student whom the caller teaches. Of two teachers at once, one succeeds.

        Raises:
            NotFound: no such conversation, not a student of the caller's, or no hand is up.
            HandClaimed: another teacher has it.

        """
        conversation = await self._access.taught(caller, command.conversation_id)
        hand = await self._store.hand(conversation.id)
        if hand is None:
            raise NotFound(what="hand")
        wish = replace(hand, claimed_by=caller.id, claimed_name=caller.name, claimed_at=self._clock.now())
        claimed = await self._store.claim(wish)
        if claimed is None or claimed.key != hand.key:
            raise NotFound(what="hand")
        if claimed.claimed_by != caller.id:
            raise HandClaimed(name=claimed.claimed_name)
        await self._note(conversation, caller, hand, "claimed")
        return await self._changed(conversation)

    async def end(self, caller: Caller, command: EndHand) -> OneHand:
        """Take down the hand of a student who was helped; one that is down already is no error.

        Raises:
            NotFound: no such conversation, or not a student of the caller's.

        """
        conversation = await self._access.taught(caller, command.conversation_id)
        hand = await self._store.hand(conversation.id)
        if hand is not None and await self._store.take_down(hand):
            await self._note(conversation, caller, hand, "done")
        return await self._changed(conversation)

    # Who asks

    async def get(self, caller: Caller, conversation_id: str) -> OneHand:
        """The hand of a conversation that the caller may see.

        Raises:
            NotFound: no such conversation, or not theirs to see.

        """
        conversation = await self._access.visible(caller, conversation_id)
        return await self._with_place(await self._store.hand(conversation.id))

    async def of_students(self, student_ids: Iterable[str]) -> list[Hand]:
        """The hands of some students in the order they went up, without those in conversations that were put away."""
        hands = await self._store.hands_of(student_ids)
        there = {row.id for row in await self._chat.conversations_by_id(hand.id for hand in hands)} if hands else set()
        return [hand for hand in hands if hand.id in there]

    # Telling

    async def _note(self, conversation: Conversation, caller: Caller, hand: Hand, what: str) -> None:
        facts: dict[str, str | int] = {"line": hand.line} if what == "raised" and hand.line is not None else {}
        await self._notices.add(conversation, f"hand:{hand.key}:{what}", Notice(f"hand.{what}", by(caller), facts))
        log.info("hand_changed", conversation=conversation.id, by=caller.id, what=what)

    async def _changed(self, conversation: Conversation) -> OneHand:
        """Tell everybody whom it concerns, and give the hand as it is now."""
        answer = await self._with_place(await self._store.hand(conversation.id))
        self._tell(conversation.id, answer)
        self._news.hands_changed(conversation.id, conversation.student_id)
        for other in await self._queue_with(conversation.student_id):
            if other.id != conversation.id:
                self._tell(other.id, await self._with_place(other))
        return answer

    def _tell(self, conversation_id: str, shown: OneHand) -> None:
        news = HandChanged(conversation_id=conversation_id, hand=shown.hand, place=shown.place)
        self._rooms.send(room_of(conversation_id), news)

    async def _with_place(self, hand: Hand | None) -> OneHand:
        """A hand with its place in the shortest queue that it stands in."""
        if hand is None:
            return OneHand(hand=None, place=None)
        places = [
            1
            + sum(
                other.claimed_by is None and (other.raised_at, other.id) < (hand.raised_at, hand.id) for other in queue
            )
            for queue in await self._queues(hand.student_id)
        ]
        return OneHand(hand=hand_view(hand), place=min(places, default=None) if hand.claimed_by is None else None)

    async def _queues(self, student_id: str) -> list[list[Hand]]:
        """The hands of each class of a student."""
        classes = await self._classes.active_of(student_id)
        return [await self.of_students(await self._classes.student_ids(one.id)) for one in classes]

    async def _queue_with(self, student_id: str) -> list[Hand]:
        """All who stand in a queue with a student."""
        return list({hand.id: hand for queue in await self._queues(student_id) for hand in queue}.values())
