"""What the load generator asks and the upstream answers: how many tokens, how fast, and how late the first one."""

import re
from dataclasses import dataclass

ORDER = re.compile(rb"T=(\d+) R=(\d+) D=(\d+) P=(\d+)")


@dataclass(frozen=True, slots=True)
class Question:
    """`tokens` at `rate` a second, the first after `delay_ms`, each with `padding` more characters."""

    tokens: int
    rate: int
    delay_ms: int = 0
    padding: int = 0

    @property
    def text(self) -> str:
        """What a student says; every server hands it to the upstream somewhere in its request."""
        return f"T={self.tokens} R={self.rate} D={self.delay_ms} P={self.padding}"

    @property
    def seconds(self) -> float:
        """How long the whole reply takes at the upstream."""
        return self.delay_ms / 1000 + self.tokens / self.rate


def newest(body: bytes) -> Question | None:
    """The last question in a request: a dialogue holds the earlier ones, too."""
    start = body.rfind(b"T=")
    found = ORDER.match(body, start) if start >= 0 else None
    return Question(*(int(number) for number in found.groups())) if found else None
