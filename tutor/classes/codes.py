"""The codes that teachers write on the board, and the first passwords that they hand out. Pure.

Used by the service and for rosters.
"""

import secrets
import unicodedata

LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that looks like another: no 0 or O, no 1, I or L
LENGTH = 6
PASSWORD_LENGTH = 10


def new_code() -> str:
    """A random code: one of 31^6, about 900 million."""
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


def new_password() -> str:
    """A random password that a child can copy from paper: one of 31^10, about 2^49."""
    return "".join(secrets.choice(LETTERS.lower()) for _ in range(PASSWORD_LENGTH))


def plain(code: str) -> str:
    """A code as it was given out, from what somebody typed: case, width, spaces and hyphens do not matter."""
    return "".join(unicodedata.normalize("NFKC", code).upper().replace("-", " ").split())
