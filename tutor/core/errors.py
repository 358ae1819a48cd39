"""The base of every named error, and the few general ones. Rooms define their own children in their `errors.py`.

The two doors (`core/http.py` and `core/sockets.py`) translate them; `core/words.py` finds the sentence for the reader.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

Fact = str | int | float | bool | Sequence["Fact"] | Mapping[str, "Fact"] | None


class TutorError(Exception):
    """Something the asker should know about.

    Subclasses set `code` (the stable name that clients test for) and `status` (the HTTP status). Facts fill the
    placeholders of the sentence in the catalogue and travel to the client as `details`; they never carry secrets.
    """

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500

    def __init__(self, **facts: Fact) -> None:
        super().__init__(self.code)
        self.facts = facts


class Internal(TutorError):
    """A fault of ours; the log has the traceback under the request id."""

    code = "internal"
    status = 500


class InvalidInput(TutorError):
    """The body or payload does not fit its model. Facts: `fields`, a list of `{field, problem}`."""

    code = "invalid_input"
    status = 422


class Malformed(TutorError):
    """The body is no JSON object, or a frame is no event."""

    code = "malformed"
    status = 400


class UnknownEvent(TutorError):
    """No such socket command. Fact: `event`."""

    code = "unknown_event"
    status = 404


class Unauthenticated(TutorError):
    """No token, or one that does not verify."""

    code = "unauthenticated"
    status = 401


class OriginRefused(TutorError):
    """A page of another site tried to open a socket."""

    code = "origin_refused"
    status = 403


class TokenExpired(TutorError):
    """The token was good once; refresh it."""

    code = "token_expired"
    status = 401


class SessionEnded(TutorError):
    """The session behind the token was ended (sign-out, password change, reuse of a refresh token)."""

    code = "session_ended"
    status = 401


class NotAllowed(TutorError):
    """The caller's role does not include this action."""

    code = "not_allowed"
    status = 403


class NotFound(TutorError):
    """No such thing, or not the caller's to see: the two are never told apart. Fact: `what`."""

    code = "not_found"
    status = 404


class Conflict(TutorError):
    """The same id came again with other content, or the thing changed meanwhile. Fact: `what`."""

    code = "conflict"
    status = 409


class TooLarge(TutorError):
    """The body is larger than allowed. Fact: `limit_kb`."""

    code = "too_large"
    status = 413


class TooSlow(TutorError):
    """The rest of the body did not come in time."""

    code = "too_slow"
    status = 408


class Busy(TutorError):
    """Too much at once from this asker. Fact: `retry_after_s`."""

    code = "busy"
    status = 429


class RateLimited(TutorError):
    """Too many of these in a short time. Facts: `retry_after_s`, `what`."""

    code = "rate_limited"
    status = 429


class StoreUnavailable(TutorError):
    """MongoDB did not answer in time. Nothing was acknowledged; the same request may be sent again."""

    code = "store_unavailable"
    status = 503


class NoRoom(TutorError):
    """The disk, memory or handles of this server are used up just now; nothing was kept."""

    code = "no_room"
    status = 507


class Stopping(TutorError):
    """The server is going down for a restart; come back in a moment."""

    code = "stopping"
    status = 503


class MethodNotAllowed(TutorError):
    """The address is right, the HTTP method is not."""

    code = "method_not_allowed"
    status = 405
