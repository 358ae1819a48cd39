"""What crosses the edge of records: the log of who read what, and a lesson to be replayed."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from tutor.chat.messages import ConversationView, MessageView, Seq, WhisperView
from tutor.core.caller import Role
from tutor.core.messages import Answer, Command, Id


class ExportReads(Command):
    """Whose conversations; a student may leave it out."""

    student_id: Id | None = None


class ListReads(ExportReads):
    """A page of who read a student's conversations while the student was away, newest first."""

    cursor: Annotated[str, StringConstraints(max_length=100)] | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 50


class ReadView(Answer):
    """One visit: who read which conversation, from when until when, and why if they said so.

    `title` is None where the reader of this log may not see lessons, or the conversation was deleted.
    """

    conversation_id: str
    title: str | None
    reader_id: str
    reader_name: str
    role: Role
    why: str | None
    at: datetime
    until: datetime


class Reads(Answer):
    """A page of visits; `next` is the cursor of the following one, None at the end."""

    items: list[ReadView]
    next: str | None


class ReadReplay(Command):
    """A stretch of a lesson: what belongs to the messages after `after_seq`."""

    after_seq: Seq = 0
    limit: Annotated[int, Field(ge=1, le=200)] = 200


class PaceView(Answer):
    """How a reply was written: pairs of milliseconds since it was stored, and characters by then."""

    reply_id: str
    marks: list[list[int]]


class ReplayItem(Answer):
    """One thing that happened at a moment; the field named by `kind` is set, for a notice it is `message`."""

    kind: Literal["message", "notice", "whisper", "pace"]
    at: datetime
    message: MessageView | None = None
    whisper: WhisperView | None = None
    pace: PaceView | None = None


class Replay(Answer):
    """A stretch of a lesson in the order of time; `next` is the `after_seq` of the following one, None at the end."""

    conversation: ConversationView
    items: list[ReplayItem]
    next: int | None
