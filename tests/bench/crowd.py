"""What `idle.py` found: figures of many connections that only sit there."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Crowd:
    """`per_s` and `cpu_us` are of admitting one; `kb` is the resident memory (1024 bytes) that one keeps."""

    connections: int
    lost: int
    per_s: float
    cpu_us: float
    kb: float
