"""`python -m tests.grading`: how well answers are decided, on known items and noise. For `make grade-bench`."""

import asyncio
import sys
from collections.abc import Iterable, Iterator
from typing import Annotated

import typer

from tests.grading.example import Example
from tests.grading.generator import examples
from tests.grading.heldout import held_out
from tests.grading.measuring import beaten, graded
from tests.grading.report import goals, summary, table, together, write_json
from tutor.settings import ROOT

RESULTS = ROOT / "tests/grading/results.md"
_EVERY = 250


def counted(found: Iterable[Example]) -> Iterator[Example]:
    """The same, with a line that tells how far it is."""
    number = 0
    for number, example in enumerate(found, start=1):
        if number % _EVERY == 0:
            sys.stderr.write(f"\r{number:,} items")
            sys.stderr.flush()
        yield example
    sys.stderr.write(f"\r{number:,} items, now the noise\n")


async def measure(seed: int, rounds: int, fuzz: int, *, publish: bool) -> bool:
    """Grade, write build/grading.json, print the tables; says whether all goals are reached."""
    tallies = await graded(counted(examples(seed, rounds)))
    by_hand = together(await graded(held_out()))
    noise = await beaten(seed, fuzz)
    write_json(ROOT / "build/grading.json", tallies, by_hand, noise)
    found = goals(together(tallies), noise)
    lines = [*summary(found), "", *table(tallies), "", *table({"written by hand": by_hand}), ""]
    amiss = (together(tallies).amiss + by_hand.amiss)[:30]
    if publish:
        RESULTS.write_text("\n".join(lines), encoding="utf-8")
    sys.stdout.write("\n".join([*lines, *amiss, ""]))
    return all(goal.reached for goal in found) and by_hand.wrong_full_marks == 0


def main(
    seed: Annotated[int, typer.Option(help="The same seed makes the same items.")] = 2026,
    rounds: Annotated[int, typer.Option(help="How often every family is asked.")] = 14,
    fuzz: Annotated[int, typer.Option(help="How many inputs of noise.")] = 10_000,
    *,
    publish: Annotated[bool, typer.Option(help="Replace the tables that the README shows.")] = False,
) -> None:
    """Measure, and fail when a goal is missed."""
    if not asyncio.run(measure(seed, rounds, fuzz, publish=publish)):
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
