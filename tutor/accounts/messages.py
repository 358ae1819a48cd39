"""What crosses the edge of accounts: sign-up, sign-in and profile, schools and their people, guardians' wards."""

import re
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, EmailStr, Field, SecretStr, StringConstraints

from tutor.accounts.models import School, User
from tutor.core.caller import Language, Role
from tutor.core.messages import Answer, Command, Id

LONGEST_NAME = 40
USERNAME = re.compile(r"^[\w][\w.-]{1,31}$")


def _plain_username(name: str) -> str:
    if not USERNAME.fullmatch(name):
        raise ValueError("username")
    return name


Username = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=2, max_length=32), AfterValidator(_plain_username)
]
DisplayName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_NAME)]
NewPassword = Annotated[SecretStr, Field(min_length=8, max_length=128)]
GivenPassword = Annotated[SecretStr, Field(min_length=1, max_length=128)]
Grade = Annotated[int, Field(ge=1, le=12)]
Token = Annotated[str, StringConstraints(min_length=16, max_length=256)]
TicketCode = Annotated[str, StringConstraints(strip_whitespace=True, min_length=8, max_length=64)]


def is_username(name: str) -> bool:
    """Whether somebody could sign up under this username."""
    return USERNAME.fullmatch(name) is not None


def is_display_name(name: str) -> bool:
    """Whether somebody could be called this."""
    return 1 <= len(name.strip()) <= LONGEST_NAME


class Register(Command):
    """Open an account. Students give their grade; who comes with an invitation or a guardian's code needs none."""

    username: Username
    email: EmailStr
    password: NewPassword
    display_name: DisplayName
    grade: Grade | None = None
    language: Language | None = None
    invitation: TicketCode | None = None
    guardian_code: TicketCode | None = None


class SignIn(Command):
    """Sign in with a username or an e-mail address."""

    username: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=254)]
    password: GivenPassword


class Refresh(Command):
    """Trade a refresh token for a new pair. A browser page sends none: its cookie carries it."""

    refresh_token: Token | None = None


class ChangePassword(Command):
    """Replace the password; every other device is signed out."""

    current_password: GivenPassword
    new_password: NewPassword


class UpdateMe(Command):
    """Change parts of the own profile; a field that is left out stays."""

    display_name: DisplayName | None = None
    email: EmailStr | None = None
    grade: Grade | None = None
    language: Language | None = None


class AddWard(Command):
    """Read along with one more child, with the code that its teacher gave out; case and hyphens do not matter."""

    code: TicketCode


class CreateSchool(Command):
    """Found a school."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]


class ListPeople(Command):
    """A page of the people of the own school, those who came first before the others."""

    role: Literal["student", "teacher", "admin"] | None = None
    cursor: Id | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 100


class RenewSession(Command):
    """Go on with a newer access token of the same sign-in, before the socket's old one ends."""

    token: Annotated[str, StringConstraints(min_length=1, max_length=4096)]


class Renewed(Answer):
    """How long the newer token is good, in seconds."""

    expires_in: int


class UserView(Answer):
    """A person as they see themselves."""

    id: str
    username: str
    email: str | None
    display_name: str
    role: Role
    grade: int | None
    language: Language
    school_id: str | None = None
    created_at: datetime

    @classmethod
    def of(cls, user: User) -> "UserView":
        """The view of a user, without what is nobody's business."""
        return cls(
            id=user.id,
            username=user.username,
            email=user.email,
            display_name=user.display_name,
            role=user.role,
            grade=user.grade,
            language=user.language,
            school_id=user.school_id,
            created_at=user.created_at,
        )


class Me(Answer):
    """The caller's own profile."""

    user: UserView


class SignedIn(Answer):
    """A fresh pair of tokens. `refresh_token` is None for a browser page, which gets it as a cookie."""

    user: UserView
    access_token: str
    refresh_token: str | None
    expires_in: int
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105  # the scheme, no secret


class Invited(Answer):
    """An invitation, or a guardian's code; the code is shown this once."""

    code: str
    expires_at: datetime


class SchoolView(Answer):
    """A school."""

    id: str
    name: str
    created_at: datetime

    @classmethod
    def of(cls, school: School) -> "SchoolView":
        """The view of a school."""
        return cls(id=school.id, name=school.name, created_at=school.created_at)


class OneSchool(Answer):
    """A school in its envelope."""

    school: SchoolView


class Schools(Answer):
    """All schools, the oldest first."""

    items: list[SchoolView]
    next: str | None = None


class PersonView(Answer):
    """A person of a school, as its admin sees them."""

    id: str
    username: str
    display_name: str
    role: Role
    grade: int | None


class SchoolPeople(Answer):
    """A page of a school's people; `next` is the cursor of the following one, None at the end."""

    items: list[PersonView]
    next: str | None


class WardView(Answer):
    """A child with whom a guardian may read along."""

    student_id: str
    display_name: str
    grade: int | None
    since: datetime


class OneWard(Answer):
    """A ward in its envelope."""

    ward: WardView


class Wards(Answer):
    """The caller's wards, by name."""

    items: list[WardView]
    next: str | None = None
