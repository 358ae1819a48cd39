"""How often each fault is run, with which chance, and the table at the end. `conftest.py` hands out the `runs` fixture.

`FAULTS=full` runs the counts of the catalogue, anything else a slice of them; `FAULTS_SEED` repeats a run.
"""

import os
import random
import sys
import time
from dataclasses import dataclass, field

import pytest

FULL = os.environ.get("FAULTS") == "full"
SEED = os.environ.get("FAULTS_SEED") or str(random.SystemRandom().randrange(2**32))


@dataclass
class Runs:
    """The runs of one fault. `chance` depends on seed and fault alone, so that a fault can be repeated by itself."""

    fault: str
    name: str
    required: int
    chance: random.Random
    done: int = 0
    worst_s: float = 0.0
    note: str = ""
    passed: bool = False
    began: float = field(default_factory=time.monotonic)
    took_s: float = 0.0

    @property
    def left(self) -> int:
        return self.required - self.done

    def count(self, recovery_s: float = 0.0, times: int = 1) -> None:
        """A run has gone well; `recovery_s` is how long the clients were without their due."""
        self.done += times
        self.worst_s = max(self.worst_s, recovery_s)
        if FULL:
            print(f"  {self.fault} {self.done}/{self.required}, back in {recovery_s:.1f} s", file=sys.stderr)  # noqa: T201  # progress

    def row(self) -> str:
        verdict = "ok" if self.passed and self.done >= self.required else "FAILED"
        return (
            f"{self.fault:<7}{self.name:<58}{self.done:>6}/{self.required:<6}{verdict:<8}"
            f"{self.worst_s:7.1f} s {self.took_s:7.0f} s  {self.note}"
        )


HEAD = f"{'fault':<7}{'what':<58}{'runs':>6} {'':<6}{'result':<8}{'worst':>9} {'took':>9}"
ALL: list[Runs] = []


def count_of(mark: pytest.Mark) -> int:
    """How often a marked test runs its fault today."""
    return int(mark.kwargs["full" if FULL else "part"])


def begin(fault: str, name: str, required: int) -> Runs:
    """The runs of a test."""
    chance = random.Random(f"{SEED}:{fault}:{name}")  # noqa: S311  # moments, no secrets
    ALL.append(runs := Runs(fault, name, required, chance))
    return runs
