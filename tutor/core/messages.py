"""The base models of everything that crosses an edge: commands and queries in, answers and events out.

Every room's `messages.py` builds on them; the doors validate them; `core/catalogue.py` describes them to clients.
"""

from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, StringConstraints
from pydantic_core import to_json


class Message(BaseModel):
    """Frozen, typed, and closed: an unknown field is an error, so a misspelt one is never silently ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, ser_json_timedelta="float")

    def as_json(self) -> bytes:
        """The message as it goes over the wire."""
        return to_json(self, by_alias=True, timedelta_mode="float")


class Command(Message):
    """Something a client asks for, as a JSON body or a socket payload."""


class Answer(Message):
    """What one asker gets back."""


class Event(Message):
    """News for a room. `event` is its name on the wire: `noun.past-tense`."""

    event: ClassVar[str]


class NodeEvent(Message):
    """News from node to node, for `core/rooms.py Rooms.hear`; no client is ever sent it."""

    event: ClassVar[str]


class Nothing(Answer):
    """An answer without content."""


Id = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{24}$")]
ClientId = Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")]
