"""The nouns of classes: a class with its teachers, its join code, and who is in it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Class:
    """A class. An archived one is only remembered: nobody joins it, and it gives its teachers no right any more."""

    id: str
    name: str
    subject: str | None
    grade: int | None
    code: str
    code_expires_at: datetime | None
    teacher_ids: tuple[str, ...]
    created_at: datetime
    archived_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class JoinCode:
    """What opens a class to a student. `id` is the code itself, which is drawn once and never changed."""

    id: str
    class_id: str
    expires_at: datetime | None

    def opens(self, now: datetime) -> bool:
        """Whether it is still good."""
        return self.expires_at is None or self.expires_at > now


@dataclass(frozen=True, slots=True)
class Membership:
    """A student's place in a class."""

    id: str
    class_id: str
    student_id: str
    joined_at: datetime
