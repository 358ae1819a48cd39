"""The nouns of classes: a class with its teachers, and who is in it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Class:
    """A class. Whoever knows `code` may join it as a student."""

    id: str
    name: str
    subject: str | None
    grade: int | None
    code: str
    teacher_ids: tuple[str, ...]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Student:
    """A member of a class as the teacher sees them."""

    id: str
    display_name: str
    grade: int | None
