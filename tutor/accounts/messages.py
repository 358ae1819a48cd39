"""What crosses the edge of accounts: the bodies of sign-up, sign-in and profile, and their answers."""

import re
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, EmailStr, Field, SecretStr, StringConstraints

from tutor.accounts.models import User
from tutor.core.caller import Language, Role
from tutor.core.messages import Answer, Command

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


def is_username(name: str) -> bool:
    """Whether somebody could sign up under this username."""
    return USERNAME.fullmatch(name) is not None


def is_display_name(name: str) -> bool:
    """Whether somebody could be called this."""
    return 1 <= len(name.strip()) <= LONGEST_NAME


class Register(Command):
    """Open an account. Students give their grade; an invitation makes a teacher and needs none."""

    username: Username
    email: EmailStr
    password: NewPassword
    display_name: DisplayName
    grade: Grade | None = None
    language: Language | None = None
    invitation: Annotated[str, StringConstraints(strip_whitespace=True, min_length=8, max_length=64)] | None = None


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
    """A teacher's invitation; the code is shown this once."""

    code: str
    expires_at: datetime
