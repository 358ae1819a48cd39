"""What the two doors share: whom an entry is open to, how an error is explained, and the shape of its body."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Literal, Protocol, TypeVar, get_type_hints

import orjson
from pydantic import BaseModel, ValidationError
from pymongo.errors import ConnectionFailure, ExecutionTimeout, PyMongoError

from tutor.core.caller import Caller, Language
from tutor.core.errors import Fact, Internal, InvalidInput, NotAllowed, StoreUnavailable, TutorError

Model = TypeVar("Model", bound=BaseModel)
# A manager is a teacher or an admin.
Access = Literal["anyone", "user", "student", "guardian", "teacher", "admin", "operator", "manager"]
MANAGERS = {"teacher", "admin"}


class Authenticate(Protocol):
    """Turns an access token into the person behind it."""

    async def __call__(self, token: str) -> Caller:
        """Read a token.

        Raises:
            Unauthenticated, TokenExpired, SessionEnded: it is not good (any more).

        """
        ...


class Sentences(Protocol):
    """Finds the sentence for an error in the reader's language: `core/words.py Words`."""

    def sentence(self, code: str, facts: Mapping[str, Fact], language: Language) -> str: ...


def check_access(access: Access, caller: Caller) -> None:
    """Let the caller pass or raise.

    Raises:
        NotAllowed: the entry is for another role.

    """
    if access == "manager" and caller.role in MANAGERS:
        return
    if access not in {"anyone", "user", caller.role}:
        raise NotAllowed


def error_body(error: TutorError, words: Sentences, language: Language) -> bytes:
    """The one shape of every failure, as JSON: `{"success": false, "error": {code, message, details}}`."""
    message = words.sentence(error.code, error.facts, language)
    details = {**error.facts}
    return orjson.dumps({"success": False, "error": {"code": error.code, "message": message, "details": details}})


def explain(error: Exception) -> TutorError:
    """The named error behind any exception; what has no name is a fault of ours."""
    if isinstance(error, TutorError):
        return error
    if isinstance(error, ConnectionFailure | ExecutionTimeout) or (isinstance(error, PyMongoError) and error.timeout):
        return StoreUnavailable()
    return Internal()


def invalid_input(error: ValidationError) -> InvalidInput:
    """Name the wrong fields without repeating what was in them."""
    return InvalidInput(
        fields=[
            {"field": ".".join(str(step) for step in problem["loc"]) or "body", "problem": problem["type"]}
            for problem in error.errors(include_url=False, include_input=False, include_context=False)
        ]
    )


def model_hint(handler: Callable[..., Awaitable[object]], parameter: str, base: type[Model]) -> type[Model]:
    """The model class that a handler's annotation names for `parameter`, which must be a child of `base`."""
    hint = get_type_hints(handler).get(parameter)
    if not (isinstance(hint, type) and issubclass(hint, base)):
        raise TypeError(f"{handler.__qualname__}: {parameter} must be annotated with a {base.__name__}")
    return hint
