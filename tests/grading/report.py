"""Writes what was found: `build/grading.json`, and for the README a table in Markdown."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

from tests.grading.measuring import Fuzzed, Tally
from tutor.ai.checking.checker import DEADLINE_S

LEAST_ITEMS = 2000
LEAST_ACCURACY = 0.99
MOST_UNDECIDED = 0.05
MOST_P95_MS = 150.0
MOST_MEMORY_MB = 1024.0


@dataclass(frozen=True, slots=True)
class Goal:
    text: str
    goal: str
    found: str
    reached: bool


def together(tallies: dict[str, Tally]) -> Tally:
    """All families in one."""
    whole = Tally()
    for tally in tallies.values():
        whole.counts += tally.counts
        whole.times += tally.times
        whole.amiss += tally.amiss
    return whole


def goals(whole: Tally, noise: Fuzzed) -> list[Goal]:
    """What was promised, and what came of it."""
    hung = noise.slowest_ms > 1000 * (2 * DEADLINE_S + 30)
    return [
        Goal("items", f">= {LEAST_ITEMS:,}", f"{whole.items:,}", whole.items >= LEAST_ITEMS),
        Goal("decided well", ">= 99 %", f"{whole.accuracy:.2%}", whole.accuracy >= LEAST_ACCURACY),
        Goal("wrong full marks", "0", str(whole.wrong_full_marks), whole.wrong_full_marks == 0),
        Goal("undecided", "<= 5 %", f"{whole.undecided:.2%}", whole.undecided <= MOST_UNDECIDED),
        Goal("p95 an item", "<= 150 ms", f"{whole.p95_ms:.1f} ms", whole.p95_ms <= MOST_P95_MS),
        Goal(
            f"of {noise.items:,} fuzzed inputs, hung or crashed",
            "0",
            f"{noise.broken + hung} ({noise.late} cut off after {DEADLINE_S:.0f} s)",
            noise.broken == 0 and not hung,
        ),
        Goal("memory under fuzzing", "<= 1,024 MB", f"{noise.memory_mb:.0f} MB", noise.memory_mb <= MOST_MEMORY_MB),
    ]


def table(tallies: dict[str, Tally]) -> Iterator[str]:
    """A row for each family, and one for all if there are several."""
    yield "| kind | items | decided well | wrong full marks | undecided | p95 ms |"
    yield "|---|---:|---:|---:|---:|---:|"
    whole = [("**all**", together(tallies))] if len(tallies) > 1 else []
    for name, tally in [*tallies.items(), *whole]:
        yield (
            f"| {name} | {tally.items:,} | {tally.accuracy:.2%} | {tally.wrong_full_marks} | {tally.undecided:.2%}"
            f" | {tally.p95_ms:.1f} |"
        )


def summary(found: list[Goal]) -> Iterator[str]:
    yield "| goal | should be | is | |"
    yield "|---|---|---|---|"
    for goal in found:
        yield f"| {goal.text} | {goal.goal} | {goal.found} | {'yes' if goal.reached else '**no**'} |"


def write_json(file: Path, tallies: dict[str, Tally], held_out: Tally, noise: Fuzzed) -> None:
    """The figures, the whole first."""
    file.parent.mkdir(parents=True, exist_ok=True)
    whole = together(tallies)
    everything = {
        **figures(whole),
        "kinds": {name: figures(tally) for name, tally in tallies.items()},
        "held_out": figures(held_out),
        "fuzzed": asdict(noise),
        "amiss": whole.amiss + held_out.amiss,
    }
    file.write_bytes(orjson.dumps(everything, option=orjson.OPT_INDENT_2))


def figures(tally: Tally) -> dict[str, float | int]:
    return {
        "items": tally.items,
        "accuracy": round(tally.accuracy, 5),
        "wrong_full_marks": tally.wrong_full_marks,
        "undecided": round(tally.undecided, 5),
        "p95_ms": round(tally.p95_ms, 2),
        "ambiguous": tally.items - tally.decidable,
    }
