"""Derivatives by the rules of school, computed twice: by the rules shown and by SymPy. Called by `calculus`."""

from collections.abc import Iterator

import sympy

from tutor.ai.embedded.errors import CannotSolve
from tutor.ai.embedded.formulas import tex, tree_tex
from tutor.ai.embedded.lesson import Calculus, Form, Solution, Step
from tutor.ai.embedded.symbolic import equal
from tutor.ai.embedded.tree import bare

_MAX_STEPS = 14
_STANDARD = (sympy.sin, sympy.cos, sympy.tan, sympy.log)


def derivative(task: Calculus, given: sympy.Expr, variable: sympy.Symbol) -> Solution:
    steps = list(_rules(given, variable))
    result = _tidy(sympy.diff(given, variable))
    if len(steps) > _MAX_STEPS:
        raise CannotSolve("beyond")
    if not equal(_by_rules(given, variable), result):
        raise CannotSolve("unverified")
    problem = tree_tex(bare(task.tree))
    line = rf"\left({problem}\right)' = {tex(result)}"
    steps.append(Step("put_together", {}, (line,)))
    return Solution(
        kind="derivative",
        problem=(rf"\left({problem}\right)'",),
        steps=tuple(steps),
        checks=(),
        answer=Step("answer", {"answer": line}),
        result=Form("derivative", result, task.variable),
    )


def _rules(given: sympy.Expr, x: sympy.Symbol) -> Iterator[Step]:
    """One step a rule, outermost first."""
    if not given.has(x):
        yield Step("derivative_constant", {}, (_prime(given, sympy.Integer(0)),))
    elif given.is_Add:
        shown = " + ".join(rf"\left({tex(part)}\right)'" for part in given.as_ordered_terms())
        yield Step("derivative_sum", {}, (rf"\left({tex(given)}\right)' = {shown}",))
        for part in given.as_ordered_terms():
            yield from _rules(part, x)
    elif given.is_Mul:
        yield from _product_rules(given, x)
    else:
        yield from _chain(given, x)


def _product_rules(given: sympy.Expr, x: sympy.Symbol) -> Iterator[Step]:
    factor, rest = given.as_independent(x, as_Add=False)
    if factor != 1:
        yield Step("derivative_factor", {}, (rf"\left({tex(given)}\right)' = {tex(factor)} \left({tex(rest)}\right)'",))
        yield from _rules(rest, x)
        return
    top, bottom = given.as_numer_denom()
    quotient = bottom.has(x)
    u, v = (top, bottom) if quotient else given.as_two_terms()
    yield Step("derivative_quotient" if quotient else "derivative_product", {}, (rf"u = {tex(u)},\quad v = {tex(v)}",))
    yield from _rules(u, x)
    yield from _rules(v, x)


def _chain(given: sympy.Expr, x: sympy.Symbol) -> Iterator[Step]:
    """A standard function or power, of x or of something that depends on x."""
    inner, key = _inner(given, x)
    if inner == x:
        yield Step(key, {}, (_prime(given, sympy.diff(given, x)),))
        return
    outer = _outer(given, inner)
    line = rf"\left({tex(given)}\right)' = {tex(outer)} \cdot \left({tex(inner)}\right)'"
    yield Step("derivative_chain", {"inner": tex(inner)}, (line,))
    yield from _rules(inner, x)


def _inner(given: sympy.Expr, x: sympy.Symbol) -> tuple[sympy.Expr, str]:
    if given == x:
        return x, "derivative_power"
    if given.is_Pow and not given.exp.has(x):
        return given.base, "derivative_power"
    if isinstance(given, sympy.exp):
        return given.args[0], "derivative_exponential"
    if given.is_Pow and not given.base.has(x):
        return given.exp, "derivative_exponential"
    if isinstance(given, _STANDARD):
        return given.args[0], "derivative_standard"
    raise CannotSolve("beyond")


def _outer(given: sympy.Expr, inner: sympy.Expr) -> sympy.Expr:
    """The derivative by the inner function, written with it."""
    dummy = sympy.Dummy(real=True)
    return sympy.diff(given.xreplace({inner: dummy}), dummy).xreplace({dummy: inner})


def _by_rules(given: sympy.Expr, x: sympy.Symbol) -> sympy.Expr:
    """The derivative once more, by the rules of the steps and not by SymPy's own."""
    if not given.has(x):
        return sympy.Integer(0)
    if given == x:
        return sympy.Integer(1)
    if given.is_Add:
        return sympy.Add(*(_by_rules(part, x) for part in given.args))
    if given.is_Mul:
        u, v = given.as_two_terms()
        return _by_rules(u, x) * v + u * _by_rules(v, x)
    inner, _ = _inner(given, x)
    if inner == x:
        return _standard(given, x)
    return _standard(given, inner) * _by_rules(inner, x)


def _standard(given: sympy.Expr, inner: sympy.Expr) -> sympy.Expr:  # noqa: PLR0911  # one case a kind
    if given.is_Pow and given.base == inner:
        return given.exp * inner ** (given.exp - 1)
    if given.is_Pow:
        return given * sympy.log(given.base)
    match given:
        case sympy.exp():
            return given
        case sympy.sin():
            return sympy.cos(inner)
        case sympy.cos():
            return -sympy.sin(inner)
        case sympy.tan():
            return 1 / sympy.cos(inner) ** 2
        case _:
            return 1 / inner


def _prime(given: sympy.Expr, result: sympy.Expr) -> str:
    return rf"\left({tex(given)}\right)' = {tex(result)}"


def _tidy(value: sympy.Expr) -> sympy.Expr:
    """A polynomial multiplied out and a quotient on one fraction stroke, where that is shorter."""
    if value.is_polynomial():
        return min(sympy.expand(value), value, key=lambda form: len(tex(form)))
    if sympy.together(value).as_numer_denom()[1] == 1:
        return value
    return min(value, sympy.factor(sympy.together(value)), key=lambda form: len(tex(form)))
