"""The first line of the working that does not follow from the one before. Called by `decider`."""

from itertools import pairwise

import sympy

from tutor.ai.checking.equality import compare
from tutor.ai.checking.quantities import amount
from tutor.ai.checking.spelling import formula, plain
from tutor.ai.checking.working import EQUALS
from tutor.ai.embedded.errors import CannotSolve
from tutor.ai.embedded.symbolic import expression, symbol
from tutor.ai.embedded.tree import Statement, Tree, letters

_MOST_DEGREE = 2


def first_slip(lines: tuple[str, ...]) -> int | None:
    """The number of the first line that says something false or has other solutions than the one before, from 1."""
    before: Tree | None = None
    equation: Statement | None = None
    for number, line in enumerate(lines, start=1):
        written = EQUALS.split(line)
        parts = [_read(part) for part in written]
        if len(parts) > 1 and not written[0].strip():  # goes on from the line before
            parts[0] = before
        if _breaks(parts):
            return number
        before = parts[-1]
        said = _equation(line)
        if said is not None and equation is not None and _other_solutions(equation, said):
            return number
        equation = said or equation
    return None


def _read(text: str) -> Tree | None:
    """A value without letters in a chain, else nothing."""
    try:
        found = amount(plain(text))
    except CannotSolve:
        return None
    return None if letters(found.tree) or found.about or any(not each.counts for each in found.units) else found.tree


def _breaks(chain: list[Tree | None]) -> bool:
    """Whether two neighbours are certainly not equal; what could not be read is no neighbour."""
    for one, two in pairwise(chain):
        if one is None or two is None:
            continue
        try:
            if compare(one, two) == "different":
                return True
        except CannotSolve:
            continue
    return False


def _equation(line: str) -> Statement | None:
    """An equation in one unknown."""
    try:
        found = formula(plain(line))
    except CannotSolve:
        return None
    if isinstance(found, Statement) and found.relation == "=" and len(letters(found.left, found.right)) == 1:
        return found
    return None


def _other_solutions(one: Statement, two: Statement) -> bool:
    if letters(one.left, one.right) != letters(two.left, two.right):
        return False
    found = [_roots(statement) for statement in (one, two)]
    return found[0] is not None and found[1] is not None and found[0] != found[1]


def _roots(statement: Statement) -> frozenset[sympy.Expr] | None:
    """The real solutions of an equation up to the second degree."""
    unknown = symbol(next(iter(letters(statement.left, statement.right))))
    difference = sympy.expand(expression(statement.left) - expression(statement.right))
    if not difference.is_polynomial(unknown) or not 1 <= sympy.degree(difference, unknown) <= _MOST_DEGREE:
        return None
    return frozenset(sympy.simplify(root) for root in sympy.roots(sympy.Poly(difference, unknown)) if root.is_real)
