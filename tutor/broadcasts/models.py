"""The nouns of broadcasts: what a teacher said to a class or some of it, and that a student has read it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Broadcast:
    """What a teacher said. `student_ids` are those it was for: who was in the class then, or was chosen."""

    id: str
    class_id: str
    client_id: str
    teacher_id: str
    teacher_name: str
    text: str
    student_ids: tuple[str, ...]
    sent_at: datetime

    def says_the_same(self, other: "Broadcast") -> bool:
        """Whether the same was said to the same class, at any time."""
        return (self.class_id, self.text) == (other.class_id, other.text)


@dataclass(frozen=True, slots=True)
class Receipt:
    """A student has read a broadcast."""

    id: str
    broadcast_id: str
    student_id: str
    read_at: datetime
