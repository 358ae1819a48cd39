"""The admitted sockets: who is behind each, how fast it may speak, and what of it waits for its turn.

`core/sockets.py Door` keeps them.
"""

import asyncio
import math
from dataclasses import dataclass

from tutor.core.caller import Caller

PATIENCE = 5
"""How many bursts a socket may send in vain before it is sent away."""


@dataclass(frozen=True, slots=True)
class SocketLimits:
    """What one user and one socket may have: sockets at once, events per second in the long run, events at once."""

    per_user: int = 5
    events_per_s: float = 20
    events_burst: int = 40


class Bucket:
    """A token bucket: `burst` at once, refilled by `per_s` every second; it counts only when it is asked."""

    __slots__ = ("_at", "_burst", "_left", "_per_s")

    def __init__(self, per_s: float, burst: int, now: float) -> None:
        self._per_s = per_s
        self._burst = self._left = float(burst)
        self._at = now

    def take(self, now: float) -> bool:
        """Take a token, if there is one; `now` is in monotonic seconds."""
        self._left = min(self._burst, self._left + (now - self._at) * self._per_s)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True

    @property
    def wait_s(self) -> int:
        """Whole seconds after which there is a token again."""
        return math.ceil((1 - self._left) / self._per_s)


class Peer:
    """An admitted socket."""

    __slots__ = ("_patience", "_speed", "caller", "inbox", "leaving", "refused", "timer", "worker")

    def __init__(self, caller: Caller, limits: SocketLimits, now: float) -> None:
        self.caller = caller
        self.inbox: list[tuple[list[object], int | None]] = []
        self.worker: asyncio.Task[None] | None = None
        self.timer: asyncio.TimerHandle | None = None
        self.leaving = False
        self.refused = 0
        self._speed = Bucket(limits.events_per_s, limits.events_burst, now)
        self._patience = Bucket(limits.events_per_s, limits.events_burst * PATIENCE, now)

    def may_speak(self, now: float) -> bool:
        """Whether another event is within the limit."""
        return self._speed.take(now)

    def floods(self, now: float) -> bool:
        """Whether an event that was refused is one too many: the socket does not heed refusals."""
        return not self._patience.take(now)

    @property
    def wait_s(self) -> int:
        """Whole seconds after which the next event is within the limit."""
        return self._speed.wait_s
