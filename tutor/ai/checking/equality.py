"""Whether two expressions are the same: proved, refuted, or neither. Called by `matching` and `working`.

Refuting comes first and is cheap: exact fractions put in for the letters. What agrees is then proved by algebra; what
cannot be proved stays unknown.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Literal

import sympy

from tutor.ai.embedded.errors import CannotSolve
from tutor.ai.embedded.symbolic import expression, rational, symbol
from tutor.ai.embedded.tree import Call, Name, Operation, Tree, bare, children, evaluate, letters, walk

Likeness = Literal["same", "different", "unknown"]

_PROBES = (Fraction(7, 3), Fraction(-5, 2), Fraction(11, 7), Fraction(1, 3), Fraction(-9, 5), Fraction(13, 4),
           Fraction(17, 6), Fraction(-2, 7))  # fmt: skip
_DIGITS = 50
_MANY_DIGITS = 400
_SMALL = sympy.Float("1e-30")
_TINY = sympy.Float("1e-350")
_MAX_POWER = 16
_MAX_NESTED = 2
_MAX_NODES = 60


def compare(one: Tree, two: Tree) -> Likeness:
    """Whether two trees have the same value, whatever stands for their letters.

    Raises:
        CannotSolve: division by zero, or beyond the limits.

    """
    if one == two and not any(isinstance(node, Operation) and node.sign in "/÷" for node in walk(one)):
        return "same"
    names = sorted(letters(one, two))
    exact = (None, None) if names else (_fraction(one), _fraction(two))
    if None not in exact:
        return "same" if exact[0] == exact[1] else "different"
    if any(None not in found and found[0] != found[1] for found in _pairs(one, two, names)):
        return "different"
    for tree in (one, two):
        _hold_tame(tree)
    left, right = expression(one), expression(two)
    return _likeness(left, right, names)


def equal(one: Tree, two: Tree) -> bool:
    """Whether they are surely the same.

    Raises:
        CannotSolve: that is not certain, nor the opposite.

    """
    found = compare(one, two)
    if found == "unknown":
        raise CannotSolve("unverified")
    return found == "same"


def _fraction(tree: Tree, values: dict[str, Fraction] | None = None) -> Fraction | None:
    try:
        return evaluate(tree, values or {})
    except CannotSolve:
        return None


def _pairs(one: Tree, two: Tree, names: list[str]) -> Iterator[tuple[Fraction | None, Fraction | None]]:
    return ((_fraction(one, values), _fraction(two, values)) for values in _rows(names))


def _rows(names: list[str]) -> Iterator[dict[str, Fraction]]:
    """Numbers for the letters: another for each, of both signs."""
    for shift in range(len(_PROBES)):
        yield {name: _PROBES[(shift + 3 * place) % len(_PROBES)] + place for place, name in enumerate(names)}


def _likeness(left: sympy.Expr, right: sympy.Expr, names: list[str]) -> Likeness:
    if left == right:
        return "same"
    if not names:
        return _constants(left, right)
    agreed = one_sided = 0
    for values in _rows(names):
        numbers = {symbol(name): rational(value) for name, value in values.items()}
        found = [_real(side.xreplace(numbers)) for side in (left, right)]
        one_sided += (found[0] is None) is not (found[1] is None)
        if found[0] is None or found[1] is None:
            continue
        if not _close(found[0], found[1]):
            return "different"
        agreed += 1
    if one_sided or not agreed:
        return "unknown"
    return "same" if _is_zero(left - right) else "unknown"


def _constants(left: sympy.Expr, right: sympy.Expr) -> Likeness:
    found = _real(left), _real(right)
    if found[0] is None or found[1] is None:
        return "unknown"
    if not _close(found[0], found[1]):
        return "different"
    if _is_zero(left - right):
        return "same"
    difference = left - right
    if difference.is_algebraic:  # of this size, an algebraic number that is not zero is not that small
        far = sympy.N(difference, 50, maxn=_MANY_DIGITS, chop=False)
        return "same" if abs(far) < _TINY else "unknown"
    return "unknown"


def _real(value: sympy.Expr) -> sympy.Float | None:
    """The number to fifty digits, None where it is not real."""
    number = sympy.N(value, _DIGITS)
    return number if number.is_real and number.is_finite else None


def _close(one: sympy.Float, two: sympy.Float) -> bool:
    return bool(abs(one - two) <= _SMALL * (1 + abs(one)))


def _is_zero(difference: sympy.Expr) -> bool:
    """Proved by algebra, the cheap ways first."""
    if sympy.expand(difference) == 0:
        return True
    if sympy.cancel(sympy.together(difference)) == 0:
        return True
    return bool(sympy.simplify(difference) == 0 or sympy.radsimp(sympy.sqrtdenest(difference)).equals(0) is True)


def _hold_tame(tree: Tree) -> None:
    """Refuse what SymPy would work on for seconds: high powers of sums, towers of exponents, long formulas."""
    if sum(1 for _ in walk(tree)) > _MAX_NODES or _nested(tree) > _MAX_NESTED or _degree(tree) > _MAX_POWER:
        raise CannotSolve("beyond")


def _nested(tree: Tree) -> int:
    """How high exponents with letters or functions stand on each other."""
    inner = max((_nested(child) for child in children(tree)), default=0)
    match tree:
        case Call("exp"):
            return inner + 1
        case Operation("^", _, exponent) if letters(exponent) or _fraction(exponent) is None:
            return inner + 1
        case _:
            return inner


def _degree(tree: Tree) -> int:
    """About the degree of a polynomial once it is multiplied out; single letters may have any power."""
    match tree:
        case Name():
            return 1
        case Operation("^", base, exponent) if letters(base):
            power = _fraction(exponent)
            if power is None or isinstance(bare(base), Name):
                return 1
            return int(_degree(base) * max(abs(power), Fraction(1)))
        case Operation("*" | "·" | "/" | "÷", left, right):
            return _degree(left) + _degree(right)
        case _:
            return max((_degree(child) for child in children(tree)), default=0)
