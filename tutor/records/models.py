"""The nouns of records: who read a conversation while its student was away, and how a reply was written."""

from dataclasses import dataclass
from datetime import datetime

from tutor.core.caller import Role


@dataclass(frozen=True, slots=True)
class Read:
    """One visit of somebody to a conversation whose student was not there. It is over at `until`.

    `number` counts the visits of one reader to one conversation.
    """

    id: str
    number: int
    conversation_id: str
    student_id: str
    reader_id: str
    reader_name: str
    role: Role
    why: str | None
    at: datetime
    until: datetime

    def goes_on_from(self, earlier: "Read") -> bool:
        """Whether it is no visit of its own: the earlier one lasts still, and nothing else is given as its reason."""
        return earlier.until >= self.at and (earlier.why is None or self.why in {None, earlier.why})


@dataclass(frozen=True, slots=True)
class Pace:
    """How a reply was written. `id` is the reply's.

    `marks` are pairs: milliseconds since the reply was stored, and how many characters it had then.
    """

    id: str
    marks: tuple[tuple[int, int], ...]
