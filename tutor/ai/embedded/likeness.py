"""Finds a problem like the student's, with other numbers, for the level of the example. Called by `dialogue`."""

from collections.abc import Callable, Mapping
from contextlib import suppress

from tutor.ai.embedded.errors import CannotSolve
from tutor.ai.embedded.lesson import Solution, Term
from tutor.ai.embedded.reader import Reader
from tutor.ai.embedded.solver import solve

_EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "arithmetic": ("(14-6)*3+5", "48÷(2+4)-3", "2.4*5-1.5", "7*6-18÷2", "3^2+4*6"),
    "fractions": ("1/6+3/4", "5/6-1/4", "2/3*9/8", "3/5÷9/10", "1 1/2+2/3", "(1/2+1/3)*6/7"),
    "percent": ("18 is what percent of 45", "7 is what percent of 56"),
    "linear": ("3(x-4)=15", "5x-3=2x+12", "x/4+(x-2)/3=4", "7x=42", "x+13=27", "4(x+1)-x=19", "9-2x=3"),
    "quadratic": (
        "x^2-9x+20=0",
        "x^2-31x+220=0",
        "x^2+2x-15=0",
        "3x^2=48",
        "x^2=7x",
        "2x^2-9x+4=0",
        "x^2+4x-1=0",
        "x^2+x+3=0",
    ),
    "system": (
        "2x+y=11, x-y=4",
        "3x+2y=16, x=y+2",
        "x+y=20, x-y=6",
        "2x+y=40, x-y=-1",
        "3x-y=50, x+y=30",
        "2x+3y=13, 3x-2y=13",
    ),
    "inequality": ("5-3x<14", "4x-7>=9", "2(x+3)<=x+10", "x/3>5"),
    "expand": ("(x+7)^2", "(x-6)^2", "(x+5)(x-5)", "(2x+1)(x-4)", "4(x-3)"),
    "factor": ("x^2-49", "x^2+10x+25", "x^2-9x+14", "6x^2+9x", "5x^2-45", "6ab-9a"),
    "simplify": ("5(2a-b)-3(a-4b)", "7x-2(x+3)", "4ab+5ab-2b"),
    "derivative": ("x^5-4x", "x^4*cos(x)", "sin(x)/x^3", "sin(6x)", "e^(5x)", "ln(x^3+2)", "8x^4", "(3x+7)^4"),
    "integral": ("4x^3", "6x^2+5", "x*sin(x)", "(4x+3)^3", "e^(6x)", "cos(7x)", "7/x"),
    "balance": ("Al+O2=Al2O3", "N2+H2=NH3", "CH4+O2=CO2+H2O", "P+O2=P2O5"),
}


def alike(reader: Reader, solution: Solution, reveals: Callable[[Solution], bool]) -> Solution | None:
    """A worked problem of the same kind, with as many of the same steps as there are.

    One that `reveals` anything of the student's own is passed over.
    """
    found: list[Solution] = []
    for text in _EXAMPLES[solution.kind]:
        with suppress(CannotSolve):
            task = reader.read(text if solution.kind not in _GOALS else f"{_GOALS[solution.kind]} {text}")
            if not isinstance(task, Term):
                found.append(solve(task))
    own = {step.key for step in solution.steps}
    ranked = sorted(found, key=lambda one: len(own ^ {step.key for step in one.steps}))
    return next((one for one in ranked if one.problem != solution.problem and not reveals(one)), None)


_GOALS: Mapping[str, str] = {
    "expand": "expand", "factor": "factor", "simplify": "simplify", "derivative": "differentiate",
    "integral": "integrate", "balance": "balance",
}  # fmt: skip
