"""The verbs of hands: a student raises one in a room, the teachers of the class see the queue, and one of them comes.

Called by `sockets.py`. Hands are documents: nothing that restarts lowers one.
"""

from collections.abc import Mapping
from dataclasses import replace

import structlog

from tutor.board.errors import HandClaimed, NobodyTeaches
from tutor.board.messages import ClaimHand, EndHand, HandChanged, LowerHand, OneHand, RaiseHand
from tutor.board.models import Hand
from tutor.board.news import News
from tutor.board.queues import Queues
from tutor.board.store import BoardStore
from tutor.board.views import hand_view
from tutor.chat.access import Access
from tutor.chat.models import Conversation, Notice
from tutor.chat.notices import Notices, by
from tutor.chat.places import room_of
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
        queues: Queues,
        access: Access,
        classes: Classes,
        notices: Notices,
        rooms: Rooms,
        news: News,
        clock: Clock,
    ) -> None:
        self._store = store
        self._queues = queues
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
        return await self._changed(conversation, hand)

    # The teacher's

    async def claim(self, caller: Caller, command: ClaimHand) -> OneHand:
        """Go to a student whom the caller teaches. Of two teachers at once, one succeeds.

        Raises:
            NotFound: no such conversation, not a student of the caller's, or no hand is up.
            HandClaimed: another teacher of the student has it.

        """
        conversation = await self._access.taught(caller, command.conversation_id)
        hand = await self._store.hand(conversation.id)
        if hand is None:
            raise NotFound(what="hand")
        wish = replace(hand, claimed_by=caller.id, claimed_name=caller.name, claimed_at=self._clock.now())
        claimed = await self._store.claim(wish)
        if claimed is not None and await self._is_forsaken(claimed):
            claimed = await self._store.claim(wish, after=claimed.claimed_by)
        if claimed is None or claimed.key != hand.key:
            raise NotFound(what="hand")
        if claimed.claimed_by != caller.id:
            raise HandClaimed(name=claimed.claimed_name)
        await self._note(conversation, caller, hand, "claimed")
        return await self._changed(conversation, hand)

    async def _is_forsaken(self, hand: Hand) -> bool:
        """Whether the one who claimed it teaches the student no more."""
        return hand.claimed_by is not None and not await self._classes.teaches(hand.claimed_by, hand.student_id)

    async def end(self, caller: Caller, command: EndHand) -> OneHand:
        """Take down the hand of a student who was helped; one that is down already is no error.

        Raises:
            NotFound: no such conversation, or not a student of the caller's.

        """
        conversation = await self._access.taught(caller, command.conversation_id)
        hand = await self._store.hand(conversation.id)
        if hand is not None and await self._store.take_down(hand):
            await self._note(conversation, caller, hand, "done")
        return await self._changed(conversation, hand)

    # Who asks

    async def get(self, caller: Caller, conversation_id: str) -> OneHand:
        """The hand of a conversation that the caller may see.

        Raises:
            NotFound: no such conversation, or not theirs to see.

        """
        conversation = await self._access.visible(caller, conversation_id)
        hand = await self._store.hand(conversation.id)
        return _shown(hand, await self._queues.places([hand] if hand is not None else []))

    # Telling

    async def _note(self, conversation: Conversation, caller: Caller, hand: Hand, what: str) -> None:
        facts: dict[str, str | int] = {"line": hand.line} if what == "raised" and hand.line is not None else {}
        key = f"hand:{hand.key}:{what}:{caller.id}"
        await self._notices.add(conversation, key, Notice(f"hand.{what}", by(caller), facts))
        log.info("hand_changed", conversation=conversation.id, by=caller.id, what=what)

    async def _changed(self, conversation: Conversation, left: Hand | None = None) -> OneHand:
        """Tell everybody whom it concerns, and give the hand as it is now. Who stands behind one that `left` its queue
        moves up.
        """
        hand = await self._store.hand(conversation.id)
        behind = await self._queues.behind(left) if left is not None else []
        places = await self._queues.places([*behind, hand] if hand is not None else behind)
        answer = self._tell(conversation.id, hand, places)
        for other in behind:
            self._tell(other.id, other, places)
        self._news.hands_changed(conversation.id, conversation.student_id)
        return answer

    def _tell(self, conversation_id: str, hand: Hand | None, places: Mapping[str, int]) -> OneHand:
        shown = _shown(hand, places)
        news = HandChanged(conversation_id=conversation_id, hand=shown.hand, place=shown.place)
        self._rooms.send(room_of(conversation_id), news)
        return shown


def _shown(hand: Hand | None, places: Mapping[str, int]) -> OneHand:
    if hand is None:
        return OneHand(hand=None, place=None)
    return OneHand(hand=hand_view(hand), place=places.get(hand.id))
