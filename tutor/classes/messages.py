"""What crosses the edge of classes: creating and joining one, and how classes and members are shown."""

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints

from tutor.core.messages import Answer, Command

Subject = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=30)]


class CreateClass(Command):
    """Open a class; the caller becomes its teacher."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
    subject: Subject | None = None
    grade: Annotated[int, Field(ge=1, le=12)] | None = None


class JoinClass(Command):
    """Join a class with the code that its teacher gave out; case and spaces do not matter."""

    code: Annotated[str, StringConstraints(strip_whitespace=True, min_length=4, max_length=16)]


class ClassView(Answer):
    """A class. `code` is None for students."""

    id: str
    name: str
    subject: str | None
    grade: int | None
    code: str | None
    teachers: list[str]
    students: int
    created_at: datetime


class OneClass(Answer):
    """A class in its envelope."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    class_: Annotated[ClassView, Field(alias="class")]


class Classes(Answer):
    """The caller's classes, newest first."""

    items: list[ClassView]
    next: str | None = None


class MemberView(Answer):
    """A student of a class."""

    id: str
    display_name: str
    grade: int | None


class ClassRoster(Answer):
    """A class and its students, for its teachers."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    class_: Annotated[ClassView, Field(alias="class")]
    students: list[MemberView]
