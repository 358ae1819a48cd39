"""Two linear equations in two unknowns, by elimination; the solution is put back into both."""

from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm

import sympy

from tutor.ai.embedded.equations import put_back
from tutor.ai.embedded.errors import CannotSolve
from tutor.ai.embedded.formulas import equation_tex, statement_tex
from tutor.ai.embedded.lesson import Pair, Solution, Step, System
from tutor.ai.embedded.symbolic import expression, fraction, rational, symbol
from tutor.ai.embedded.tree import Statement


@dataclass(frozen=True, slots=True)
class _Row:
    """a · first + b · second = c."""

    a: Fraction
    b: Fraction
    c: Fraction

    def times(self, factor: Fraction) -> "_Row":
        return _Row(self.a * factor, self.b * factor, self.c * factor)

    def mirrored(self) -> "_Row":
        return _Row(self.b, self.a, self.c)

    def minus(self, other: "_Row") -> "_Row":
        return _Row(self.a - other.a, self.b - other.b, self.c - other.c)

    def tex(self, unknowns: tuple[str, str]) -> str:
        first, second = (symbol(letter) for letter in unknowns)
        return equation_tex(rational(self.a) * first + rational(self.b) * second, rational(self.c))


def solve(task: System) -> Solution:
    """The worked system. Raises CannotSolve when it is not linear."""
    rows = [_row(statement, task.unknowns) for statement in (task.first, task.second)]
    steps: list[Step] = []
    lines = tuple(row.tex(task.unknowns) for row in rows)
    problem = (statement_tex(task.first), statement_tex(task.second))
    if lines != problem:
        steps.append(Step("tidy_rows", {}, lines))
    if rows[0].a * rows[1].b == rows[1].a * rows[0].b:
        return _no_single(task, rows, steps, problem)
    found, values = _eliminate(rows, task.unknowns)
    checks = tuple(put_back(statement, values) for statement in (task.first, task.second))
    shown = r",\quad ".join(equation_tex(symbol(letter), rational(values[letter])) for letter in task.unknowns)
    return Solution(
        kind="system",
        problem=problem,
        steps=(*steps, *found),
        checks=checks,
        answer=Step("answer", {"answer": shown}),
        result=Pair(values),
    )


def _row(statement: Statement, unknowns: tuple[str, str]) -> _Row:
    first, second = (symbol(letter) for letter in unknowns)
    difference = sympy.expand(expression(statement.left) - expression(statement.right))
    if not difference.is_polynomial(first, second) or sympy.Poly(difference, first, second).total_degree() != 1:
        raise CannotSolve("beyond")
    a, b, c = (fraction(part) for part in (difference.coeff(first), difference.coeff(second),
                                           -difference.subs({first: 0, second: 0})))  # fmt: skip
    multiple = lcm(a.denominator, b.denominator, c.denominator)
    common = gcd(*(int(part * multiple) for part in (a, b, c)))
    return _Row(a, b, c).times(Fraction(multiple, common or 1))


def _eliminate(rows: list[_Row], unknowns: tuple[str, str]) -> tuple[list[Step], dict[str, Fraction]]:
    """Remove the first unknown, solve for the second, put it into the equation that is easier."""
    one, two = rows
    if one.a and two.a and not (one.b and two.b):  # one row names the first unknown alone: start from that row
        one, two, unknowns = one.mirrored(), two.mirrored(), (unknowns[1], unknowns[0])
    first, second = unknowns
    steps = []
    if one.a and two.a:
        common = lcm(int(abs(one.a)), int(abs(two.a)))
        left, right = one.times(common / one.a), two.times(common / two.a)
        if (left, right) != (one, two):
            steps.append(Step("same_coefficient", {"unknown": first}, (left.tex(unknowns), right.tex(unknowns))))
        rest = left.minus(right)
        steps.append(Step("subtract_rows", {"unknown": first}, (rest.tex(unknowns),)))
    else:
        rest = two if one.a else one
    value = rest.c / rest.b
    line = equation_tex(symbol(second), rational(value))
    if rest.tex(unknowns) != line or not steps:
        steps.append(Step("solve_for", {"unknown": second}, (line,)))
    row = one if one.a else two
    other = (row.c - row.b * value) / row.a
    facts = {"value": line, "row": row.tex(unknowns)}
    steps.append(Step("back", facts, (equation_tex(symbol(first), rational(other)),)))
    return steps, dict(sorted({first: other, second: value}.items()))


def _no_single(task: System, rows: list[_Row], steps: list[Step], problem: tuple[str, ...]) -> Solution:
    """The left sides are multiples of each other: the same line twice, or two parallel ones."""
    one, two = rows
    factor = two.a / one.a if one.a else two.b / one.b
    every = one.times(factor) == two
    multiplied = one.times(factor)
    last = Step("same_rows" if every else "parallel_rows", {}, (multiplied.tex(task.unknowns), two.tex(task.unknowns)))
    return Solution(
        kind="system",
        problem=problem,
        steps=(*steps, last),
        checks=(),
        answer=Step("many_pairs" if every else "no_pair", {}),
        result=Pair(None, every=every),
    )
