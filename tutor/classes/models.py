"""The nouns of classes: a class with its teachers, and who is in it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Class:
    """A class. Whoever knows `code` may join it as a student; `students` counts those who did."""

    id: str
    name: str
    subject: str | None
    grade: int | None
    code: str
    teacher_ids: tuple[str, ...]
    students: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Membership:
    """A student's place in a class."""

    id: str
    class_id: str
    student_id: str
    joined_at: datetime
