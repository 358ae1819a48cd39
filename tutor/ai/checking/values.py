"""Compares two values without their units: equal, rounded, a percent sign or a constant forgotten. For `amounts`."""

import re
from dataclasses import dataclass
from fractions import Fraction

import sympy

from tutor.ai.checking.equality import Likeness, compare
from tutor.ai.checking.forms import Amount
from tutor.ai.checking.items import Item, Outcome, Reason
from tutor.ai.embedded.errors import CannotSolve
from tutor.ai.embedded.symbolic import expression
from tutor.ai.embedded.tree import (
    Call,
    Constant,
    Exact,
    Group,
    Name,
    Negative,
    Number,
    Operation,
    Percent,
    Tree,
    bare,
    letters,
    walk,
)

_INTEGRAL = re.compile(r"积分|原函数|∫|\\int|integra|antiderivative", re.IGNORECASE)
_ROUNDED = re.compile(
    r"约|保留|精确到|四舍五入|估算|≈|3\.14|round|decimal place|significant|approx|nearest|estimate", re.IGNORECASE
)
_SHARE = re.compile(r"%|百分|percent", re.IGNORECASE)
_DIGITS = 30


@dataclass(frozen=True, slots=True)
class Finding:
    """What a comparison says."""

    outcome: Outcome
    reason: Reason = ""


RIGHT = Finding("right")


def values(key: Amount, said: Amount, item: Item) -> Finding:
    """The bare values, units taken off."""
    if item.tolerance and not letters(key.tree, said.tree):
        return _within(key.tree, said.tree, Fraction(item.tolerance))
    likeness = _likeness(key.tree, said.tree, item.question)
    if likeness == "same":
        return RIGHT
    if likeness == "unknown":
        return Finding("undecided", "too_hard")
    if letters(key.tree) or letters(said.tree):
        return _different_terms(key.tree, said.tree, item)
    return _different_numbers(key, said, item)


def _likeness(key: Tree, said: Tree, question: str) -> Likeness:
    """As `compare`, but 2X is 2x where small and large letters cannot be two things, and +c is +C."""
    isolated = {
        name for name in letters(said) - letters(key) if re.search(rf"(?<![A-Za-z]){name}(?![A-Za-z])", question)
    }
    if letters(said) <= letters(key) or isolated:
        return compare(key, said)
    names = {name.lower(): name for name in letters(key)}
    if len(names) != len(letters(key)) or len({name.lower() for name in letters(said)}) != len(letters(said)):
        return compare(key, said)
    return compare(key, _renamed(said, names))


def _renamed(tree: Tree, names: dict[str, str]) -> Tree:  # noqa: PLR0911  # one case a kind
    match tree:
        case Name(letter):
            return Name(names.get(letter.lower(), letter))
        case Operation(sign, left, right):
            return Operation(sign, _renamed(left, names), _renamed(right, names))
        case Negative(inner):
            return Negative(_renamed(inner, names))
        case Group(inner):
            return Group(_renamed(inner, names))
        case Percent(inner):
            return Percent(_renamed(inner, names))
        case Call(function, argument):
            return Call(function, _renamed(argument, names))
        case found:
            return found


def _within(key: Tree, said: Tree, tolerance: Fraction) -> Finding:
    distance = abs(sympy.N(expression(key) - expression(said), _DIGITS))
    if not distance.is_real:
        raise CannotSolve("beyond")
    slack = sympy.Rational(tolerance.numerator, tolerance.denominator)
    return RIGHT if bool(distance <= slack) else Finding("wrong", "value")


def is_task(tree: Tree) -> bool:
    """Whether there is something left to be worked out: a sum or product of plain numbers."""
    match bare(tree):
        case Operation("+" | "-" | "*" | "÷", left, right) if not _irrational(tree):
            return not (isinstance(bare(right), Operation) and bare(right).sign == "^")  # type: ignore[union-attr]  # as the test says
        case Operation("/", left, right):
            return is_task(left) or is_task(right)
        case Negative(inner):
            return is_task(inner)
        case _:
            return False


def _irrational(tree: Tree) -> bool:
    return any(
        isinstance(node, Constant) or not isinstance(node, Operation | Number | Group | Negative | Percent | Exact)
        for node in walk(tree)
    )


def _different_terms(key: Tree, said: Tree, item: Item) -> Finding:
    """Two expressions that differ: a constant forgotten, a sign, the letter i, which is no number here."""
    if "i" in letters(key, said):
        return Finding("undecided", "too_hard")
    without = _without_constant(key)
    if without is not None and _INTEGRAL.search(item.question):
        bare_said = _without_constant(said)
        gap = expression(without) - expression(said if bare_said is None else bare_said)
        if sympy.simplify(gap).is_number:
            return RIGHT if bare_said is not None else Finding("wrong", "missing_constant")
    elif without is not None and compare(without, said) == "same":
        return Finding("wrong", "missing_constant")
    elif without is not None and _without_constant(said) is not None:
        return Finding("undecided", "other_form")
    if not letters(said) and not letters(key):
        return Finding("wrong", "value")
    return Finding("wrong", "sign" if compare(key, Negative(said)) == "same" else "value")


def _without_constant(tree: Tree) -> Tree | None:
    """What stands before + C at the end; None when there is no such."""
    match tree:
        case Operation("+", left, Name("C" | "c")) if letters(left) and not letters(left) & {"C", "c"}:
            return left
        case Operation("+", Name("C" | "c"), right) if letters(right) and not letters(right) & {"C", "c"}:
            return right
        case _:
            return None


def _different_numbers(key: Amount, said: Amount, item: Item) -> Finding:
    one, two = (sympy.N(expression(tree), _DIGITS) for tree in (key.tree, said.tree))
    if not (one.is_real and two.is_real):
        raise CannotSolve("beyond")
    percents = [any(isinstance(node, Percent) for node in walk(tree)) for tree in (key.tree, said.tree)]
    if percents[0] is not percents[1] and one and (two == one * 100 or two * 100 == one):
        asked = _SHARE.search(item.question)
        return Finding("undecided" if asked else "wrong", "percent")
    near = any(
        places is not None and abs(one - two) <= sympy.Rational(101, 200 * 10**places)
        for places in (_places(said.tree), _places(key.tree) if _ROUNDED.search(item.question) else None)
    )
    rough = _places(key.tree) is not None and abs(one - two) * 200 <= abs(one)
    if near or (rough and (key.about or said.about or any(isinstance(node, Constant) for node in walk(said.tree)))):
        allowed = key.about or _ROUNDED.search(item.question)
        return Finding("undecided" if allowed else "wrong", "rounded")
    return Finding("wrong", "sign" if one == -two else "value")


def _places(tree: Tree) -> int | None:
    """The decimals of a number that is written as one."""
    match bare(tree):
        case Number(text) if "." in text:
            return len(text.partition(".")[2])
        case Negative(inner) | Percent(inner):
            return _places(inner)
        case _:
            return None
