"""What crosses the edge of classes: creating, changing and joining one, its roster, and how all of it is shown."""

from datetime import datetime
from typing import Annotated, ClassVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator

from tutor.ai.model import Mode
from tutor.classes.models import ALL_MODES
from tutor.core.messages import Answer, Command, Event, Id

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
Subject = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=30)]
Grade = Annotated[int, Field(ge=1, le=12)]
Minute = Annotated[str, StringConstraints(pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$")]


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("zone") from error
    return name


Zone = Annotated[str, StringConstraints(min_length=1, max_length=60), AfterValidator(_known_zone)]


class PolicyHours(Command):
    """When the tutor answers: on `days` (Monday is 1) between two times of day in a time zone, as in Asia/Shanghai."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    days: Annotated[list[Annotated[int, Field(ge=1, le=7)]], Field(min_length=1, max_length=7)]
    start: Annotated[Minute, Field(alias="from")]
    end: Annotated[Minute, Field(alias="to")]
    zone: Zone

    @model_validator(mode="after")
    def _in_order(self) -> "PolicyHours":
        if self.start >= self.end:
            raise ValueError("hours")
        return self


class UpdatePolicy(Command):
    """Change parts of a policy; a field that is left out stays, and null takes hours or a daily number away."""

    modes: list[Mode] = Field(default=[*ALL_MODES], min_length=1, max_length=2)
    hint_cap: Annotated[int, Field(ge=1, le=5)] = 5
    exam: bool = False
    hours: PolicyHours | None = None
    daily_replies: Annotated[int, Field(ge=0, le=10_000)] | None = None


class CreateClass(Command):
    """Open a class; the caller becomes its teacher."""

    name: Name
    subject: Subject | None = None
    grade: Grade | None = None


class UpdateClass(Command):
    """Rename or archive a class, or change its subject, grade and policy.

    A field that is left out stays, and null takes the subject or the grade away.
    """

    name: Name | None = None
    subject: Subject | None = None
    grade: Grade | None = None
    archived: bool | None = None
    policy: UpdatePolicy | None = None


class RotateCode(Command):
    """Make a new join code; the old one opens nothing any more. Without `days` it is good until the next one."""

    days: Annotated[int, Field(ge=1, le=366)] | None = None


class JoinClass(Command):
    """Join a class with the code that its teacher gave out; case and spaces do not matter."""

    code: Annotated[str, StringConstraints(strip_whitespace=True, min_length=4, max_length=16)]


class AddTeacher(Command):
    """Let one more teacher have the class."""

    username: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=254)]


class MoveStudent(Command):
    """Put a student into another class of the caller's, and take them out of this one."""

    class_id: Id


class ImportRoster(Command):
    """A roster as CSV text; its first line names the columns: username, name and, if there is one, grade."""

    csv: Annotated[str, StringConstraints(max_length=60_000)]


class TeacherView(Answer):
    """A teacher of a class."""

    id: str
    display_name: str


class HoursView(Answer):
    """When the tutor answers; see PolicyHours."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    days: list[int]
    start: Annotated[str, Field(alias="from")]
    end: Annotated[str, Field(alias="to")]
    zone: str


class PolicyView(Answer):
    """What the tutor may do for a class."""

    modes: list[Mode]
    hint_cap: int
    exam: bool
    hours: HoursView | None
    daily_replies: int | None


class ClassView(Answer):
    """A class. `code` is None for students."""

    id: str
    name: str
    subject: str | None
    grade: int | None
    code: str | None
    code_expires_at: datetime | None
    teachers: list[str]
    students: int
    archived: bool
    school_id: str | None
    policy: PolicyView
    created_at: datetime


class OneClass(Answer):
    """A class in its envelope."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    class_: Annotated[ClassView, Field(alias="class")]


class Classes(Answer):
    """The caller's classes, newest first, the archived ones last."""

    items: list[ClassView]
    next: str | None = None


class MemberView(Answer):
    """A student of a class."""

    id: str
    display_name: str
    grade: int | None


class ClassRoster(Answer):
    """A class, its teachers and its students, for its teachers."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    class_: Annotated[ClassView, Field(alias="class")]
    teachers: list[TeacherView]
    students: list[MemberView]


class GuardianView(Answer):
    """A guardian of a student."""

    id: str
    display_name: str
    since: datetime


class Guardians(Answer):
    """Who reads along with a student."""

    items: list[GuardianView]
    next: str | None = None


class NewAccount(Answer):
    """An account that the roster made, with its first password, which the same roster tells again while it is good."""

    username: str
    display_name: str
    password: str


class RefusedRow(Answer):
    """A row of the roster that was not taken. `line` counts as the spreadsheet does; `problem` says why."""

    line: int
    username: str
    problem: str


class RosterTaken(Answer):
    """What became of a roster: how many are in the class because of it, who got an account, and what was refused."""

    students: int
    created: list[NewAccount]
    refused: list[RefusedRow]


class AccessLost(Event):
    """The socket was taken out of a room, because who is behind it has no right to it any more: a conversation's, a
    class's, an assignment's, or that of an appeal about a submission. What is in it may not be seen any more.
    """

    event: ClassVar[str] = "access.lost"
    conversation_id: str | None = None
    class_id: str | None = None
    assignment_id: str | None = None
    submission_id: str | None = None
