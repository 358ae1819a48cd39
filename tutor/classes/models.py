"""The nouns of classes: a class with its teachers, its policy, its join code, and who is in it."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from tutor.ai.model import Mode

ALL_MODES: tuple[Mode, ...] = ("guide", "explain")
FULL_SOLUTION = 5


@dataclass(frozen=True, slots=True)
class Hours:
    """When the tutor answers. `days` count from Monday, which is 1; `start` and `end` are `HH:MM` in the zone.

    `end` is the first minute that is too late, at most `24:00`.
    """

    days: tuple[int, ...]
    start: str
    end: str
    zone: str


@dataclass(frozen=True, slots=True)
class Policy:
    """What the tutor may do for a class. As it stands here, everything.

    `hint_cap` is the highest level of help, 1 to 5; `daily_replies` counts those of one student from midnight on.
    """

    modes: tuple[Mode, ...] = ALL_MODES
    hint_cap: int = FULL_SOLUTION
    exam: bool = False
    hours: Hours | None = None
    daily_replies: int | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """What holds for a student and a subject right now, after all policies that have a say.

    `class_ids` are the classes whose policies those are; `open` says whether now is within the hours of all of them.
    """

    modes: tuple[Mode, ...]
    hint_cap: int
    exam: bool
    open: bool
    daily_replies: int | None
    class_ids: tuple[str, ...]

    def within(self, hint_cap: int | None) -> "Rule":
        """The rule where something else caps the help too."""
        return self if hint_cap is None else replace(self, hint_cap=min(self.hint_cap, hint_cap))


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
    school_id: str | None = None
    policy: Policy = field(default_factory=Policy)


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
