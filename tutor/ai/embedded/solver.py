"""Hands a problem to its family. Called by `dialogue`."""

from tutor.ai.embedded import algebra, arithmetic, calculus, chemistry, equations, inequalities, systems
from tutor.ai.embedded.lesson import (
    Algebra,
    Arithmetic,
    Calculus,
    Equation,
    Inequality,
    PercentOf,
    Problem,
    Reaction,
    Solution,
    System,
)


def solve(problem: Problem) -> Solution:  # noqa: PLR0911  # one case a kind
    """The worked and checked solution.

    Raises:
        CannotSolve: beyond the family's limits, or the check failed.

    """
    match problem:
        case Arithmetic():
            return arithmetic.solve(problem)
        case PercentOf():
            return arithmetic.percent_of(problem)
        case Equation():
            return equations.solve(problem)
        case Inequality():
            return inequalities.solve(problem)
        case System():
            return systems.solve(problem)
        case Algebra():
            return algebra.solve(problem)
        case Calculus():
            return calculus.solve(problem)
        case Reaction():
            return chemistry.solve(problem)
