"""The nouns of broadcasts: what a teacher said to a class or some of it, and that a student has read it."""

from collections.abc import Collection
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

    def is_what_was_asked(self, class_id: str, text: str, chosen: Collection[str] | None) -> bool:
        """Whether a teacher who asks for this asks for this very broadcast; all of the class is who was in it then."""
        return (self.class_id, self.text) == (class_id, text) and (
            chosen is None or set(chosen) == set(self.student_ids)
        )


@dataclass(frozen=True, slots=True)
class Receipt:
    """A student has read a broadcast."""

    id: str
    broadcast_id: str
    student_id: str
    read_at: datetime
