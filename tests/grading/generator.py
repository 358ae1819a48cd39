"""All families in turn, from a seed: the same seed makes the same items."""

from collections.abc import Iterator
from random import Random

from tests.grading import algebra, equations, numbers, quantities, words
from tests.grading.example import Example

FAMILIES = (*numbers.FAMILIES, *quantities.FAMILIES, *equations.FAMILIES, *algebra.FAMILIES, *words.FAMILIES)


def examples(seed: int, rounds: int) -> Iterator[Example]:
    """So many rounds through all families."""
    for number in range(rounds):
        for family in FAMILIES:
            yield from family(Random(f"{seed}:{number}:{family.__name__}"))  # noqa: S311  # no secret
