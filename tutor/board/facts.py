"""Reads what tiles are made from, for many students at once: who is where, their conversation, its newest messages,
hands and flags. `live.py` asks for those of whom something changed.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

from tutor.board.flags import Flags
from tutor.board.models import Facts, Flag, Hand
from tutor.board.store import BoardStore
from tutor.board.tiles import RECENT
from tutor.chat.models import Conversation
from tutor.chat.places import CONVERSATIONS
from tutor.chat.store import ChatStore
from tutor.core.roll import Roll

AT_ONCE = 8  # so that a teacher who comes holds up no lesson
Asked = TypeVar("Asked")
Done = TypeVar("Done")


class FactsReader:
    """Reads facts; it keeps nothing."""

    def __init__(self, chat: ChatStore, board: BoardStore, roll: Roll, flags: Flags) -> None:
        self._chat = chat
        self._board = board
        self._roll = roll
        self._flags = flags

    async def of(self, students: Mapping[str, str | None], strangers: Collection[str]) -> dict[str, Facts]:
        """The facts of some students by their ids, each with the conversation that was theirs last, if it is known.

        Of `strangers` nothing is known yet, so that their last conversation has to be looked for.
        """
        hands, flags, opened = await asyncio.gather(
            self._board.hands_of(students), self._board.flags_of(students), self._opened(students)
        )
        ids = {one.id for one in hands} | {one.id for one in flags if one.on} | set(opened)
        rows = await self._chat.conversations_by_id(ids | {one for one in students.values() if one is not None})
        known = {row.student_id for row in rows}
        rows += await self._last_of(
            [one for one, last in students.items() if one not in known and (last is not None or one in strangers)]
        )
        raised, flagged = {one.id: one for one in hands}, {one.id: one for one in flags}
        facts = [_begun(student, rows, raised, flagged, opened) for student in students]
        return {one.student_id: one for one in await _few_at_once(self._with_messages, facts)}

    async def _opened(self, students: Iterable[str]) -> dict[str, set[str]]:
        """Who of everybody has which conversation open: people by conversation."""
        rooms = list(await self._roll.rooms_with(students, CONVERSATIONS))
        present = await _few_at_once(self._roll.present, rooms)
        return {
            room.removeprefix(CONVERSATIONS): {person.id for person in people}
            for room, people in zip(rooms, present, strict=True)
        }

    async def _last_of(self, students: list[str]) -> list[Conversation]:
        """The conversation that each student used last."""
        last = partial(self._chat.conversations, archived=False, before=None, limit=1)
        found = await _few_at_once(last, students)
        return [row for rows in found for row in rows]

    async def _with_messages(self, facts: Facts) -> Facts:
        conversation = facts.conversation
        if conversation is None:
            return facts
        messages = (await self._chat.messages(conversation.id, conversation.last_seq - RECENT))[-RECENT:]
        flag = await self._flags.judged(conversation, messages, facts.flag)
        return replace(facts, messages=tuple(messages), flag=flag)


def _begun(
    student_id: str,
    rows: Iterable[Conversation],
    hands: Mapping[str, Hand],
    flags: Mapping[str, Flag],
    opened: Mapping[str, Collection[str]],
) -> Facts:
    """What is known of a student before the messages: of their conversations, the one a teacher should look into."""

    def weight(row: Conversation) -> tuple[bool, bool, bool, float]:
        is_flagged = row.id in flags and flags[row.id].on
        return row.id in hands, is_flagged, student_id in opened.get(row.id, ()), row.updated_at.timestamp()

    own = [row for row in rows if row.student_id == student_id]
    if not own:
        return Facts(student_id)
    best = max(own, key=weight)
    return Facts(
        student_id=student_id,
        conversation=best,
        online=any(student_id in opened.get(row.id, ()) for row in own),
        hand=hands.get(best.id),
        flag=flags.get(best.id),
    )


async def _few_at_once(read: Callable[[Asked], Awaitable[Done]], each_of: Sequence[Asked]) -> list[Done]:
    """What `read` gives for each, in order, a few at a time."""
    done: list[Done] = []
    for start in range(0, len(each_of), AT_ONCE):
        done += await asyncio.gather(*(read(one) for one in each_of[start : start + AT_ONCE]))
    return done
