"""Whether an answer has the form that its question wants: lowest terms, factored, expanded. Called by `decider`."""

import re
from collections.abc import Iterator
from math import gcd

import sympy

from tutor.ai.checking.forms import Amount, Form, Ratio, Values
from tutor.ai.checking.items import Demand, Item, Reason
from tutor.ai.checking.writing import is_number, is_surd
from tutor.ai.embedded.errors import CannotSolve
from tutor.ai.embedded.judge import is_plain_sum
from tutor.ai.embedded.symbolic import expression
from tutor.ai.embedded.tree import (
    Call,
    Constant,
    Group,
    Mixed,
    Name,
    Negative,
    Number,
    Operation,
    Tree,
    bare,
    evaluate,
    letters,
    walk,
)

_DEMANDS: tuple[tuple[Demand, str], ...] = (
    ("factored", r"因式分解|分解因式|\bfactori[sz]e|\bfactor\b"),
    ("expanded", r"展开|\bexpand\b|multiply out"),
    ("simplest", r"化简|最简|约分|合并同类项|simplif|lowest terms|simplest|\breduce\b"),
)


def demand_of(item: Item) -> Demand:
    """The form that the item wants, by itself or by its question's words."""
    if item.demand:
        return item.demand
    return next((demand for demand, words in _DEMANDS if re.search(words, item.question, re.IGNORECASE)), "any")


def fault(demand: Demand, key: Form, said: Form) -> Reason:
    """What is wrong with the form of an answer whose value is right; empty: nothing.

    Raises:
        CannotSolve: it is not certain whether the form is good enough.

    """
    if isinstance(said, Ratio):
        return _ratio_fault(said) if demand == "simplest" else ""
    if isinstance(said, Values):
        return next(filter(None, (_fault(demand, tree, None) for tree in said.trees)), "")
    if not isinstance(said, Amount):
        return ""
    return _fault(demand, said.tree, key.tree if isinstance(key, Amount) else None)


def _fault(demand: Demand, tree: Tree, key: Tree | None) -> Reason:
    if tree == key:
        return ""
    match demand:
        case "factored" if letters(tree):
            return "" if _is_factored(tree) else "not_factored"
        case "expanded" if letters(tree):
            return "" if is_plain_sum(tree, expression(tree)) else "not_expanded"
        case "simplest" | "factored" | "expanded":
            return _simplest_fault(tree, key)
        case _:
            return ""


def _simplest_fault(tree: Tree, key: Tree | None) -> Reason:
    if any(_is_reducible(node) for node in walk(tree)):
        return "not_simplified"
    if not letters(tree):
        return "" if is_number(tree) or is_surd(tree) else "not_simplified"
    said = expression(tree)
    if said.is_polynomial() and _terms(tree) > len(sympy.Add.make_args(sympy.expand(said))):
        return "not_simplified"
    if key is not None and _leaves(tree) > _leaves(key):
        raise CannotSolve("unverified")
    return ""


def _terms(tree: Tree) -> int:
    """How many terms are written in the outermost sum."""
    match bare(tree):
        case Operation("+" | "-", left, right):
            return _terms(left) + _terms(right)
        case Negative(inner):
            return _terms(inner)
        case _:
            return 1


def _leaves(tree: Tree) -> int:
    return sum(1 for node in walk(tree) if isinstance(node, Number | Name | Constant | Mixed))


def _is_reducible(node: Tree) -> bool:
    """A fraction that is not in lowest terms, a root with a square in it, or a root below the stroke."""
    match node:
        case Mixed(_, top, bottom):
            return gcd(top, bottom) > 1
        case Operation("/" | "÷", left, right):
            if any(isinstance(inner, Call) and inner.function == "sqrt" for inner in walk(right)):
                return True
            return (
                _whole(left) is not None
                and _whole(right) is not None
                and (gcd(_whole(left) or 0, _whole(right) or 0) > 1 or _whole(right) == 1)
            )
        case Call("sqrt", argument):
            value = _whole(argument)
            return (value is None and not letters(argument)) or (value is not None and _has_square(value))
        case _:
            return False


def _whole(tree: Tree) -> int | None:
    try:
        value = evaluate(tree, {})
    except CannotSolve:
        return None
    return int(value) if value.denominator == 1 else None


def _has_square(value: int) -> bool:
    return value < 2 or any(value % (root * root) == 0 for root in range(2, min(int(value**0.5), 1000) + 1))  # noqa: PLR2004  # the roots of 0 and 1 are whole


def _ratio_fault(ratio: Ratio) -> Reason:
    terms = [_whole(term) for term in ratio.terms]
    plain = all(isinstance(bare(term), Number) for term in ratio.terms)
    if None in terms or not plain:
        return "not_simplified"
    return "" if gcd(*(term or 0 for term in terms)) == 1 else "not_simplified"


# ---- factors -------------------------------------------------------------------------------------------------------


def _is_factored(tree: Tree) -> bool:
    """A product whose factors cannot be taken apart and have no common factor left in them.

    Raises:
        CannotSolve: it is equal, but written with two numbers or the same factor twice.

    """
    factors = list(_factors(tree))
    numbers = [factor for factor in factors if not letters(factor)]
    sums = [sympy.expand(expression(factor)) for factor in factors if letters(factor)]
    for value in sums:
        content, found = sympy.factor_list(value)
        if abs(content) != 1 or sum(power for _, power in found) != 1:
            return False
    if len(numbers) > 1 or len({frozenset((value, -value)) for value in sums if value.is_Add}) != sum(
        1 for value in sums if value.is_Add
    ):
        raise CannotSolve("unverified")
    return True


def _factors(tree: Tree) -> Iterator[Tree]:
    """The factors of a product as written; a power counts once."""
    match tree:
        case Group(inner) | Negative(inner):
            yield from _factors(inner)
        case Operation("*" | "·", left, right):
            yield from _factors(left)
            yield from _factors(right)
        case Operation("/", left, right) if not letters(right):
            yield from _factors(left)
            yield right
        case Operation("^", base, exponent) if letters(base) and not letters(exponent):
            yield from _factors(base)
        case found:
            yield found
