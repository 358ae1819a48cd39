"""Equations, systems and inequalities: every kind of outcome in both languages, and random ones checked exactly."""

from collections.abc import Callable
from fractions import Fraction

import pytest
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tutor.ai.embedded.equations import solve
from tutor.ai.embedded.errors import CannotSolve
from tutor.ai.embedded.inequalities import numbers
from tutor.ai.embedded.inequalities import solve as solve_inequality
from tutor.ai.embedded.lesson import Equation, Inequality, Pair, Range, Roots, Solution, System
from tutor.ai.embedded.parser import parse
from tutor.ai.embedded.systems import solve as solve_system
from tutor.ai.embedded.tree import Relation, Statement

SolutionOf = Callable[[str], Solution]


def statement(text: str) -> Statement:
    found = parse(text)
    assert isinstance(found, Statement)
    return found


@pytest.mark.parametrize(
    ("question", "roots"),
    [
        ("Solve 3x + 7 = 22. Show your steps.", ["5"]),
        ("解方程：2(x－3)＝10，请写出解题步骤。", ["8"]),
        ("Solve x/2 + (x-1)/3 = 4", ["26/5"]),
        ("1/2 x + 0.25 = 1", ["3/2"]),
        ("求x的值：5-(2x-1)=x", ["2"]),
        ("solve 2y = 4 for y", ["2"]),
        ("find x: 2x+3=7", ["2"]),
        ("已知2x+3=7，求x", ["2"]),
        ("7 = x", ["7"]),
        ("0.2x-0.5=1.3", ["9"]),
        ("-x=3", ["-3"]),
        ("x^2-5x+6=0", ["2", "3"]),
        ("解方程 2x²=18", ["-3", "3"]),
        ("x^2 - 4x + 4 = 0", ["2"]),
        ("(x-1)(x+2)=0", ["-2", "1"]),
        ("x^2=5x", ["0", "5"]),
        ("6x^2+x-1=0", ["-1/2", "1/3"]),
        ("x^2 + x = x^2 + 3", ["3"]),
        ("x的平方等于9", ["-3", "3"]),
    ],
)
def test_equations_are_solved(question: str, roots: list[str], solution_of: SolutionOf) -> None:
    found = solution_of(question).result
    assert isinstance(found, Roots)
    assert [str(value) for value in found.values] == roots


def test_radical_roots_are_exact(solution_of: SolutionOf) -> None:
    found = solution_of("x^2+2x-1=0").result
    assert isinstance(found, Roots)
    assert set(found.values) == {-1 - sympy.sqrt(2), -1 + sympy.sqrt(2)}


@pytest.mark.parametrize(
    ("question", "key", "every"),
    [
        ("2x+3=2x+5", "no_number", False),
        ("2(x+1)=2x+2", "every_number", True),
        ("x^2+x+1=0", "no_real_number", False),
        ("x^2+4=0", "no_real_number", False),
    ],
)
def test_equations_without_a_single_answer_say_so(
    question: str, key: str, every: bool, solution_of: SolutionOf
) -> None:
    found = solution_of(question)
    assert found.answer.key == key
    assert found.result == Roots("x", (), every=every)


@pytest.mark.parametrize(
    "question", ["x^3=8", "1/x=2", "sqrt(x)=-2", "2^x=8", "x^2/x=0", "x+y=3", "sin(x)=1", "x^-1*x^2=0", "a x = b"]
)
def test_other_equations_are_refused(question: str, solution_of: SolutionOf) -> None:
    with pytest.raises(CannotSolve):
        solution_of(question)


def test_denominators_are_cleared_before_brackets_are_opened(solution_of: SolutionOf) -> None:
    keys = [step.key for step in solution_of("x/2+(x-1)/3=4").steps]
    assert keys == ["clear", "open", "collect", "move", "collect", "divide_unknown"]


_SMALL = st.integers(-30, 30)


@settings(max_examples=100, deadline=None)
@given(_SMALL, _SMALL, _SMALL, _SMALL, st.integers(1, 9))
def test_random_linear_equations_are_right(a: int, b: int, c: int, d: int, k: int) -> None:
    found = solve(Equation(statement(f"({a}x+{b})/{k}-({b}-x)={c}x+({d})"), "x")).result
    coefficient, constant = Fraction(a, k) + 1 - c, d - Fraction(b, k) + b
    assert isinstance(found, Roots)
    if coefficient:
        root = constant / coefficient
        assert [(value.p, value.q) for value in found.values] == [(root.numerator, root.denominator)]
    else:
        assert found == Roots("x", (), every=constant == 0)


@settings(max_examples=100, deadline=None)
@given(_SMALL, _SMALL, _SMALL)
def test_random_quadratic_equations_are_right(a: int, b: int, c: int) -> None:
    assume(a)
    found = solve(Equation(statement(f"{a}x^2+({b})x={-c}"), "x")).result
    assert isinstance(found, Roots)
    discriminant = b * b - 4 * a * c
    assert len(found.values) == (0 if discriminant < 0 else 1 if discriminant == 0 else 2)
    for root in found.values:
        assert abs(a * float(root) ** 2 + b * float(root) + c) < 1e-6 * (1 + abs(c) + abs(b) + abs(a)) * 100


@pytest.mark.parametrize(
    ("question", "values"),
    [
        ("解方程组 2x+3y=12, x-y=1", {"x": "3", "y": "2"}),
        ("x+y=5 and x-y=1", {"x": "3", "y": "2"}),
        ("x=2y；x+y=9", {"x": "6", "y": "3"}),
        ("2a+b=1\na-b=1/2", {"a": "1/2", "b": "0"}),
        ("x=4, x+2y=0", {"x": "4", "y": "-2"}),
        ("y=3和x+y=1", {"x": "-2", "y": "3"}),
        ("x/2+y/3=2, x-y=-1", {"x": "2", "y": "3"}),
    ],
)
def test_systems_are_solved(question: str, values: dict[str, str], solution_of: SolutionOf) -> None:
    assert solution_of(question).result == Pair({letter: Fraction(value) for letter, value in values.items()})


@pytest.mark.parametrize(
    ("question", "key"),
    [("x+y=1, 2x+2y=2", "many_pairs"), ("x+y=1, x+y=2", "no_pair"), ("y-x=1, 2y=2x+2", "many_pairs")],
)
def test_systems_without_a_single_pair_say_so(question: str, key: str, solution_of: SolutionOf) -> None:
    assert solution_of(question).answer.key == key


@pytest.mark.parametrize("question", ["x*y=1, x+y=2", "x+y=1, x+z=2", "x+y=1, x+y=2, x-y=3", "x+y=1, x-y<2"])
def test_other_systems_are_refused(question: str, solution_of: SolutionOf) -> None:
    with pytest.raises(CannotSolve):
        solution_of(question)


@settings(max_examples=60, deadline=None)
@given(_SMALL, _SMALL, _SMALL, _SMALL, _SMALL, _SMALL)
def test_random_systems_are_right(a: int, b: int, c: int, d: int, x: int, y: int) -> None:
    assume(a * d - b * c)
    rows = (statement(f"{a}x+({b})y={a * x + b * y}"), statement(f"{c}x+({d})y={c * x + d * y}"))
    assert solve_system(System(*rows, ("x", "y"))).result == Pair({"x": Fraction(x), "y": Fraction(y)})


@pytest.mark.parametrize(
    ("question", "relation", "edge"),
    [
        ("3-2x<7", ">", "-2"),
        ("解不等式 2(x-1)≥3x+4", "<=", "-6"),
        ("solve 2x+1 > 5", ">", "2"),
        ("5 >= x", "<=", "5"),
        ("x/2 <= 1/3", "<=", "2/3"),
        ("3x大于6", ">", "2"),
    ],
)
def test_inequalities_are_solved(question: str, relation: Relation, edge: str, solution_of: SolutionOf) -> None:
    assert solution_of(question).result == Range("x", numbers(relation, Fraction(edge)))


def test_the_turned_sign_is_explained(solution_of: SolutionOf) -> None:
    assert "divide_flip" in [step.key for step in solution_of("3-2x<7").steps]


@pytest.mark.parametrize(
    ("question", "key"), [("x<x+1", "every_number_inequality"), ("2x>2x+3", "no_number_inequality")]
)
def test_inequalities_that_always_or_never_hold_say_so(question: str, key: str, solution_of: SolutionOf) -> None:
    assert solution_of(question).answer.key == key


@pytest.mark.parametrize("question", ["x^2<4", "1<x<3", "1/x>2"])
def test_other_inequalities_are_refused(question: str, solution_of: SolutionOf) -> None:
    with pytest.raises(CannotSolve):
        solution_of(question)


@settings(max_examples=60, deadline=None)
@given(_SMALL, _SMALL, _SMALL, st.sampled_from(["<", "<=", ">", ">="]), _SMALL)
def test_random_inequalities_agree_with_any_number(a: int, b: int, c: int, relation: str, probe: int) -> None:
    found = solve_inequality(Inequality(statement(f"{a}x+({b}){relation}{c}+x"), "x")).result
    assert isinstance(found, Range)
    left, right = a * probe + b, c + probe
    holds = {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[relation]
    assert (sympy.Integer(probe) in found.numbers) is holds
