"""Where raised hands stand: the queue of each class is its students' hands in the order they went up. `hands.py` and
`live.py` ask.
"""

import asyncio
from collections.abc import Iterable, Sequence

from tutor.board.models import Hand
from tutor.board.store import BoardStore
from tutor.chat.store import ChatStore
from tutor.classes.service import Classes


class Queues:
    """The queues of all classes. What it asks does not grow with the hands that are up."""

    def __init__(self, store: BoardStore, chat: ChatStore, classes: Classes) -> None:
        self._store = store
        self._chat = chat
        self._classes = classes

    async def of_students(self, student_ids: Iterable[str]) -> list[Hand]:
        """The hands of some students in the order they went up, without those in conversations that were put away."""
        hands = await self._store.hands_of(student_ids)
        there = {row.id for row in await self._chat.conversations_by_id(hand.id for hand in hands)} if hands else set()
        return [hand for hand in hands if hand.id in there]

    async def behind(self, hand: Hand) -> list[Hand]:
        """The hands that wait in a queue with a student's and went up later."""
        class_ids = (await self._classes.active_ids_of_all([hand.student_id])).get(hand.student_id, [])
        members = await self._members(class_ids)
        hands = await self.of_students({one for group in members.values() for one in group})
        return [one for one in hands if one.claimed_by is None and _order(one) > _order(hand)]

    async def places(self, hands: Sequence[Hand]) -> dict[str, int]:
        """The places of hands by their ids, 1 is next: each in the shortest queue it stands in, if it waits in any."""
        class_ids = await self._classes.active_ids_of_all({hand.student_id for hand in hands})
        members = await self._members({one for ids in class_ids.values() for one in ids})
        waiting = [
            one
            for one in await self.of_students({one for group in members.values() for one in group})
            if one.claimed_by is None
        ]
        return {
            hand.id: min(
                1 + sum(_order(one) < _order(hand) and one.student_id in members[class_id] for one in waiting)
                for class_id in class_ids[hand.student_id]
            )
            for hand in hands
            if hand.claimed_by is None and class_ids.get(hand.student_id)
        }

    async def _members(self, class_ids: Iterable[str]) -> dict[str, frozenset[str]]:
        """The students of some classes."""
        asked = list(class_ids)
        found = await asyncio.gather(*(self._classes.student_ids(one) for one in asked))
        return {class_id: frozenset(students) for class_id, students in zip(asked, found, strict=True)}


def _order(hand: Hand) -> tuple[float, str]:
    return hand.raised_at.timestamp(), hand.id
