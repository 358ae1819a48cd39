"""What can go wrong in a conversation."""

from tutor.core.errors import TutorError


class ReplyRunning(TutorError):
    """The tutor is still answering here; wait for the end or stop the reply."""

    code = "reply_running"
    status = 409


class ReplyNotRunning(TutorError):
    """The reply has ended already, so it cannot be stopped."""

    code = "reply_not_running"
    status = 409


class ReplyNotContinuable(TutorError):
    """The reply is complete or has no text, so nothing can follow it."""

    code = "reply_not_continuable"
    status = 409


class TooManyReplies(TutorError):
    """The student has as many replies running as allowed. Fact: `limit`."""

    code = "too_many_replies"
    status = 429


class AiLimit(TutorError):
    """Too many replies were asked for in a short time. Facts: `retry_after_s`, `whose` (`student` or `class`)."""

    code = "ai_limit"
    status = 429


class QueueTooLong(TutorError):
    """The reply waited in the queue for as long as we let it."""

    code = "queue_too_long"
    status = 503


class ReplyInterrupted(TutorError):
    """The node that wrote the reply went away in the middle."""

    code = "reply_interrupted"
    status = 503


class TeacherHasFloor(TutorError):
    """A teacher answers here at the moment, so the tutor begins no reply."""

    code = "teacher_has_floor"
    status = 409


class DraftNotReady(TutorError):
    """The reply is still being written, or was never a draft, so there is nothing to decide."""

    code = "draft_not_ready"
    status = 409


class DraftDecided(TutorError):
    """Another decision about the draft came first. Fact: `state`, what became of it."""

    code = "draft_decided"
    status = 409


class SuggestionRunning(TutorError):
    """The tutor is still writing a suggestion for this teacher here."""

    code = "suggestion_running"
    status = 409


class TooManyWhispers(TutorError):
    """As many whispers are in force here as allowed. Fact: `limit`."""

    code = "too_many_whispers"
    status = 409
