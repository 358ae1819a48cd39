"""The codes that teachers write on the board or give to guardians, and the first passwords they hand out. Pure.

Used by tickets, classes and rosters.
"""

import hashlib
import hmac
import secrets
import unicodedata

LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that looks like another: no 0 or O, no 1, I or L
LENGTH = 6
GUARDIAN_LENGTH = 12
PASSWORD_LENGTH = 10


def new_code(length: int = LENGTH) -> str:
    """A random code; a class's is one of 31^6, about 900 million."""
    return "".join(secrets.choice(LETTERS) for _ in range(length))


def new_guardian_code() -> str:
    """A random code in groups of four: one of 31^12, about 2^59, because it opens a child's conversations."""
    code = new_code(GUARDIAN_LENGTH)
    return "-".join(code[start : start + 4] for start in range(0, GUARDIAN_LENGTH, 4))


def first_password(key: str, class_id: str, username: str) -> str:
    """The password of an account that a class's roster opens: one of 31^10, about 2^49, and easy to copy from paper.

    Only who has the server's key can work it out. The same roster gives the same one, so that an answer which got lost
    on its way costs nobody an account.
    """
    number = int.from_bytes(hmac.new(key.encode(), f"{class_id}:{username}".encode(), hashlib.sha256).digest())
    letters = LETTERS.lower()
    return "".join(letters[number // len(letters) ** place % len(letters)] for place in range(PASSWORD_LENGTH))


def plain(code: str) -> str:
    """A code as it was given out, from what somebody typed: case, width, spaces and hyphens do not matter."""
    return "".join(unicodedata.normalize("NFKC", code).upper().replace("-", " ").split())
