"""The tokens of the bench: each carries its number in the reply and when it was sent, so that any receiver can tell
what is missing, what is out of order and how long it took. `upstream.py` writes them, `clients.py` reads them.

A token is `~` with four hexadecimal digits for its number and eight for the microsecond of this machine's monotonic
clock; the first of a reply also says `^` and how many microseconds the upstream itself took before it.
"""

import re
import time

MARK = re.compile(rb"~([0-9a-f]{4})([0-9a-f]{8})")
OWN = re.compile(rb"\^([0-9a-f]{8})")
WRAP = 0xFFFFFFFF
LENGTH = 13


def now_us() -> int:
    """The monotonic clock in microseconds, cut to 32 bits; it begins anew every 71 minutes."""
    return time.monotonic_ns() // 1000 & WRAP


def since(then_us: int, now: int) -> int:
    """Microseconds from one reading of `now_us` to a later one."""
    return (now - then_us) & WRAP


def token(number: int, at_us: int, padding: int = 0) -> bytes:
    """One token; `padding` characters make it longer than it need be."""
    return b"~%04x%08x" % (number, at_us) + b"." * padding


def own_delay(microseconds: int) -> bytes:
    """What the first token of a reply carries beside itself."""
    return b"^%08x" % microseconds
