"""What a load generator counts while its clients read: frames, tokens, delays, and replies that are whole or not."""

from array import array
from dataclasses import dataclass, field

IN_TIME_US = 500_000


def microseconds() -> "array[int]":
    return array("I")


@dataclass(slots=True)
class Meter:
    """One run's counts. Delays are in microseconds and kept only while `recording`.

    `in_time` counts the tokens that were sent within `window_us` from `since_us` on and came within `IN_TIME_US`.
    """

    recording: bool = False
    since_us: int = 0
    window_us: int = 0
    in_time: int = 0
    frames: int = 0
    tokens: int = 0
    out_of_order: int = 0
    begun: int = 0
    whole: int = 0
    short: int = 0
    closed: int = 0
    delays: "array[int]" = field(default_factory=microseconds)
    first_tokens: "array[int]" = field(default_factory=microseconds)


@dataclass(frozen=True, slots=True)
class Spread:
    """How delays are spread, in milliseconds."""

    count: int
    p50: float
    p99: float
    most: float


def spread(values: "array[int]") -> Spread | None:
    """The spread of delays in microseconds; None of none."""
    if not values:
        return None
    ordered = sorted(values)
    last = len(ordered) - 1
    p50, p99 = ordered[last // 2], ordered[round(last * 0.99)]
    return Spread(len(ordered), p50 / 1000, p99 / 1000, ordered[-1] / 1000)
