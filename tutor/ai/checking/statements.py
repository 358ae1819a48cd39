"""Compares equations, inequalities, ratios and numbers in order. Called by `matching`."""

import re

import sympy

from tutor.ai.checking.equality import equal
from tutor.ai.checking.forms import (
    Amount,
    Chain,
    Form,
    Open,
    Ratio,
    Region,
)
from tutor.ai.checking.items import Item
from tutor.ai.checking.regions import difference
from tutor.ai.checking.values import RIGHT, Finding
from tutor.ai.embedded.errors import CannotSolve
from tutor.ai.embedded.linear import MIRRORED
from tutor.ai.embedded.symbolic import expression
from tutor.ai.embedded.tree import Name, Operation, Statement, Tree, letters

_ABOUT_RATIOS = re.compile(r"的比|之比|比[是为例值]|化简比|整数比|ratio|scale", re.IGNORECASE)
_SINGLE = 1
_PAIR = 2


def regions(key: Region, said: Region) -> Finding:
    if key.name and said.name and key.name.lower() != said.name.lower():
        return Finding("undecided", "ambiguous")
    found = difference(key.numbers, said.numbers)
    return RIGHT if found == "same" else Finding("wrong", found)


def unsolved(key: Form, said: Open, item: Item) -> Finding:
    """An equation where values are wanted: not solved; or, for y = 2x + 1, the same line in another form."""
    if isinstance(key, Amount) and key.name and letters(key.tree):
        return statements(Statement(Name(key.name), "=", key.tree), said.statement)
    if item.kind == "equation" and isinstance(key, Amount) and key.name:
        return statements(Statement(Name(key.name), "=", key.tree), said.statement)
    if isinstance(key, Amount) and letters(key.tree):
        return Finding("undecided", "other_form")
    return Finding("wrong", "not_solved")


def statements(key: Statement, said: Statement) -> Finding:
    """Two equations or inequalities, each with all on one side: the same up to a factor."""
    if key.relation == "=" and said.relation == "=" and len(letters(key.left, key.right)) == _SINGLE:
        return _equations_in_one(key, said)
    one, two = (expression(side.left) - expression(side.right) for side in (key, said))
    if not (one.is_polynomial() and two.is_polynomial()):
        return Finding("undecided", "too_hard")
    if two.expand() == 0 or one.free_symbols != two.free_symbols:
        return Finding("wrong", "value")
    factor = sympy.cancel(one / two)
    if not factor.is_number:
        return Finding("wrong", "value")
    same = key.relation == (said.relation if factor > 0 or key.relation == "=" else MIRRORED[said.relation])
    return RIGHT if same else Finding("wrong", "direction")


def _equations_in_one(key: Statement, said: Statement) -> Finding:
    """In one unknown, an equation that was to be set up is not one of the steps of solving it."""
    ours = expression(key.left), expression(key.right)
    for sides in ((said.left, said.right), (said.right, said.left)):
        theirs = expression(sides[0]), expression(sides[1])
        place = 1 if ours[0] == 0 else 0
        factor = sympy.cancel(ours[place] / theirs[place]) if theirs[place] != 0 else sympy.Integer(0)
        if (
            factor.is_number
            and factor != 0
            and all(sympy.expand(a - factor * b) == 0 for a, b in zip(ours, theirs, strict=True))
        ):
            return RIGHT
    return Finding("undecided", "other_form")


def _is_zero(tree: Tree) -> bool:
    return bool(expression(tree) == 0)


def chains(key: Chain, said: Chain) -> Finding:
    forms = ((said.trees, said.relations), (said.trees[::-1], tuple(MIRRORED[sign] for sign in said.relations[::-1])))
    for trees, relations in forms:
        if len(trees) == len(key.trees) and all(equal(one, two) for one, two in zip(key.trees, trees, strict=True)):
            return RIGHT if relations == key.relations else Finding("wrong", "direction")
    return Finding("wrong", "order")


def ratios(key: Ratio, said: Ratio, item: Item) -> Finding:
    if len(key.terms) != len(said.terms):
        return Finding("wrong", "other_kind")
    if all(equal(one, two) for one, two in zip(key.terms, said.terms, strict=True)):
        return RIGHT
    if any(_is_zero(term) for term in (*key.terms, *said.terms)):
        raise CannotSolve("ambiguous")
    first, other = key.terms[0], said.terms[0]
    same = all(
        equal(Operation("*", one, other), Operation("*", two, first))
        for one, two in zip(key.terms, said.terms, strict=True)
    )
    if not same:
        turned = all(equal(Operation("*", one, said.terms[-1]), Operation("*", two, first))
                     for one, two in zip(key.terms, said.terms[::-1], strict=True))  # fmt: skip
        return Finding("wrong", "order" if turned else "value")
    if _may_be_clock(key) and not _ABOUT_RATIOS.search(item.question):
        return Finding("undecided", "ambiguous")
    return RIGHT


def _may_be_clock(ratio: Ratio) -> bool:
    """Whether 3:30 may be a time of day."""
    second = ratio.terms[-1]
    text = getattr(second, "text", "")
    return len(ratio.terms) == _PAIR and len(text) == _PAIR and text[0] in "012345"
