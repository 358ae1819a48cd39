"""What can go wrong in a conversation."""

from tutor.core.errors import TutorError


class ReplyRunning(TutorError):
    """The tutor is still answering here; wait for the end or stop the reply."""

    code = "reply_running"
    status = 409


class ReplyChecking(ReplyRunning):
    """A reply is written here for a teacher's eyes first; to its student it is one that is being checked."""

    code = "reply_checking"


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


class ModeNotAllowed(TutorError):
    """The student's classes do not allow this way of tutoring. Fact: `mode`."""

    code = "mode_not_allowed"
    status = 403


class HintCap(TutorError):
    """There is no more help with this problem than there was. Fact: `level`, the highest that is allowed."""

    code = "hint_cap"
    status = 409


class ExamRunning(TutorError):
    """One of the student's classes has an exam, so there are neither solutions nor examples."""

    code = "exam_running"
    status = 403


class ClosedNow(TutorError):
    """The student's classes do not let the tutor answer at this hour."""

    code = "closed_now"
    status = 403


class DailyLimit(TutorError):
    """The student has had as many replies today as their classes allow. Fact: `limit`."""

    code = "daily_limit"
    status = 429


class NothingToHint(TutorError):
    """No question was asked here yet, so there is nothing to give a hint for."""

    code = "nothing_to_hint"
    status = 409


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
