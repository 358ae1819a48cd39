"""What crosses the edge of the chat about the floor: who answers, drafts to check, suggestions and whispers."""

from datetime import datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from tutor.chat.messages import ConversationView, FloorView, MessageView, WhisperView, Why
from tutor.chat.models import FloorState, Lasts
from tutor.core.messages import Answer, ClientId, Command, Event, Id

Running = Literal["stop", "finish"]
DraftText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=16_000)]
WhisperText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


# Socket commands and the data in their acks


class SetFloor(Command):
    """Say who answers the student from now on, and what happens to the running reply.

    With `number`, only if the floor is still the one that the teacher saw. In `approval` the tutor writes on, and a
    teacher sees every reply before the student does.
    """

    conversation_id: Id
    state: FloorState
    running: Running = "finish"
    number: Annotated[int, Field(ge=0, le=2**31)] | None = None


class FloorSet(Answer):
    """The conversation with its floor as it is then."""

    conversation: ConversationView


class HoldReply(Command):
    """Show nothing more of a running reply, while it is written on."""

    conversation_id: Id
    reply_id: Id


class ReleaseReply(Command):
    """Show a held reply again, with all that was written meanwhile."""

    conversation_id: Id
    reply_id: Id


class SendDraft(Command):
    """Let a checked reply through, as it is or with another `text`."""

    conversation_id: Id
    reply_id: Id
    text: DraftText | None = None


class RejectDraft(Command):
    """Do not let a checked reply through. `why` is for the teachers alone."""

    conversation_id: Id
    reply_id: Id
    why: Why | None = None


class AskSuggestion(Command):
    """Have the tutor draft an answer to the student's last message, for the teacher who asks alone."""

    conversation_id: Id


class SuggestionTicket(Answer):
    """The suggestion that was begun; its text follows as events."""

    suggestion_id: str


class AddWhisper(Command):
    """Tell the tutor something that the student never sees. The same `client_id` again gives the same whisper."""

    conversation_id: Id
    client_id: ClientId
    text: WhisperText
    lasts: Lasts = "reply"


class EndWhisper(Command):
    """Take a whisper back; one that has ended stays so."""

    conversation_id: Id
    whisper_id: Id


class OneWhisper(Answer):
    """A whisper in its envelope."""

    whisper: WhisperView


# Events


class FloorChanged(Event):
    """Somebody else answers the student from now on; to the room."""

    event: ClassVar[str] = "floor.changed"
    conversation_id: str
    floor: FloorView


class DraftReady(Event):
    """A reply is written and waits for a teacher; to the teachers in the room."""

    event: ClassVar[str] = "draft.ready"
    conversation_id: str
    message: MessageView


class DraftWaiting(Event):
    """A reply has waited for a teacher for minutes; to those who watch the student's classes."""

    event: ClassVar[str] = "draft.waiting"
    class_id: str
    conversation_id: str
    reply_id: str
    since: datetime


class SuggestionDelta(Event):
    """The next part of a suggestion, counting from 0; to the teacher who asked."""

    event: ClassVar[str] = "suggestion.delta"
    conversation_id: str
    suggestion_id: str
    part: int
    text: str


class SuggestionFinished(Event):
    """A suggestion has ended: all its text, and the code of what cut it short; to the teacher who asked."""

    event: ClassVar[str] = "suggestion.finished"
    conversation_id: str
    suggestion_id: str
    state: Literal["complete", "interrupted", "failed"]
    text: str
    error: str | None


class WhisperAdded(Event):
    """A teacher told the tutor something; to the teachers in the room."""

    event: ClassVar[str] = "whisper.added"
    conversation_id: str
    whisper: WhisperView


class WhisperEnded(Event):
    """A whisper was taken back, or the reply that it was for has begun; to the teachers in the room."""

    event: ClassVar[str] = "whisper.ended"
    conversation_id: str
    whisper_id: str
