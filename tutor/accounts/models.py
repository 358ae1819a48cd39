"""The nouns of accounts: a user, a sign-in session, an invitation. Plain values; the store reads and writes them."""

from dataclasses import dataclass
from datetime import datetime

from tutor.core.caller import Language, Role


@dataclass(frozen=True, slots=True)
class User:
    """A person with a password. `grade` is 1-12 for students and None for teachers."""

    id: str
    username: str
    email: str
    password_hash: str
    display_name: str
    role: Role
    grade: int | None
    language: Language
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in on one device, kept alive by its refresh token.

    `token_hashes` are of the refresh tokens that are good now: one, or several after two tabs raced for it.
    `previous_hashes` are of those replaced at `rotated_at`; one of them coming back later means it was stolen.
    """

    id: str
    user_id: str
    token_hashes: tuple[str, ...]
    previous_hashes: tuple[str, ...]
    rotated_at: datetime
    created_at: datetime
    expires_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Invitation:
    """A teacher's ticket: whoever registers with its code becomes a teacher, once."""

    code_hash: str
    created_by: str
    expires_at: datetime
    used_by: str | None
