"""The steps of a linear equation or inequality in one unknown; `equations` and `inequalities` end them."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import sympy

from tutor.ai.embedded.formulas import RELATIONS, equation_tex, sum_tex, tex
from tutor.ai.embedded.lesson import Slip, Step
from tutor.ai.embedded.symbolic import expression, fraction, rational, symbol, unfold
from tutor.ai.embedded.tree import Group, Negative, Operation, Relation, Statement, Tree

MIRRORED: dict[Relation, Relation] = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(frozen=True, slots=True)
class Line:
    """coefficient · unknown + constant."""

    coefficient: Fraction
    constant: Fraction


@dataclass(frozen=True, slots=True)
class Worked:
    """The steps up to `coefficient · unknown (relation) constant`, and then up to the bare unknown if there is one."""

    steps: tuple[Step, ...]
    coefficient: Fraction
    constant: Fraction
    relation: Relation
    slips: tuple[Slip, ...]


def line_of(side: sympy.Expr, unknown: sympy.Symbol) -> Line:
    """The numbers of a linear side. Raises CannotSolve when they are no fractions."""
    expanded = sympy.expand(side)
    return Line(fraction(expanded.coeff(unknown, 1)), fraction(expanded.coeff(unknown, 0)))


def work(statement: Statement, letter: str) -> Worked:
    """Clear denominators, open brackets, collect, move, collect, divide: each only where there is something to do."""
    unknown = symbol(letter)
    terms = (_terms(statement.left), _terms(statement.right))
    multiple = _denominator(statement, unknown)
    steps: list[Step] = []
    if multiple != 1:
        terms = tuple([sympy.factor(term * multiple) for term in side] for side in terms)  # type: ignore[assignment]  # a pair stays a pair
        steps.append(_board("clear", {"multiple": str(multiple)}, terms, statement.relation))
    opened = tuple(_opened(side, multiple) for side in (statement.left, statement.right))
    if (multiple == 1 and _has_brackets(statement)) or (multiple != 1 and opened != terms):
        steps.append(_board("open", {}, opened, statement.relation))
    left, right = (line_of(sympy.Add(*side), unknown) for side in opened)
    if any(len(side) > 1 and len(sympy.Add.make_args(sympy.Add(*side))) < len(side) for side in opened):
        sides = [_expression(line, unknown) for line in (left, right)]
        steps.append(Step("collect", {}, (equation_tex(sides[0], sides[1], statement.relation),)))
    steps += _move(left, right, unknown, statement.relation)
    coefficient, constant = left.coefficient - right.coefficient, right.constant - left.constant
    relation = statement.relation
    if coefficient not in {0, 1}:
        relation = MIRRORED[relation] if coefficient < 0 else relation
        steps.append(_divide(coefficient, constant, unknown, statement.relation, relation))
    return Worked(tuple(steps), coefficient, constant, relation, tuple(_slips(left, right)))


def _board(key: str, facts: dict[str, str], sides: tuple[list[sympy.Expr], ...], relation: Relation) -> Step:
    return Step(key, facts, (f"{sum_tex(sides[0])} {RELATIONS[relation]} {sum_tex(sides[1])}",))


def _terms(tree: Tree) -> list[sympy.Expr]:
    """The terms of the outermost sum, brackets inside them kept as factors."""
    match tree:
        case Operation("+", left, right):
            return _terms(left) + _terms(right)
        case Operation("-", left, right):
            return _terms(left) + [-term for term in _terms(right)]
        case Negative(inner):
            return [-term for term in _terms(inner)]
        case _:
            return [expression(tree)]


def _opened(tree: Tree, multiple: int) -> list[sympy.Expr]:
    return [term * multiple for term in unfold(tree) if term != 0] or [sympy.Integer(0)]


def _denominator(statement: Statement, unknown: sympy.Symbol) -> int:
    """The number that clears the denominators of every term."""
    sides = (expression(statement.left), expression(statement.right))
    parts = [part for side in sides for part in (line_of(side, unknown).coefficient, line_of(side, unknown).constant)]
    terms = [term for tree in (statement.left, statement.right) for term in unfold(tree)]
    return lcm(*(part.denominator for part in parts), *(int(term.as_coeff_Mul()[0].q) for term in terms))


def _has_brackets(statement: Statement) -> bool:
    return any(_opens(tree) for tree in (statement.left, statement.right))


def _opens(tree: Tree) -> bool:
    match tree:
        case Group(inner):
            return (isinstance(inner, Operation) and inner.sign in "+-") or _opens(inner)
        case Operation(_, left, right):
            return _opens(left) or _opens(right)
        case Negative(inner):
            return _opens(inner)
        case _:
            return False


def _expression(line: Line, unknown: sympy.Symbol) -> sympy.Expr:
    return rational(line.coefficient) * unknown + rational(line.constant)


def _move(left: Line, right: Line, unknown: sympy.Symbol, relation: Relation) -> Iterator[Step]:
    """Unknowns to the left, numbers to the right, and the sums that this leaves."""
    if right.coefficient == 0 and left.constant == 0:
        return
    unknowns = [rational(left.coefficient) * unknown, -rational(right.coefficient) * unknown]
    numbers = [rational(right.constant), -rational(left.constant)]
    yield _board("move", {"unknown": tex(unknown)}, (unknowns, numbers), relation)
    total = sympy.Add(*unknowns), sympy.Add(*numbers)
    if all(unknowns) or all(numbers):
        yield Step("collect", {}, (equation_tex(total[0], total[1], relation),))


def _divide(
    coefficient: Fraction, constant: Fraction, unknown: sympy.Symbol, before: Relation, after: Relation
) -> Step:
    key = "divide_unknown" if before == after else "divide_flip"
    line = equation_tex(unknown, rational(constant / coefficient), after)
    return Step(key, {"coefficient": tex(rational(coefficient))}, (line,))


def _slips(left: Line, right: Line) -> Iterator[Slip]:
    """Terms moved without changing their sign, and a division that was forgotten or turned over."""
    coefficient, constant = left.coefficient - right.coefficient, right.constant - left.constant
    if not coefficient:
        return
    true = constant / coefficient
    for wrong_coefficient in (coefficient, left.coefficient + right.coefficient):
        for wrong_constant in (constant, right.constant + left.constant):
            if wrong_coefficient and wrong_constant / wrong_coefficient != true:
                yield Slip(wrong_constant / wrong_coefficient, "sign_when_moving")
    for wrong in (constant, constant - coefficient, constant * coefficient):
        if wrong != true:
            yield Slip(wrong, "last_division")
