"""Derivatives and indefinite integrals of one variable: the limits; `derivatives` and `integrals` do the work."""

import sympy

from tutor.ai.embedded.derivatives import derivative
from tutor.ai.embedded.errors import CannotSolve
from tutor.ai.embedded.integrals import integral
from tutor.ai.embedded.lesson import Calculus, Solution
from tutor.ai.embedded.symbolic import expression, symbol

_MAX_SIZE = 40


def solve(task: Calculus) -> Solution:
    """The worked derivative or indefinite integral. Raises CannotSolve when no rule of school applies."""
    given = expression(task.tree)
    variable = symbol(task.variable)
    if given.free_symbols - {variable} or sum(1 for _ in sympy.preorder_traversal(given)) > _MAX_SIZE:
        raise CannotSolve("beyond")
    return derivative(task, given, variable) if task.goal == "derivative" else integral(task, given, variable)
