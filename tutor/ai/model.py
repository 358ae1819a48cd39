"""The one interface to whatever writes the tutor's replies, and the values that cross it.

`chat` hands a Prompt to `Model.stream` and publishes the pieces; it never knows which service stands behind it.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Literal, Protocol

from tutor.core.caller import Language

Mode = Literal["guide", "explain"]
Speaker = Literal["user", "assistant"]


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier or present turn of the dialogue, as the service gets it (a student's text already in its slot)."""

    speaker: Speaker
    text: str


@dataclass(frozen=True, slots=True)
class Form:
    """What a reply must look like that is data: JSON, as the JSON `schema` called `name` says."""

    name: str
    schema: bytes


@dataclass(frozen=True, slots=True)
class Prompt:
    """Everything a model may know for one reply: no name, no e-mail, no school.

    `system` holds our instructions and nothing a person typed. `turns` end with the question. `question` is the
    student's bare text, for models that read it themselves (the built-in tutor); where they asked for a hint it is that
    of the problem. `earlier` are the student's bare earlier questions, oldest first. `version` names the template.
    `so_far` is what the student has of this reply already: the stream gives only what follows it. `level` is how much
    help it may give: 1 a nudge, 2 a hint, 3 the first step, 4 an example, 5 the full solution. `problem` is the bare
    text of the problem at hand, empty when there is none; it is `capped` when the student can have no more help with it
    than this. `whispers` are the teachers' bare private words to the tutor; no reply may repeat them. `topic` is the
    bare question that the conversation was begun about; it is the first of `earlier` too. `pictures` (JPEG) stand with
    the first turn. With a `form` the reply is data and nobody reads it.
    """

    system: str
    turns: tuple[Turn, ...]
    question: str
    earlier: tuple[str, ...]
    language: Language
    mode: Mode
    subject: str
    grade: int
    version: str
    max_tokens: int
    so_far: str = ""
    level: int = 5
    problem: str = ""
    capped: bool = False
    whispers: tuple[str, ...] = ()
    topic: str = ""
    pictures: tuple[bytes, ...] = ()
    form: Form | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the service counted them; zeros when it does not say."""

    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes a reply: the service's short name and its model's."""

    provider: str
    model: str


@dataclass(frozen=True, slots=True)
class Piece:
    """The next characters of the reply, never empty. A chain's first piece says `by` whom; no other does."""

    text: str
    by: Writer | None = None


FinishReason = Literal["stop", "length", "filtered"]


@dataclass(frozen=True, slots=True)
class Finish:
    """The end of a complete reply; always the last item of a stream, and only there when the service said so."""

    reason: FinishReason
    provider: str
    model: str
    usage: Usage


class Model(Protocol):
    """A writer of replies."""

    @property
    def provider(self) -> str:
        """A short name of the service, stored with every reply."""
        ...

    @property
    def name(self) -> str:
        """The model's name at that service."""
        ...

    def stream(self, prompt: Prompt) -> AsyncGenerator[Piece | Finish, None]:
        """Yield Pieces and then one Finish.

        The caller closes the generator (`contextlib.aclosing`), which is the only way a stream is cancelled.

        Raises:
            ModelError: a child of it, before the first Piece (nothing shown yet) or after (the reply is cut short).

        """
        ...

    async def close(self) -> None:
        """Release connections; the model is not used afterwards."""
        ...
