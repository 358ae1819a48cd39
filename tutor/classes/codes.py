"""The codes that teachers write on the board. Pure; used by the classes service."""

import secrets
import unicodedata

LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that looks like another: no 0 or O, no 1, I or L
LENGTH = 6


def new_code() -> str:
    """A random code: one of 31^6, about 900 million."""
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


def plain(code: str) -> str:
    """A code as it was given out, from what somebody typed: case, width, spaces and hyphens do not matter."""
    return "".join(unicodedata.normalize("NFKC", code).upper().replace("-", " ").split())
