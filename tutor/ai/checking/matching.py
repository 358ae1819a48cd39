"""Compares an answer with its key, form by form. Called by `decider`.

What has not been proved right is wrong or undecided; the reason is for the teacher and for the explanation.
"""

import re

import sympy

from tutor.ai.checking.amounts import amounts
from tutor.ai.checking.equality import equal
from tutor.ai.checking.forms import (
    Amount,
    Chain,
    Division,
    Except,
    Form,
    Open,
    Points,
    Ratio,
    Region,
    Said,
    Values,
)
from tutor.ai.checking.items import Item
from tutor.ai.checking.statements import chains, ratios, regions, statements, unsolved
from tutor.ai.checking.values import RIGHT, Finding
from tutor.ai.embedded.symbolic import expression
from tutor.ai.embedded.tree import Name, Number, Statement, Tree, letters

_IN_ORDER = re.compile(
    r"从小到大|从大到小|排列|排序|依次|顺序|第一空|\border\b|\bsort|ascending|descending|respectively", re.IGNORECASE
)
_ABOUT_RANGES = re.compile(r"不等式|取值范围|区间|解集|inequalit|interval|range|domain|定义域|值域", re.IGNORECASE)
_SINGLE = 1


def match(key: Form, said: Form, item: Item) -> Finding:  # noqa: C901, PLR0911, PLR0912  # one case a pair of forms
    """How the answer compares with the key.

    Raises:
        CannotSolve: that is not certain.

    """
    key, said = _as_region(key, said), _as_region(said, key)
    match key, said:
        case Amount(), Amount() if _is_solved_equation(item, said):
            return Finding("undecided", "other_form")
        case Amount(), Amount():
            return amounts(key, said, item)
        case Values(), Values():
            return _values(key, said, item)
        case Values(trees), Amount(tree):
            return _one_of_several(trees, tree)
        case Amount(tree), Values(trees):
            return _several_for_one(tree, trees, item)
        case Points(), Points():
            return _points(key, said)
        case Points(rows), Values(trees):
            return _row_unnamed(rows, trees)
        case Points(), Amount():
            return Finding("wrong", "missing_root")
        case Except(), Amount() | Values():
            return Finding("wrong", "other_kind")
        case Region(), Region():
            return regions(key, said)
        case Region(), Open() | Amount() | Values():
            return Finding("wrong", "not_solved" if isinstance(said, Open) else "other_kind")
        case ((Amount() | Values() | Points()), Open()):
            return unsolved(key, said, item)
        case Open(statement), Open(other):
            return statements(statement, other)
        case Open(statement), Amount(tree, name=name) if name and letters(tree):
            return statements(statement, Statement(Name(name), "=", tree))
        case Chain(), Chain():
            return chains(key, said)
        case Ratio(), Ratio():
            return ratios(key, said, item)
        case Division(), Division():
            return RIGHT if key == said else Finding("wrong", "value")
        case Division(), Amount(Number(text)) if text.isdigit():
            return Finding("wrong", "value")
        case Said(one), Said(two):
            return _words(one, two)
        case (Said(), Amount() | Values() | Points() | Region()) | (
            Amount() | Values() | Points() | Region(),
            Said(),
        ):
            return Finding("wrong", "other_kind")
        case ((Amount() | Values()), Region()):
            return Finding("wrong", "other_kind")
        case _:
            return Finding("undecided", "other_form")


def _as_region(form: Form, beside: Form) -> Form:
    """X ≠ 2, and words beside an inequality, as sets of numbers."""
    match form, beside:
        case Except(trees, name), Region() | Except():
            return Region(sympy.S.Reals - sympy.FiniteSet(*(expression(tree) for tree in trees)), name)
        case Said("every"), Region() | Except():
            return Region(sympy.S.Reals)
        case Said("none"), Region():
            return Region(sympy.S.EmptySet)
        case _:
            return form


# ---- values --------------------------------------------------------------------------------------------------------


def _is_solved_equation(item: Item, said: Amount) -> bool:
    """Whether the equation itself was wanted, and its solution is said."""
    return item.kind == "equation" and bool(said.name) and not letters(said.tree)


def _values(key: Values, said: Values, item: Item) -> Finding:
    if key.name and said.name and key.name.lower() != said.name.lower():
        return Finding("undecided", "ambiguous")
    missing = [tree for tree in key.trees if not _among(tree, said.trees)]
    extra = [tree for tree in said.trees if not _among(tree, key.trees)]
    if extra:
        return Finding("wrong", "value" if missing else "extra_root")
    if missing:
        return Finding("wrong", "missing_root")
    if len(said.trees) != len(key.trees):  # a root twice
        return RIGHT if not key.ordered else Finding("undecided", "other_form")
    in_order = all(equal(one, two) for one, two in zip(key.trees, said.trees, strict=True))
    if in_order or item.kind == "solutions" or not (key.ordered and said.ordered):
        return RIGHT if in_order or not _repeats(said.trees) else Finding("undecided", "other_form")
    fixed = item.kind == "list" or _IN_ORDER.search(item.question)
    return Finding("wrong" if fixed else "undecided", "order")


def _repeats(trees: tuple[Tree, ...]) -> bool:
    return any(_among(tree, trees[:place]) for place, tree in enumerate(trees))


def _among(tree: Tree, others: tuple[Tree, ...]) -> bool:
    return any(equal(tree, other) for other in others)


def _one_of_several(trees: tuple[Tree, ...], tree: Tree) -> Finding:
    if not _among(tree, trees):
        return Finding("wrong", "value")
    return RIGHT if all(equal(each, tree) for each in trees) else Finding("wrong", "missing_root")


def _several_for_one(tree: Tree, trees: tuple[Tree, ...], item: Item) -> Finding:
    if not _among(tree, trees):
        return Finding("wrong", "value")
    if not all(equal(each, tree) for each in trees):
        return Finding("wrong", "extra_root")
    return RIGHT if item.kind != "list" else Finding("undecided", "other_form")


def _points(key: Points, said: Points) -> Finding:
    """Rows in any order; in a row, each value at its place or under its name."""
    if key.names and said.names and key.names != said.names:
        same_size = len(key.names) == len(said.names)
        return Finding("wrong", "other_kind" if same_size else "missing_root")
    if len({len(row) for row in (*key.rows, *said.rows)}) > 1:
        return Finding("wrong", "other_kind")
    if all(_has_row(row, said.rows) for row in key.rows):
        return RIGHT if all(_has_row(row, key.rows) for row in said.rows) else Finding("wrong", "extra_root")
    if all(_has_row(row, key.rows) for row in said.rows):
        return Finding("wrong", "missing_root")
    swapped = all(_has_row(row[::-1], said.rows) for row in key.rows)
    return Finding("wrong", "order" if swapped else "value")


def _has_row(row: tuple[Tree, ...], rows: tuple[tuple[Tree, ...], ...]) -> bool:
    return any(all(equal(one, two) for one, two in zip(row, other, strict=True)) for other in rows)


def _row_unnamed(rows: tuple[tuple[Tree, ...], ...], trees: tuple[Tree, ...]) -> Finding:
    """Values without names for a point: certain only when it is wrong in any order."""
    same = len(rows) == _SINGLE and len(rows[0]) == len(trees) and all(_among(tree, trees) for tree in rows[0])
    return Finding("undecided", "other_form") if same else Finding("wrong", "value")


def _words(one: str, two: str) -> Finding:
    if one == two:
        return RIGHT
    return Finding("undecided", "other_form") if {one, two} == {"every", "infinite"} else Finding("wrong", "value")


def speaks_of_ranges(question: str) -> bool:
    """Whether (1, 3) in the answer to this question is an interval."""
    return _ABOUT_RANGES.search(question) is not None
