"""The nouns of accounts: a user, a school, a ward, a sign-in session, an invitation.

Plain values; the stores read and write them.
"""

import unicodedata
from dataclasses import dataclass
from datetime import datetime

from tutor.core.caller import Language, Role


def folded(name: str) -> str:
    """The form in which names are compared: without case and width (Unicode's NFKC casefold)."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


@dataclass(frozen=True, slots=True)
class User:
    """A person with a password. `grade` is 1-12 for students and None for all others.

    A student whom a teacher enrolled has no `email` until they give one. `school_id` is None until it is known: people
    with a post get it with their invitation or from the command line, students from the classes that they are in.
    Guardians and operators belong to no school.
    """

    id: str
    username: str
    email: str | None
    password_hash: str
    display_name: str
    role: Role
    grade: int | None
    language: Language
    created_at: datetime
    updated_at: datetime
    school_id: str | None = None


@dataclass(frozen=True, slots=True)
class School:
    """A school. Classes, teachers and students belong to one, and nobody of another has to do with them."""

    id: str
    name: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Ward:
    """That a guardian may read along with a student. `id` is made of both ids, so that a pair is there once."""

    id: str
    guardian_id: str
    student_id: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in on one device, kept alive by its refresh token.

    `id` is random: nobody can name a session who never held one of its tokens. `token_hashes` are of the refresh
    tokens that are good now: one, or several after two tabs raced for it. `previous_hashes` are of those replaced at
    `rotated_at`, taken a moment longer; any other token of the session coming back means that one was stolen.
    """

    id: str
    user_id: str
    token_hashes: tuple[str, ...]
    previous_hashes: tuple[str, ...]
    rotated_at: datetime
    created_at: datetime
    expires_at: datetime
    ended_at: datetime | None

    def lives(self, now: datetime) -> bool:
        """Whether it was neither ended nor left unused for too long."""
        return self.ended_at is None and self.expires_at > now


@dataclass(frozen=True, slots=True)
class Invitation:
    """A ticket, good once: who registers with its code gets `role`, in the school if there is one.

    `id` is the digest of the code. A guardian's is for the student of `student_id`, and who is a guardian already adds
    one more ward with it.
    """

    id: str
    created_by: str
    expires_at: datetime
    used_by: str | None
    role: Role = "teacher"
    school_id: str | None = None
    student_id: str | None = None


@dataclass(frozen=True, slots=True)
class Admission:
    """What a sign-in yields: the person and a fresh pair of tokens. `expires_in` is of the access token, in seconds."""

    user: User
    access_token: str
    refresh_token: str
    expires_in: int


@dataclass(frozen=True, slots=True)
class AccountsSettings:
    """What accounts need to know of the settings.

    `address` is what people type; `origins` are further browser origins. `secure_cookies` says that it is https.
    """

    access_minutes: float
    refresh_days: float
    refresh_grace_s: float
    invitation_days: float
    secure_cookies: bool
    address: str
    origins: tuple[str, ...]
