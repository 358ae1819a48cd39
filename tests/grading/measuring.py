"""Sends the items through real worker processes and counts what comes back."""

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import psutil

from tests.grading.example import Example, Truth
from tests.grading.fuzz import fuzzed
from tutor.ai.checking.checker import DEADLINE_S, AnswerChecker
from tutor.ai.checking.items import Outcome
from tutor.ai.embedded.worker import Workers


@dataclass(slots=True)
class Tally:
    """The decisions on some items, and how long each took in milliseconds."""

    counts: Counter[tuple[Truth, Outcome]] = field(default_factory=Counter)
    times: list[float] = field(default_factory=list)
    amiss: list[str] = field(default_factory=list)

    def add(self, example: Example, outcome: Outcome, took_ms: float) -> None:
        self.counts[example.truth, outcome] += 1
        self.times.append(took_ms)
        held = example.truth == "open" and outcome != "right"
        if not (outcome == example.truth or held):
            item = example.item
            asked = f"{item.question} | {item.expected} | {item.answer}".replace("\n", "⏎")
            self.amiss.append(f"{example.family}, {example.variant}: {asked}: {example.truth}, found {outcome}")

    @property
    def items(self) -> int:
        return sum(self.counts.values())

    @property
    def wrong_full_marks(self) -> int:
        return self.counts["wrong", "right"] + self.counts["open", "right"]

    @property
    def decidable(self) -> int:
        """The items that a careful teacher decides from the text alone."""
        return sum(number for (truth, _), number in self.counts.items() if truth != "open")

    @property
    def undecided(self) -> float:
        """The share of these that was left to the teacher."""
        left = self.counts["right", "undecided"] + self.counts["wrong", "undecided"]
        return left / max(self.decidable, 1)

    @property
    def accuracy(self) -> float:
        """The share of the decided ones that was decided well."""
        well = self.counts["right", "right"] + self.counts["wrong", "wrong"]
        ill = self.counts["right", "wrong"] + self.wrong_full_marks
        return well / max(well + ill, 1)

    @property
    def p95_ms(self) -> float:
        return sorted(self.times)[int(0.95 * len(self.times))] if self.times else 0.0


@dataclass(frozen=True, slots=True)
class Fuzzed:
    """What happened to the noise."""

    items: int
    late: int
    broken: int
    slowest_ms: float
    memory_mb: float


async def graded(found: Iterable[Example]) -> dict[str, Tally]:
    """A tally for each family."""
    workers = Workers(DEADLINE_S, 1)
    checker = AnswerChecker(workers)
    await workers.start()
    tallies: dict[str, Tally] = {}
    for example in found:
        started = time.perf_counter()
        verdict = await checker.check(example.item)
        took_ms = (time.perf_counter() - started) * 1000
        tallies.setdefault(example.family, Tally()).add(example, verdict.outcome, took_ms)
    await workers.close()
    return tallies


async def beaten(seed: int, count: int) -> Fuzzed:
    """Noise for one worker: how often it was late or broke down, and how large it became."""
    workers = Workers(DEADLINE_S, 1)
    checker = AnswerChecker(workers)
    late = broken = 0
    slowest = memory = 0.0
    for item in fuzzed(seed, count):
        await workers.start()  # after one that broke down, the next does not pay for it
        pid = workers.all[0].pid
        started = time.perf_counter()
        await checker.check(item)
        took = time.perf_counter() - started
        slowest = max(slowest, took)
        if workers.all[0].pid != pid:
            late += took >= DEADLINE_S
            broken += took < DEADLINE_S
        elif pid is not None:
            memory = max(memory, psutil.Process(pid).memory_info().rss / 1e6)
    await workers.close()
    return Fuzzed(count, late, broken, slowest * 1000, memory)
