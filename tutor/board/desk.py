"""A class that somebody watches on this node: what is known of its students, and what its watchers were shown.

`live.py` keeps one for each watched class. Times without a date are monotonic seconds.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from tutor.board.models import Facts, Hand, Tile
from tutor.board.tiles import tile_of

WRITES_S = 6.0  # a client says every 3 s that it goes on


@dataclass(slots=True)
class Writing:
    """Somebody types: since when, and until when that holds."""

    since: datetime
    until: float


@dataclass(slots=True)
class Desk:
    """One class. `stirred` are the students to read again, with the conversation that the news was about.

    Tiles are not told before `due`, hands not before `hands_due`.
    """

    class_id: str
    names: dict[str, str] = field(default_factory=dict)
    facts: dict[str, Facts] = field(default_factory=dict)
    shown: dict[str, Tile] = field(default_factory=dict)
    shown_at: dict[str, float] = field(default_factory=dict)
    hands: list[Hand] = field(default_factory=list)
    stirred: dict[str, str | None] = field(default_factory=dict)
    writing: dict[str, Writing] = field(default_factory=dict)
    hands_stirred: bool = False
    due: float = 0
    hands_due: float = 0
    look_at: float = 0
    refresh_at: float = 0
    roll_at: float = 0
    loading: asyncio.Lock = field(default_factory=asyncio.Lock)
    loaded: bool = False

    def stir(self, student_id: str, conversation_id: str | None = None) -> None:
        """Read a student again in the next round."""
        if student_id in self.names:
            self.stirred[student_id] = conversation_id or self._conversation_of(student_id)

    def note_writing(self, student_id: str, now: datetime, moment: float, *, on: bool) -> None:
        """The student types, or has ended it."""
        if not on:
            self.writing.pop(student_id, None)
        elif (known := self.writing.get(student_id)) is not None:
            known.until = moment + WRITES_S
        else:
            self.writing[student_id] = Writing(now, moment + WRITES_S)

    def _conversation_of(self, student_id: str) -> str | None:
        facts = self.facts.get(student_id)
        return facts.conversation.id if facts is not None and facts.conversation is not None else None

    def take(self, read: Mapping[str, Facts], now: datetime) -> None:
        """New facts: who came or went since the last ones did so now."""
        for student_id, facts in read.items():
            before = self.facts.get(student_id)
            moved = before is not None and before.online != facts.online
            moved_at = now if moved else before.moved_at if before is not None else None
            self.facts[student_id] = replace(facts, moved_at=moved_at)

    def name(self, names: Mapping[str, str]) -> bool:
        """Who is in the class now, and whether that is news; who is new is read in the next round."""
        if names == self.names:
            return False
        strangers = names.keys() - self.names.keys()
        self.names = dict(names)
        self.facts = {student_id: facts for student_id, facts in self.facts.items() if student_id in names}
        self.stirred = {student_id: last for student_id, last in self.stirred.items() if student_id in names}
        self.stirred |= dict.fromkeys(strangers)
        return True

    def strangers(self, student_ids: Iterable[str]) -> set[str]:
        """Those of whom nothing is known yet."""
        return set(student_ids) - self.facts.keys()

    def changes(self, now: datetime, moment: float, most: int | None = None) -> tuple[list[Tile], list[str]]:
        """The tiles that are not as they were shown, which they are from now on, and who has left the class.

        Of more than `most`, those come first who need somebody, then those who were shown longest ago.
        """
        self.writing = {student_id: one for student_id, one in self.writing.items() if one.until > moment}
        tiles = {
            student_id: tile_of(self._with_writing(facts), self.names[student_id], now, self.shown.get(student_id))
            for student_id, facts in self.facts.items()
        }
        changed = [tile for student_id, tile in tiles.items() if tile != self.shown.get(student_id)]
        changed.sort(key=lambda tile: (-tile.need, self.shown_at.get(tile.student_id, 0.0)))
        told = {tile.student_id: tile for tile in changed[:most]}
        gone = [student_id for student_id in self.shown if student_id not in tiles]
        kept = {student_id: tile for student_id, tile in self.shown.items() if student_id in tiles}
        self.shown = kept | told
        self.shown_at = {one: moment if one in told else self.shown_at[one] for one in self.shown}
        return list(told.values()), gone

    def _with_writing(self, facts: Facts) -> Facts:
        writing = self.writing.get(facts.student_id)
        return facts if writing is None else replace(facts, writes_since=writing.since)
