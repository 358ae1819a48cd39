"""Linear and quadratic equations in one unknown. Every solution is put back into the student's own equation."""

from fractions import Fraction
from math import gcd, lcm

import sympy

from tutor.ai.embedded.errors import CannotSolve
from tutor.ai.embedded.formulas import equation_tex, number_tex, statement_tex, sum_tex, tex
from tutor.ai.embedded.lesson import Equation, Roots, Slip, Solution, Step
from tutor.ai.embedded.linear import work
from tutor.ai.embedded.symbolic import expression, fraction, rational, symbol, unfold
from tutor.ai.embedded.tree import Call, Operation, Statement, evaluate, letters, walk

_MAX_SIZE = 10**9


def solve(task: Equation) -> Solution:
    """Linear or quadratic by the degree that is left when the sides are expanded. Raises CannotSolve for others."""
    if _hides_values(task.statement):
        raise CannotSolve("beyond")
    unknown = symbol(task.unknown)
    for side in (task.statement.left, task.statement.right):
        unfold(side)  # refuses what would have too many terms before SymPy multiplies it out
    difference = sympy.expand(expression(task.statement.left) - expression(task.statement.right))
    if not difference.is_polynomial(unknown) or difference.free_symbols - {unknown}:
        raise CannotSolve("beyond")
    degree = sympy.degree(difference, unknown) if difference.has(unknown) else 0
    if degree > 2:  # noqa: PLR2004  # quadratic is where school ends
        raise CannotSolve("beyond")
    if degree == 2:  # noqa: PLR2004  # a quadratic
        return _quadratic(task, sympy.Poly(difference, unknown))
    return _linear(task)


def _hides_values(statement: Statement) -> bool:
    """An unknown below a stroke, in an exponent or under a root could cancel and hide values that are not allowed."""
    for node in (node for side in (statement.left, statement.right) for node in walk(side)):
        match node:
            case Operation("/" | "÷", _, right) if letters(right):
                return True
            case Operation("^", left, right) if letters(right) or (letters(left) and evaluate(right, {}) < 0):
                return True
            case Call(_, argument) if letters(argument):
                return True
            case _:
                pass
    return False


# ---- linear --------------------------------------------------------------------------------------------------------


def _linear(task: Equation) -> Solution:
    worked = work(task.statement, task.unknown)
    if worked.coefficient == 0:
        return _without_unknown(task, worked.steps, worked.constant)
    value = worked.constant / worked.coefficient
    return Solution(
        kind="linear",
        problem=(statement_tex(task.statement),),
        steps=worked.steps or (Step("solved", {}, (statement_tex(task.statement),)),),
        checks=(put_back(task.statement, {task.unknown: value}),),
        answer=Step("answer", {"answer": equation_tex(symbol(task.unknown), rational(value))}),
        result=Roots(task.unknown, (rational(value),)),
        slips=worked.slips,
    )


def _without_unknown(task: Equation, steps: tuple[Step, ...], constant: Fraction) -> Solution:
    """The unknown has cancelled: every number solves the equation, or none does."""
    every = constant == 0
    for number in (Fraction(0), Fraction(1), Fraction(7, 3)):
        if (_gap(task.statement, {task.unknown: number}) == 0) is not every:
            raise CannotSolve("unverified")
    last = Step("cancelled", {"unknown": task.unknown, "left": f"0 = {number_tex(constant)}"})
    return Solution(
        kind="linear",
        problem=(statement_tex(task.statement),),
        steps=(*steps, last),
        checks=(),
        answer=Step("every_number" if every else "no_number", {}),
        result=Roots(task.unknown, (), every=every),
    )


def _gap(statement: Statement, values: dict[str, Fraction]) -> Fraction:
    return evaluate(statement.left, values) - evaluate(statement.right, values)


def put_back(statement: Statement, values: dict[str, Fraction]) -> Step:
    """The check line: both sides with the numbers put in. Raises CannotSolve when they differ."""
    left, right = evaluate(statement.left, values), evaluate(statement.right, values)
    if left != right:
        raise CannotSolve("unverified")
    shown = r",\; ".join(f"{letter} = {number_tex(value)}" for letter, value in values.items())
    return Step("check", {"values": shown, "left": number_tex(left), "right": number_tex(right)})


# ---- quadratic -----------------------------------------------------------------------------------------------------


def _quadratic(task: Equation, polynomial: sympy.Poly) -> Solution:
    unknown = symbol(task.unknown)
    a, b, c = _whole(tuple(fraction(polynomial.coeff_monomial(unknown**power)) for power in (2, 1, 0)))
    standard = a * unknown**2 + b * unknown + c
    steps: list[Step] = []
    line = equation_tex(standard, sympy.Integer(0))
    if line != statement_tex(task.statement):
        steps.append(Step("standard", {}, (line,)))
    discriminant = b * b - 4 * a * c
    roots: tuple[sympy.Expr, ...]
    if b == 0 and c != 0:
        found, roots = _by_root(a, c, unknown)
    elif discriminant >= 0 and sympy.sqrt(discriminant).is_Integer:
        found, roots = _by_factors(a, b, c, unknown)
    else:
        found, roots = _by_formula(a, b, c, unknown)
    steps += found
    return Solution(
        kind="quadratic",
        problem=(statement_tex(task.statement),),
        steps=tuple(steps),
        checks=_check_roots(task, (a, b, c), roots),
        answer=_roots_answer(roots, unknown),
        result=Roots(task.unknown, roots),
        slips=tuple(Slip(-fraction(root), "sign_of_root") for root in roots if root.is_Rational and -root not in roots),
    )


def _whole(parts: tuple[Fraction, ...]) -> tuple[int, ...]:
    """The same equation with whole coefficients in lowest terms, the first one positive."""
    multiple = lcm(*(part.denominator for part in parts))
    numbers = [int(part * multiple) for part in parts]
    if max(map(abs, numbers)) > _MAX_SIZE:
        raise CannotSolve("beyond")
    common = gcd(*numbers) * (1 if numbers[0] > 0 else -1)
    return tuple(number // common for number in numbers)


def _by_root(a: int, c: int, unknown: sympy.Symbol) -> tuple[list[Step], tuple[sympy.Expr, ...]]:
    square = sympy.Rational(-c, a)
    steps = [Step("isolate_square", {"unknown": tex(unknown)}, (equation_tex(unknown**2, square),))]
    if square < 0:
        return [*steps, Step("negative_square", {})], ()
    root = sympy.sqrt(square)
    steps.append(Step("take_root", {}, (rf"{tex(unknown)} = \pm \sqrt{{{tex(square)}}} = \pm {tex(root)}",)))
    return steps, (-root, root)


def _by_factors(a: int, b: int, c: int, unknown: sympy.Symbol) -> tuple[list[Step], tuple[sympy.Expr, ...]]:
    product = sympy.factor(a * unknown**2 + b * unknown + c)
    root = int(sympy.sqrt(b * b - 4 * a * c))
    roots = tuple(sorted({sympy.Rational(-b - root, 2 * a), sympy.Rational(-b + root, 2 * a)}))
    facts = {"sum": str(b), "product": str(c)}
    key = "factor_pair" if a == 1 and c != 0 else "factor_left"
    factors = [factor for factor, _ in sympy.factor_list(product)[1]]
    lines = r" \quad ".join(equation_tex(factor, sympy.Integer(0)) for factor in factors)
    return [
        Step(key, facts if key == "factor_pair" else {}, (equation_tex(product, sympy.Integer(0)),)),
        Step("zero_factor", {}, (lines,)),
    ], roots


def _by_formula(a: int, b: int, c: int, unknown: sympy.Symbol) -> tuple[list[Step], tuple[sympy.Expr, ...]]:
    discriminant = b * b - 4 * a * c
    numbers = rf"{_in_brackets(b)}^2 - 4 \times {_in_brackets(a)} \times {_in_brackets(c)}"
    line = rf"\Delta = b^2 - 4ac = {numbers} = {discriminant}"
    steps = [Step("discriminant", {"a": str(a), "b": str(b), "c": str(c)}, (line,))]
    if discriminant < 0:
        return [*steps, Step("negative_discriminant", {})], ()
    root = sympy.sqrt(discriminant)
    roots = tuple(sympy.expand((-b + sign * root) / (2 * a)) for sign in (-1, 1))
    numerator = rf"-({b}) \pm \sqrt{{{discriminant}}}" if b < 0 else rf"-{b} \pm \sqrt{{{discriminant}}}"
    steps.append(Step("root_formula", {}, (rf"{tex(unknown)} = \frac{{{numerator}}}{{2 \times {a}}}",)))
    return steps, roots


def _in_brackets(value: int) -> str:
    return f"({value})" if value < 0 else str(value)


def _check_roots(task: Equation, numbers: tuple[int, ...], roots: tuple[sympy.Expr, ...]) -> tuple[Step, ...]:
    """Fractions are put back; roots with a radical are put back by SymPy and by their sum and product."""
    a, b, c = numbers
    if not roots and b * b - 4 * a * c >= 0:
        raise CannotSolve("unverified")
    if all(root.is_Rational for root in roots):
        return tuple(put_back(task.statement, {task.unknown: fraction(root)}) for root in roots)
    difference = expression(task.statement.left) - expression(task.statement.right)
    unknown = symbol(task.unknown)
    for root in roots:
        if sympy.expand(sympy.expand(difference).xreplace({unknown: root})) != 0:
            raise CannotSolve("unverified")
    total, multiplied = sympy.expand(roots[0] + roots[1]), sympy.expand(roots[0] * roots[1])
    if (total, multiplied) != (sympy.Rational(-b, a), sympy.Rational(c, a)):
        raise CannotSolve("unverified")
    return (Step("check_vieta", {"sum": tex(total), "product": tex(multiplied)}),)


def _roots_answer(roots: tuple[sympy.Expr, ...], unknown: sympy.Symbol) -> Step:
    name = tex(unknown)
    match roots:
        case ():
            return Step("no_real_number", {})
        case (only,):
            return Step("answer", {"answer": f"{name}_1 = {name}_2 = {tex(only)}"})
        case _:
            shown = r",\quad ".join(
                f"{name}_{place} = {sum_tex(root.as_coeff_Add())}" for place, root in enumerate(roots, 1)
            )
            return Step("answer", {"answer": shown})
