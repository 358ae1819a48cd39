"""Compares an answer with the checked solution: right only when it is exactly equal. Called by `dialogue`."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Literal

import sympy

from tutor.ai.embedded import equations
from tutor.ai.embedded.answers import Guess
from tutor.ai.embedded.lesson import (
    Arithmetic,
    Balance,
    Equation,
    Form,
    Pair,
    Problem,
    Range,
    Result,
    Roots,
    Task,
    Value,
)
from tutor.ai.embedded.symbolic import equal, symbol, unfold
from tutor.ai.embedded.tree import (
    Group,
    Negative,
    Operation,
    Tree,
    bare,
    evaluate,
    letters,
    walk,
)

Verdict = Literal["right", "wrong", "partial", "unfinished"]


def verdict(result: Result, found: Guess) -> Verdict:  # noqa: PLR0911  # one case a kind
    """How the guess compares with the result."""
    match result, found.result:
        case Value(true), Value(said):
            return _verdict(true in {said, found.share})
        case Roots(), Roots() as said:
            return _roots(result, said)
        case Pair(), Pair():
            return _verdict(result == found.result)
        case Range(_, true), Range(_, said):
            return _verdict(true == said)
        case Balance(true), Balance(said):
            return _balanced(true, said)
        case Form(), Form(_, said) if found.tree is not None:
            return _form(result, said, found.tree)
        case _:
            return "wrong"


def _verdict(right: bool) -> Verdict:
    return "right" if right else "wrong"


def is_step(problem: Problem, task: Task) -> bool:
    """Whether a formula that was sent is a step on the way: the same solutions, or the same value, in another form."""
    match problem, task:
        case Equation(old, unknown), Equation(new, other) if unknown == other and old != new:
            one, two = (equations.solve(equation).result for equation in (problem, task))
            return one == two
        case Arithmetic(old_tree), Arithmetic(new_tree) if old_tree != new_tree:
            return evaluate(old_tree, {}) == evaluate(new_tree, {})
        case _:
            return False


# ---- comparing -----------------------------------------------------------------------------------------------------


def _roots(true: Roots, said: Roots) -> Verdict:
    if true.every or said.every or not true.values or not said.values:
        return _verdict(true.every == said.every and not true.values and not said.values)
    if not all(any(equal(value, root) for root in true.values) for value in said.values):
        return "wrong"
    found = sum(any(equal(value, root) for value in said.values) for root in true.values)
    return "right" if found == len(true.values) else "partial"


def _balanced(true: Mapping[str, int], said: Mapping[str, int]) -> Verdict:
    if true == said:
        return "right"
    ratios = {Fraction(said[formula], true[formula]) for formula in true}
    return "unfinished" if len(ratios) == 1 else "wrong"


def _form(true: Form, said: sympy.Expr, tree: Tree) -> Verdict:
    if true.goal == "integral":
        variable = symbol(true.variable)
        return _verdict(equal(sympy.diff(said - true.expression, variable), sympy.Integer(0)))
    if not equal(true.expression, said):
        return "wrong"
    if true.goal == "factor":
        product = _is_product(tree) or not (true.expression.is_Mul or true.expression.is_Pow)
        return "right" if product and _factor_count(said) >= _factor_count(true.expression) else "unfinished"
    if true.goal in {"expand", "simplify"}:
        return "right" if is_plain_sum(tree, said) else "unfinished"
    return "right"


def _is_product(tree: Tree) -> bool:
    match bare(tree):
        case Negative(inner):
            return _is_product(inner)
        case Operation(sign):
            return sign in "*·^"
        case _:
            return False


def is_plain_sum(tree: Tree, said: sympy.Expr) -> bool:
    """No sums in brackets, and no two terms that are alike."""
    brackets = any(isinstance(node, Group) and letters(node) for node in walk(tree))
    return not brackets and len(unfold(tree)) <= len(sympy.Add.make_args(sympy.expand(said)))


def _factor_count(value: sympy.Expr) -> int:
    """How many non-constant factors are written, powers counted."""
    factors = sympy.Mul.make_args(value)
    return sum(
        int(factor.exp) if factor.is_Pow and factor.exp.is_Integer else 1 for factor in factors if factor.free_symbols
    )
