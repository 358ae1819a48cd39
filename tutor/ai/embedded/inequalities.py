"""Linear inequalities in one unknown. The result is tried on both sides of its boundary and on the boundary."""

import operator
from fractions import Fraction

import sympy

from tutor.ai.embedded.errors import CannotSolve
from tutor.ai.embedded.formulas import RELATIONS, equation_tex, number_tex, statement_tex
from tutor.ai.embedded.lesson import Inequality, Range, Solution, Step
from tutor.ai.embedded.linear import Worked, work
from tutor.ai.embedded.symbolic import expression, rational, symbol
from tutor.ai.embedded.tree import Relation, Statement, evaluate

COMPARE = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


def solve(task: Inequality) -> Solution:
    """The worked inequality. Raises CannotSolve when it is not linear."""
    unknown = symbol(task.unknown)
    difference = sympy.expand(expression(task.statement.left) - expression(task.statement.right))
    if not difference.is_polynomial(unknown) or (difference.has(unknown) and sympy.degree(difference, unknown) != 1):
        raise CannotSolve("beyond")
    worked = work(task.statement, task.unknown)
    if worked.coefficient == 0:
        return _without_unknown(task, worked)
    boundary = worked.constant / worked.coefficient
    _try(task, worked.relation, boundary)
    shown = equation_tex(unknown, rational(boundary), worked.relation)
    probe = boundary + (1 if worked.relation in {">", ">="} else -1)
    left, right = (
        evaluate(task.statement.left, {task.unknown: probe}),
        evaluate(task.statement.right, {task.unknown: probe}),
    )
    facts = {
        "values": f"{task.unknown} = {number_tex(probe)}",
        "line": f"{number_tex(left)} {RELATIONS[task.statement.relation]} {number_tex(right)}",
    }
    return Solution(
        kind="inequality",
        problem=(statement_tex(task.statement),),
        steps=worked.steps or (Step("solved", {}, (statement_tex(task.statement),)),),
        checks=(Step("check_inside", facts),),
        answer=Step("answer", {"answer": shown}),
        result=Range(task.unknown, numbers(worked.relation, boundary)),
    )


def numbers(relation: Relation, boundary: Fraction) -> sympy.Set:
    """All numbers that stand in the relation to the boundary."""
    edge = rational(boundary)
    match relation:
        case "<" | "<=":
            return sympy.Interval(-sympy.oo, edge, right_open=relation == "<")
        case ">" | ">=":
            return sympy.Interval(edge, sympy.oo, left_open=relation == ">")
        case "=":
            return sympy.FiniteSet(edge)


def _holds(statement: Statement, letter: str, value: Fraction) -> bool:
    left, right = (evaluate(side, {letter: value}) for side in (statement.left, statement.right))
    return bool(COMPARE[statement.relation](left, right))


def _try(task: Inequality, relation: Relation, boundary: Fraction) -> None:
    """A linear inequality is settled by one number below, one on and one above its boundary."""
    for value in (boundary - 1, boundary, boundary + 1):
        if _holds(task.statement, task.unknown, value) is not bool(COMPARE[relation](value, boundary)):
            raise CannotSolve("unverified")


def _without_unknown(task: Inequality, worked: Worked) -> Solution:
    every = bool(COMPARE[task.statement.relation](Fraction(0), worked.constant))
    for value in (Fraction(-2), Fraction(0), Fraction(5, 3)):
        if _holds(task.statement, task.unknown, value) is not every:
            raise CannotSolve("unverified")
    line = f"0 {RELATIONS[task.statement.relation]} {number_tex(worked.constant)}"
    return Solution(
        kind="inequality",
        problem=(statement_tex(task.statement),),
        steps=(*worked.steps, Step("cancelled", {"unknown": task.unknown, "left": line})),
        checks=(),
        answer=Step("every_number_inequality" if every else "no_number_inequality", {}),
        result=Range(task.unknown, sympy.S.Reals if every else sympy.S.EmptySet),
    )
