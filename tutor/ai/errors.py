"""What can go wrong between us and an AI service. Raised by models, shown to the student by `chat`."""

from typing import ClassVar

from tutor.core.errors import TutorError

_WRONG_SETTINGS = frozenset({401, 402, 403, 404, 405})


class ModelError(TutorError):
    """The reply could not be had, or not to its end.

    `retryable` says whether the same call may be made again at once by the chain (only before the first piece).
    """

    code = "ai_unavailable"
    status = 503
    retryable: ClassVar[bool] = False


class ModelUnavailable(ModelError):
    """No connection, a fault of the service's own (5xx), or it is left alone after such (fact: `retry_after_s`)."""

    code = "ai_unavailable"
    status = 503
    retryable = True


class ModelOverloaded(ModelError):
    """The service asks us to slow down (429). Fact: `retry_after_s`."""

    code = "ai_overloaded"
    status = 503
    retryable = True


class ModelTimeout(ModelError):
    """A deadline passed. Fact: `stage`: connect, first_token, between_tokens or total."""

    code = "ai_timeout"
    status = 504
    retryable = True


class ModelRejected(ModelError):
    """The service refused the call for good (3xx, or 4xx other than 429). Fact: `status`."""

    code = "ai_rejected"
    status = 502

    @property
    def concerns_all(self) -> bool:
        """Address, key, account or model name are wrong: every call would be refused. The operator has to mend it."""
        status = self.facts.get("status")
        return isinstance(status, int) and (status < 400 or status in _WRONG_SETTINGS)  # noqa: PLR2004  # a redirect


class ModelGarbled(ModelError):
    """The service's stream could not be understood, or it reported an error inside the stream."""

    code = "ai_garbled"
    status = 502


class ModelCut(ModelError):
    """The stream ended without saying that the reply is complete."""

    code = "ai_cut"
    status = 502


class AnswerInvalid(ModelError):
    """The service was asked for data of some shape, and gave something else twice, or would not take this very request.

    Fact: `tokens` that it used.
    """

    code = "ai_invalid"
    status = 502

    @property
    def tokens(self) -> int:
        """The tokens that its tries used."""
        tokens = self.facts.get("tokens")
        return tokens if isinstance(tokens, int) else 0
