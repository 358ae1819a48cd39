"""Compares two values: units, percent, rounding, signs, constants of integration. Called by `matching`."""

import re
from dataclasses import dataclass, replace
from fractions import Fraction

import sympy

from tutor.ai.checking.equality import Likeness, compare
from tutor.ai.checking.forms import Amount
from tutor.ai.checking.items import Item, Outcome, Reason
from tutor.ai.checking.units import ANGLE, Unit, mentioned
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
_BLANK = r"(?:_{2,}|[(（]\s*[)）]|\?|？|几|多少|\bhow many\b)\s*"
_SHARE = re.compile(r"%|百分|percent", re.IGNORECASE)
_DIGITS = 30


@dataclass(frozen=True, slots=True)
class Finding:
    """What a comparison says."""

    outcome: Outcome
    reason: Reason = ""


RIGHT = Finding("right")


def amounts(key: Amount, said: Amount, item: Item) -> Finding:
    """How a value compares with the key's.

    Raises:
        CannotSolve: that is not certain.

    """
    found = _with_units(key, said, item)
    if found.outcome == "right" and (unsure := _half_said(key, said, item)):
        return unsure
    if found.outcome == "right" and key.name and said.name and key.name.lower() != said.name.lower():
        return Finding("undecided", "ambiguous")
    if found.outcome == "right" and bool(key.name) != bool(said.name):
        return _one_named(key, said, item)
    return found


def _half_said(key: Amount, said: Amount, item: Item) -> Finding | None:
    """Equal, but the task is only written down again, or a whole number is said to be about right."""
    if said.about and not key.about and _whole(key.tree):
        return Finding("undecided", "ambiguous")
    if item.question and not letters(key.tree) and _is_task(said.tree) and not _is_task(key.tree):
        return Finding("wrong", "not_worked_out")
    return None


def _whole(tree: Tree) -> bool:
    return isinstance(tree, Number) and tree.text.isdigit()


def _one_named(key: Amount, said: Amount, item: Item) -> Finding:
    """X = 5 and 5 say the same; y = 2x + 1 and 2x + 1 only if the name was given."""
    if (
        key.name
        and letters(key.tree)
        and not re.search(rf"{re.escape(key.name)}\s*=\s*(?:_|[(（]\s*[)）]|[?？])", item.question)
    ):
        return Finding("undecided", "other_form")
    if said.name in letters(said.tree):
        return Finding("undecided", "other_form")
    return RIGHT


# ---- units ---------------------------------------------------------------------------------------------------------


def _with_units(key: Amount, said: Amount, item: Item) -> Finding:
    ours, theirs = _real(key.units), _real(said.units)
    if ours and theirs:
        return _converted(key, said, item)
    if ours and letters(said.tree) and not letters(key.tree):  # kph may be a unit that is not in the table
        return Finding("undecided", "unreadable")
    if ours:
        return _without_unit(key, said, item)
    if theirs:
        return _unasked_unit(key, said, theirs, item)
    found = values(key, said, item)
    if found.outcome == "right" and key.units and said.units and not _same_count(key.spelled, said.spelled):
        return Finding("undecided", "ambiguous")
    return found


def _real(units: tuple[Unit, ...]) -> tuple[Unit, ...]:
    """The units that measure something; measure words change no value."""
    return tuple(each for each in units if not each.counts)


def _same_count(one: str, two: str) -> bool:
    """Whether two measure words go together: 12个 and 12只 do, 12 apples and 12 pears do not."""
    if one == two or (not one.isascii() and not two.isascii() and min(len(one), len(two)) == 1):
        return True
    return one.lower().rstrip("s") == two.lower().rstrip("s")


def _converted(key: Amount, said: Amount, item: Item) -> Finding:
    pairs = [(one, two) for one in key.units for two in said.units if one.dimension == two.dimension]
    if not pairs:
        if {"度", "°"} & {key.spelled, said.spelled}:
            return Finding("undecided", "ambiguous")
        return Finding("wrong", "wrong_unit")
    one, two = pairs[0]
    if (one.factor, one.offset) == (two.factor, two.offset):
        return values(key, said, item)
    found = values(replace(key, tree=_in_base(key.tree, one)), replace(said, tree=_in_base(said.tree, two)), item)
    if found.outcome == "wrong":
        return Finding("wrong", "wrong_unit" if compare(key.tree, said.tree) == "same" else "value")
    return found


def _in_base(tree: Tree, unit: Unit) -> Tree:
    if unit.factor == 1 and unit.offset == 0:
        return tree
    scaled = Operation("*", Group(tree), Exact(unit.factor, decimal=False))
    return Operation("+", scaled, Exact(unit.offset, decimal=False)) if unit.offset else scaled


def _without_unit(key: Amount, said: Amount, item: Item) -> Finding:
    """The key has a unit and the answer has none."""
    if _is_angle(key) and any(isinstance(node, Constant) for node in walk(said.tree)):
        return values(replace(key, tree=_radians(key.tree)), said, item)
    found = values(key, said, item)
    if found.outcome != "right" or item.unit == "free" or _given(item.question, key.spelled):
        return found
    return Finding("wrong", "missing_unit")


def _given(question: str, spelled: str) -> bool:
    """Whether the question has a blank with this unit behind it."""
    return bool(spelled and re.search(_BLANK + re.escape(spelled), question, re.IGNORECASE))


def _unasked_unit(key: Amount, said: Amount, theirs: tuple[Unit, ...], item: Item) -> Finding:
    """The answer has a unit and the key has none: fine where the question speaks of this unit alone."""
    if _is_angle(said) and any(isinstance(node, Constant) for node in walk(key.tree)):
        return values(key, replace(said, tree=_radians(said.tree)), item)
    found = values(key, said, item)
    if found.outcome == "right":
        asked = _is_angle(said) or _given(item.question, said.spelled)
        return found if asked else Finding("undecided", "ambiguous")
    similar = {each.dimension for each in mentioned(item.question)} & {each.dimension for each in theirs}
    return Finding("undecided", "ambiguous") if similar else found


def _is_angle(amount: Amount) -> bool:
    return any(each.dimension == ANGLE for each in amount.units)


def _radians(tree: Tree) -> Tree:
    return Operation("*", Group(tree), Operation("/", Constant("pi"), Number("180")))


# ---- values --------------------------------------------------------------------------------------------------------


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


def _is_task(tree: Tree) -> bool:
    """Whether there is something left to be worked out: a sum or product of plain numbers."""
    match bare(tree):
        case Operation("+" | "-" | "*" | "÷", left, right) if not _irrational(tree):
            return not (isinstance(bare(right), Operation) and bare(right).sign == "^")  # type: ignore[union-attr]  # as the test says
        case Operation("/", left, right):
            return _is_task(left) or _is_task(right)
        case Negative(inner):
            return _is_task(inner)
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
