"""Derivatives by the rules of school, integrals through SymPy's manual integration; each is checked by the other way."""

from collections.abc import Iterator

import sympy
from sympy.integrals import manualintegrate

from tutor.ai.embedded.errors import CannotSolve
from tutor.ai.embedded.formulas import tex, tree_tex
from tutor.ai.embedded.lesson import Calculus, Form, Solution, Step
from tutor.ai.embedded.symbolic import expression, symbol

_MAX_SIZE = 40
_MAX_STEPS = 14
_STANDARD = (sympy.sin, sympy.cos, sympy.tan, sympy.log)
_INTEGRAL_RULES = {
    "ConstantRule": "integral_constant",
    "ConstantTimesRule": "integral_factor",
    "AddRule": "integral_sum",
    "PowerRule": "integral_power",
    "NestedPowRule": "integral_power",
    "ReciprocalRule": "integral_reciprocal",
    "ExpRule": "integral_exponential",
    "SinRule": "integral_sine",
    "CosRule": "integral_cosine",
    "Sec2Rule": "integral_standard",
    "Csc2Rule": "integral_standard",
    "ArctanRule": "integral_standard",
    "ArcsinRule": "integral_standard",
    "URule": "integral_substitution",
    "PartsRule": "integral_parts",
    "CyclicPartsRule": "integral_parts",
    "RewriteRule": "integral_rewrite",
    "AlternativeRule": "",
}


def solve(task: Calculus) -> Solution:
    """The worked derivative or indefinite integral. Raises CannotSolve when no rule of school applies."""
    given = expression(task.tree)
    variable = symbol(task.variable)
    if given.free_symbols - {variable} or sum(1 for _ in sympy.preorder_traversal(given)) > _MAX_SIZE:
        raise CannotSolve("beyond")
    return _derivative(task, given, variable) if task.goal == "derivative" else _integral(task, given, variable)


# ---- derivatives ---------------------------------------------------------------------------------------------------


def _derivative(task: Calculus, given: sympy.Expr, variable: sympy.Symbol) -> Solution:
    steps = list(_rules(given, variable))
    result = _tidy(sympy.diff(given, variable))
    if len(steps) > _MAX_STEPS or not _equal(_by_rules(given, variable), result):
        raise CannotSolve("unverified")
    problem = tree_tex(task.tree)
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


def _tidy(value: sympy.Expr) -> sympy.Expr:
    """The shorter of the plain and the collected form."""
    return min(value, sympy.factor_terms(value), key=lambda form: (sympy.count_ops(form), len(tex(form))))


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


def _standard(given: sympy.Expr, inner: sympy.Expr) -> sympy.Expr:
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


def _equal(one: sympy.Expr, two: sympy.Expr) -> bool:
    return bool(sympy.expand(one - two) == 0 or sympy.simplify(one - two) == 0)


# ---- integrals -----------------------------------------------------------------------------------------------------


def _integral(task: Calculus, given: sympy.Expr, variable: sympy.Symbol) -> Solution:
    rule = manualintegrate.integral_steps(given, variable)
    if rule.contains_dont_know():
        raise CannotSolve("beyond")
    steps = list(_walk(rule))
    result = _absolute_logs(_tidy(rule.eval()), variable)
    if len(steps) > _MAX_STEPS or not _equal(sympy.diff(result, variable), given):
        raise CannotSolve("unverified")
    problem = rf"\int {_integrand(given)} \,\mathrm{{d}}{task.variable}"
    line = f"{problem} = {tex(result)} + C"
    steps.append(Step("put_together", {}, (line,)))
    return Solution(
        kind="integral",
        problem=(problem,),
        steps=tuple(steps),
        checks=(Step("check_derivative", {"line": rf"\left({tex(result)}\right)' = {tex(given)}"}),),
        answer=Step("answer", {"answer": line}),
        result=Form("integral", result, task.variable),
    )


def _integrand(given: sympy.Expr) -> str:
    return rf"\left({tex(given)}\right)" if given.is_Add else tex(given)


def _walk(rule: manualintegrate.Rule) -> Iterator[Step]:
    """SymPy's rules in our words, outermost first. Raises CannotSolve for rules that are not taught at school."""
    name = type(rule).__name__
    key = _INTEGRAL_RULES.get(name)
    if key is None:
        raise CannotSolve("beyond")
    if key:
        yield Step(key, _facts(rule), (_line(rule),))
    match rule:
        case manualintegrate.AlternativeRule():
            yield from _walk(rule.alternatives[0])
        case manualintegrate.AddRule():
            for part in rule.substeps:
                yield from _walk(part)
        case manualintegrate.PartsRule():
            yield from _walk(rule.v_step)
            yield from _walk(rule.second_step)
        case manualintegrate.CyclicPartsRule():
            raise CannotSolve("beyond")
        case manualintegrate.ConstantTimesRule() | manualintegrate.URule() | manualintegrate.RewriteRule():
            yield from _walk(rule.substep)
        case _:
            pass


def _facts(rule: manualintegrate.Rule) -> dict[str, str]:
    match rule:
        case manualintegrate.URule():
            return {"u": tex(rule.u_var), "inner": tex(rule.u_func)}
        case manualintegrate.PartsRule():
            return {"u": tex(rule.u), "dv": tex(rule.dv)}
        case _:
            return {}


def _line(rule: manualintegrate.Rule) -> str:
    """The integral of this rule and what it becomes."""
    start = rf"\int {_integrand(rule.integrand)} \,\mathrm{{d}}{tex(rule.variable)}"
    match rule:
        case manualintegrate.AddRule():
            return f"{start} = " + " + ".join(_bare_integral(part) for part in rule.substeps)
        case manualintegrate.ConstantTimesRule():
            return rf"{start} = {tex(rule.constant)} {_bare_integral(rule.substep)}"
        case manualintegrate.URule() | manualintegrate.RewriteRule():
            return f"{start} = {_bare_integral(rule.substep)}"
        case manualintegrate.PartsRule():
            v = rule.v_step.eval()
            return rf"{start} = {tex(rule.u * v)} - {_bare_integral(rule.second_step)}"
        case _:
            return f"{start} = {tex(rule.eval())}"


def _bare_integral(rule: manualintegrate.Rule) -> str:
    return rf"\int {_integrand(rule.integrand)} \,\mathrm{{d}}{tex(rule.variable)}"


def _absolute_logs(value: sympy.Expr, variable: sympy.Symbol) -> sympy.Expr:
    """ln of something that can be negative becomes ln of its absolute value, as school writes it."""
    logs = [log for log in value.atoms(sympy.log) if log.args[0].has(variable) and not log.args[0].is_positive]
    return value.xreplace({log: sympy.log(sympy.Abs(log.args[0])) for log in logs})
