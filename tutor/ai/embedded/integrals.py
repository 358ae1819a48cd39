"""Indefinite integrals through SymPy's manual integration, checked by differentiating. Called by `calculus`."""

from collections.abc import Iterator
from contextlib import suppress

import sympy
from sympy.integrals import manualintegrate

from tutor.ai.embedded.errors import CannotSolve
from tutor.ai.embedded.formulas import tex
from tutor.ai.embedded.lesson import Calculus, Form, Solution, Step
from tutor.ai.embedded.symbolic import equal

_MAX_STEPS = 14
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


def integral(task: Calculus, given: sympy.Expr, variable: sympy.Symbol) -> Solution:
    rule = manualintegrate.integral_steps(given, variable)
    if rule.contains_dont_know():
        raise CannotSolve("beyond")
    steps: list[Step] = []
    for step in _walk(rule):  # the same small integral can occur twice
        steps += [step] if step not in steps else []
    found = rule.eval()
    if len(steps) > _MAX_STEPS:
        raise CannotSolve("beyond")
    if not equal(sympy.diff(found, variable), given):
        raise CannotSolve("unverified")
    result = found if given.has(sympy.log) else _absolute_logs(found, variable)  # a given ln x says that x > 0
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
    if isinstance(rule, manualintegrate.URule | manualintegrate.PartsRule) and isinstance(rule.variable, sympy.Dummy):
        raise CannotSolve("beyond")  # a second u inside the first would confuse more than it explains
    name = type(rule).__name__
    key = _INTEGRAL_RULES.get(name)
    if key is None:
        raise CannotSolve("beyond")
    if key:
        yield Step(key, _facts(rule), (_line(rule),))
    match rule:
        case manualintegrate.AlternativeRule():
            yield from _walk(_teachable(rule))
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


def _teachable(rule: manualintegrate.AlternativeRule) -> manualintegrate.Rule:
    """The first way that can be shown with the rules of school. Raises CannotSolve when there is none."""
    for way in rule.alternatives:
        with suppress(CannotSolve):
            list(_walk(way))
            return way
    raise CannotSolve("beyond")


def _facts(rule: manualintegrate.Rule) -> dict[str, str]:
    match rule:
        case manualintegrate.URule():
            return {"u": tex(rule.u_var), "inner": tex(rule.u_func)}
        case manualintegrate.PartsRule():
            return {"u": tex(rule.u), "dv": tex(rule.dv), "variable": tex(rule.variable)}
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
            return f"{start} = {tex(_absolute_logs(rule.eval(), rule.variable))}"


def _bare_integral(rule: manualintegrate.Rule) -> str:
    return rf"\int {_integrand(rule.integrand)} \,\mathrm{{d}}{tex(rule.variable)}"


def _absolute_logs(value: sympy.Expr, variable: sympy.Symbol) -> sympy.Expr:
    """Ln of something that can be negative becomes ln of its absolute value, as school writes it."""
    logs = [log for log in value.atoms(sympy.log) if log.args[0].has(variable) and not log.args[0].is_positive]
    return value.xreplace({log: sympy.log(sympy.Abs(log.args[0])) for log in logs})
