"""What crosses the edge of the board: watching a class, its tiles, hands, flags, and who is typing in a room."""

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import StringConstraints

from tutor.board.models import TileState
from tutor.chat.models import AuthorKind, FloorState
from tutor.core.caller import Role
from tutor.core.messages import Answer, Command, Event, Id

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]


# What is shown


class TileView(Answer):
    """A student on the board: what they do and since when, and the last line of their conversation.

    `conversation_id` is the room to look into, None when there is none yet; `said_by` is who wrote the line; `hand` is
    since when the student's hand is up. The greater `need`, the sooner a teacher should look.
    """

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


class HandView(Answer):
    """A hand that is up, with what the student wrote to it, and the teacher who is going there."""

    conversation_id: str
    student_id: str
    student_name: str
    line: str | None
    raised_at: datetime
    claimed_by: str | None
    claimed_name: str | None
    claimed_at: datetime | None


class TypingView(Answer):
    """Somebody who is typing."""

    id: str
    name: str
    role: Role


# Socket commands and the data in their acks


class WatchClass(Command):
    """Follow a class on the board; news arrive as `tiles.changed` and `hands.changed`."""

    class_id: Id


class ClassBoard(Answer):
    """A class as it is now: a tile for each student, and the hands that are up, the first raised first."""

    tiles: list[TileView]
    hands: list[HandView]


class UnwatchClass(Command):
    """Stop following a class."""

    class_id: Id


class RaiseHand(Command):
    """Ask for a teacher, with a line about it if the student likes. A hand that is up keeps its place."""

    conversation_id: Id
    line: Line | None = None


class LowerHand(Command):
    """Take the own hand down."""

    conversation_id: Id


class GetHand(Command):
    """Ask whether a hand is up in a room, for example after a reload."""

    conversation_id: Id


class ClaimHand(Command):
    """Say that one is going to the student; the other teachers see it. Of two at once, one succeeds."""

    conversation_id: Id


class EndHand(Command):
    """The student was helped: the hand goes down."""

    conversation_id: Id


class OneHand(Answer):
    """A room's hand, None when it is down; `place` is its place in the queue (1 is next) until a teacher claims it."""

    hand: HandView | None
    place: int | None


class SetTyping(Command):
    """Say that one types, again every 3 s while it goes on, and when it ends."""

    conversation_id: Id
    on: bool


class FlagTile(Command):
    """Mark a student's conversation so that all teachers of the class look, or clear the mark."""

    conversation_id: Id
    on: bool


# Events


class TilesChanged(Event):
    """The tiles of a watched class that changed, and the students who have left it; at most once a second."""

    event: ClassVar[str] = "tiles.changed"
    class_id: str
    tiles: list[TileView]
    gone: list[str]


class HandsChanged(Event):
    """The hands that are up in a watched class now, the first raised first."""

    event: ClassVar[str] = "hands.changed"
    class_id: str
    hands: list[HandView]


class HandChanged(Event):
    """The room's hand was raised, claimed or taken down, or has moved up in the queue; to everybody in the room."""

    event: ClassVar[str] = "hand.changed"
    conversation_id: str
    hand: HandView | None
    place: int | None


class TypingChanged(Event):
    """Who is typing in the room. It holds for 5 s unless it comes again."""

    event: ClassVar[str] = "typing.changed"
    conversation_id: str
    people: list[TypingView]
