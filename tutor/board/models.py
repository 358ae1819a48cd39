"""The nouns of the board: a student's tile, what it is made from, and the hands and flags that are stored."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tutor.chat.models import AuthorKind, Conversation, FloorState, Message

TileState = Literal["offline", "idle", "writing", "answering", "waiting", "stuck", "flagged"]


@dataclass(frozen=True, slots=True)
class Hand:
    """A hand that is up in the conversation `id`. `key` tells one raising from the next."""

    id: str
    key: str
    student_id: str
    student_name: str
    line: str | None
    raised_at: datetime
    claimed_by: str | None = None
    claimed_name: str | None = None
    claimed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Flag:
    """A mark on the conversation `id`: a teacher should look. It stays until one of them clears it.

    `by` is the teacher who set or cleared it last, None when a message did. Messages up to `seq` are judged already.
    """

    id: str
    student_id: str
    on: bool
    at: datetime
    by: str | None
    seq: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a student when their tile is made; `messages` are the newest of the conversation, in order.

    Who is `online` has it open. `moved_at` is when they were seen to come or go, `writes_since` since when they type.
    """

    student_id: str
    conversation: Conversation | None = None
    messages: tuple[Message, ...] = ()
    online: bool = False
    hand: Hand | None = None
    flag: Flag | None = None
    moved_at: datetime | None = None
    writes_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Tile:
    """A student on the board. `need` says how much they need a teacher: the board is sorted by it."""

    student_id: str
    name: str
    conversation_id: str | None
    title: str
    state: TileState
    since: datetime | None
    preview: str
    said_by: AuthorKind | None
    hand: datetime | None
    floor: FloorState
    need: int
