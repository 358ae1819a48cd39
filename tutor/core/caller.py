"""Who is asking. The doors make a Caller from a verified token; services decide by it and never see a request."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Role = Literal["student", "guardian", "teacher", "admin", "operator"]
Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Caller:
    """A verified person.

    `session_id` is the sign-in (one per device) that the token belongs to; `expires_at` is the token's end in UTC.
    """

    id: str
    role: Role
    name: str
    language: Language
    session_id: str
    expires_at: datetime
