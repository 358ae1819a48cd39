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
