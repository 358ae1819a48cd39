"""What clients did and what they were told, in the order it happened: the evidence that `checker.py` judges.

Every command is invoked once and ends as `ok`, `fail` (refused for good) or `unknown` (tried again until one of these).
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from tests.factories import Json

Kind = Literal["invoke", "ok", "fail", "unknown", "event", "up", "down"]


@dataclass(frozen=True, slots=True)
class Record:
    """One line. `at` is monotonic time in seconds; `what` a command, an event or a reason."""

    at: float
    who: str
    kind: Kind
    what: str
    body: Json


@dataclass(frozen=True, slots=True)
class Acked:
    """A message whose ack has arrived; `took_s` since it was first sent."""

    conversation_id: str
    client_id: str
    text: str
    message: Json
    reply_id: str | None
    took_s: float


@dataclass
class History:
    """The lines of one run, and its acknowledged messages."""

    records: list[Record] = field(default_factory=list)
    acked: list[Acked] = field(default_factory=list)

    def add(self, who: str, kind: Kind, what: str, body: Json | None = None) -> None:
        self.records.append(Record(time.monotonic(), who, kind, what, body or {}))

    def of(self, kind: Kind, what: str = "") -> Iterator[Record]:
        return (each for each in self.records if each.kind == kind and what in {"", each.what})

    def tail(self, count: int = 40, who: str = "", *, events: bool = True) -> str:
        """The last lines, or those of one client, with what it heard or without, for a failure's message."""
        begin = self.records[0].at if self.records else 0.0
        return "\n".join(
            f"{each.at - begin:8.3f} {each.who:<10} {each.kind:<8} {each.what} {str(each.body)[:160]}"
            for each in [each for each in self.records if who in {"", each.who} and (events or each.kind != "event")][
                -count:
            ]
        )
