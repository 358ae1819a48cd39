"""What connections cost that do nothing: `idle.py` finds a Crowd, `slow.py` a Stall."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Crowd:
    """`per_s` and `cpu_us` are of admitting one; `kb` is the resident memory (1024 bytes) that one keeps."""

    connections: int
    lost: int
    per_s: float
    cpu_us: float
    kb: float


@dataclass(frozen=True, slots=True)
class Stall:
    """`gone` of so many `readers` that never read were cut off, the last `gone_after_s`.

    `mb_each` is how much the server grew, at most, for each of them, in MB (2**20 bytes). `tokens_per_s` is what the
    readers beside them got meanwhile.
    """

    readers: int
    gone: int
    gone_after_s: float
    mb_each: float
    tokens_per_s: float
