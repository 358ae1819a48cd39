"""What crosses the edge of broadcasts: sending and reading them, their list, and the news about them."""

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from tutor.core.messages import Answer, ClientId, Command, Event, Id

BroadcastText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


class Reach(Answer):
    """How many students a broadcast was for, and how many of them have read it."""

    addressed: int
    read: int


class BroadcastView(Answer):
    """What a teacher said to a class. Students see whether they have `read` it, teachers whom it `reached`."""

    id: str
    class_id: str
    class_name: str
    teacher_id: str
    teacher_name: str
    text: str
    sent_at: datetime
    read: bool | None = None
    reached: Reach | None = None


class SendBroadcast(Command):
    """Say something to a class, or to those of it who are named. The same `client_id` again gives the same answer."""

    class_id: Id
    client_id: ClientId
    text: BroadcastText
    student_ids: Annotated[list[Id], Field(min_length=1, max_length=500)] | None = None


class OneBroadcast(Answer):
    """A broadcast in its envelope."""

    broadcast: BroadcastView


class ReadBroadcast(Command):
    """The caller has read a broadcast; saying so again changes nothing."""

    broadcast_id: Id


class ListBroadcasts(Command):
    """A page of broadcasts, newest first: a student's own, or those of a class, which its teachers name."""

    class_id: Id | None = None
    cursor: Annotated[str, StringConstraints(max_length=100)] | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 50


class Broadcasts(Answer):
    """A page of broadcasts, for a student those not read yet first; `next` is the cursor of the following page."""

    items: list[BroadcastView]
    next: str | None


class BroadcastAdded(Event):
    """A teacher said something: to each student it is for, and to the teachers who watch the class."""

    event: ClassVar[str] = "broadcast.added"
    broadcast: BroadcastView


class BroadcastChanged(Event):
    """One more student has read a broadcast; to the teachers who watch the class."""

    event: ClassVar[str] = "broadcast.changed"
    class_id: str
    id: str
    read: int


class BroadcastSeen(Event):
    """The student has read a broadcast, on whatever device; to all of them."""

    event: ClassVar[str] = "broadcast.seen"
    id: str
