"""Expanding, factoring and simplifying polynomials; the result is compared with the student's expression exactly."""

import sympy

from tutor.ai.embedded.errors import CannotSolve
from tutor.ai.embedded.formulas import sum_tex, tex, tree_tex
from tutor.ai.embedded.lesson import Algebra, Form, Solution, Step
from tutor.ai.embedded.symbolic import expression, unfold
from tutor.ai.embedded.tree import Operation, Tree, bare, letters

_MAX_DEGREE = 12
_MAX_TERMS = 30


def solve(task: Algebra) -> Solution:
    """The worked expression. Raises CannotSolve when it is no polynomial, or too large for a board."""
    unfold(task.tree)  # refuses what would have too many terms before SymPy multiplies it out
    given = expression(task.tree)
    symbols = sorted(given.free_symbols, key=str)
    if not given.is_polynomial() or not letters(task.tree):
        raise CannotSolve("beyond")
    if symbols and sympy.Poly(given, *symbols).total_degree() > _MAX_DEGREE:
        raise CannotSolve("beyond")
    steps, result = _factor(given) if task.goal == "factor" else _expand(task.tree, given)
    if sympy.expand(result - given) != 0 or len(sympy.Add.make_args(sympy.expand(given))) > _MAX_TERMS:
        raise CannotSolve("unverified")
    problem = tree_tex(task.tree)
    return Solution(
        kind=task.goal,
        problem=(problem,),
        steps=tuple(steps),
        checks=_check_factors(given, result) if task.goal == "factor" and result != sympy.expand(given) else (),
        answer=Step("answer", {"answer": f"{problem} = {tex(result)}"}),
        result=Form(task.goal, result, str(symbols[0]) if symbols else ""),
    )


def _expand(tree: Tree, given: sympy.Expr) -> tuple[list[Step], sympy.Expr]:
    result = sympy.expand(given)
    terms = [term for term in unfold(tree) if term != 0]
    steps = []
    pattern = _pattern(bare(tree))
    opened = sum_tex(terms)
    if opened != tree_tex(tree):
        steps.append(Step(pattern, {}, (f"= {opened}",)))
    if len(terms) > len(sympy.Add.make_args(result)) or not steps:
        steps.append(Step("like_terms", {}, (f"= {tex(result)}",)))
    return steps, result


def _pattern(tree: Tree) -> str:
    """The name of the rule: a known formula where the form fits, else each term times each term."""
    match tree:
        case Operation("^", base, exponent) if tree_tex(bare(exponent)) == "2":
            match bare(base):
                case Operation("+"):
                    return "square_of_sum"
                case Operation("-"):
                    return "square_of_difference"
                case _:
                    return "multiply_out"
        case Operation("·" | "*", left, right) if _conjugates(bare(left), bare(right)):
            return "sum_times_difference"
        case _:
            return "multiply_out"


def _conjugates(left: Tree, right: Tree) -> bool:
    match left, right:
        case Operation("+" | "-" as one, a, b), Operation("+" | "-" as two, c, d):
            return one != two and (a, b) == (c, d)
        case _:
            return False


def _factor(given: sympy.Expr) -> tuple[list[Step], sympy.Expr]:
    result = sympy.factor(given)
    expanded = sympy.expand(given)
    if expanded.is_number:
        raise CannotSolve("beyond")
    content, rest = _common_factor(expanded)
    steps = []
    if content != 1:
        steps.append(
            Step(
                "common_factor",
                {"factor": tex(content)},
                (f"{tex(expanded)} = {tex(content)} \\left({tex(rest)}\\right)",),
            )
        )
    if rest.is_Add and sympy.factor(rest) != rest:
        steps.append(Step(_method(rest), {}, (f"{tex(rest)} = {tex(sympy.factor(rest))}",)))
    if not steps:
        steps.append(Step("irreducible", {}, (tex(rest),)))
    return steps, result


def _common_factor(expanded: sympy.Expr) -> tuple[sympy.Expr, sympy.Expr]:
    """The largest monomial in every term, with the sign of the leading term, and what it leaves."""
    if not expanded.is_Add:
        return sympy.Integer(1), expanded
    symbols = sorted(expanded.free_symbols, key=str)
    polynomial = sympy.Poly(expanded, *symbols)
    content = sympy.gcd_list(list(polynomial.coeffs()))
    if polynomial.LC() < 0:
        content = -content
    powers = [min(monomial[place] for monomial in polynomial.monoms()) for place in range(len(symbols))]
    factor = content * sympy.Mul(*(name**power for name, power in zip(symbols, powers, strict=True)))
    return factor, sympy.expand(expanded / factor)


def _method(rest: sympy.Expr) -> str:
    factors = sympy.factor_list(rest)[1]
    terms = len(sympy.Add.make_args(rest))
    if len(factors) == 1 and factors[0][1] == 2:  # noqa: PLR2004  # a square
        return "perfect_square"
    if terms == 2 and sum(power for _, power in factors) == 2:  # noqa: PLR2004  # a square
        return "difference_of_squares"
    symbols = rest.free_symbols
    if terms == 3 and len(symbols) == 1 and sympy.degree(rest) == 2:  # noqa: PLR2004  # a quadratic
        return "cross_method"
    return "factor_further"


def _check_factors(given: sympy.Expr, result: sympy.Expr) -> tuple[Step, ...]:
    return (Step("check_multiplied", {"product": tex(result), "given": tex(sympy.expand(given))}),)
