"""Whether an answer has the form that its question wants: lowest terms, factored, expanded. Called by `decider`."""

import re
from collections.abc import Callable, Iterator
from math import gcd

import sympy

from tutor.ai.checking.forms import Amount, Form, Ratio, Values
from tutor.ai.checking.items import Demand, Item, Reason
from tutor.ai.embedded.errors import CannotSolve
from tutor.ai.embedded.judge import is_plain_sum
from tutor.ai.embedded.symbolic import expression
from tutor.ai.embedded.tree import (
    Call,
    Constant,
    Exact,
    Group,
    Mixed,
    Name,
    Negative,
    Number,
    Operation,
    Percent,
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


def _is_percent(tree: Tree) -> bool:
    return isinstance(bare(tree), Percent)


def _is_decimal(tree: Tree) -> bool:
    return isinstance(bare(tree), Number)


def _is_fraction(tree: Tree) -> bool:
    found = bare(tree)
    return isinstance(found, Mixed | Number) or (isinstance(found, Operation) and found.sign == "/")


def _is_mixed(tree: Tree) -> bool:
    return isinstance(bare(tree), Mixed)


def _is_improper(tree: Tree) -> bool:
    return _is_fraction(tree) and not _is_mixed(tree)


def _is_scientific(tree: Tree) -> bool:
    match bare(tree):
        case Operation("*", left, Operation("^", Number("10"), _)):
            value = abs(evaluate(left, {}))
            return 1 <= value < 10  # noqa: PLR2004  # one digit before the point
        case Negative(inner):
            return _is_scientific(inner)
        case _:
            return False


_WRITTEN: tuple[tuple[str, Callable[[Tree], bool]], ...] = (
    (r"[化写改]成百分数|as a percentage|as a percent\b", _is_percent),
    (r"[化写改]成(?:有限)?小数|as a decimal", _is_decimal),
    (r"[化写改]成带分数|as a mixed number", _is_mixed),
    (r"[化写改]成假分数|as an improper fraction", _is_improper),
    (r"[化写改]成(?:最简)?分数|as a fraction", _is_fraction),
    (r"科学记数法|科学计数法|standard form|scientific notation", _is_scientific),
)


def is_written_otherwise(question: str, key: Form, said: Form) -> bool:
    """Whether the question names a way to write a number, the key is written so and the answer is not."""
    if not (isinstance(key, Amount) and isinstance(said, Amount)):
        return False
    wanted = [is_so for words, is_so in _WRITTEN if re.search(words, question, re.IGNORECASE)]
    return any(is_so(key.tree) and not is_so(said.tree) for is_so in wanted)


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


def is_number(tree: Tree) -> bool:
    """A number as a final answer is written: whole, decimal, fraction, mixed, percent, power of ten, with a sign."""
    match bare(tree):
        case Number() | Mixed() | Exact() | Constant():
            return True
        case Negative(inner) | Percent(inner):
            return is_number(inner)
        case Operation("/", left, right):
            return is_number(left) and is_number(right)
        case Operation("*", left, Operation("^", right, _)):
            return is_number(left) and bare(right) == Number("10")
        case _:
            return False


def is_surd(tree: Tree) -> bool:
    """A number with roots, π, e or functions as a final answer is written: 2√3, (1+√5)/2, 3π."""
    irrational = any(
        isinstance(node, Constant) or (isinstance(node, Call) and node.function in {"sqrt", "ln", "lg"})
        for node in walk(tree)
    )
    return irrational and all(_is_part(term) for term in _summands(tree))


def _summands(tree: Tree) -> Iterator[Tree]:
    match bare(tree):
        case Operation("+" | "-", left, right):
            yield from _summands(left)
            yield from _summands(right)
        case Operation("/", left, right) if is_number(right):
            yield from _summands(left)
        case Negative(inner):
            yield from _summands(inner)
        case found:
            yield found


def _is_part(tree: Tree) -> bool:
    match bare(tree):
        case Operation("*" | "·" | "/", left, right):
            return _is_part(left) and _is_part(right)
        case Operation("^", left, right):
            return _is_part(left) and is_number(right)
        case Call(_, argument):
            return is_number(argument)
        case found:
            return is_number(found)


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
