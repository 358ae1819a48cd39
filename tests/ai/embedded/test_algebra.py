"""Polynomials, derivatives, integrals and chemical equations."""

from collections.abc import Callable

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.ai.embedded.chemistry import count_atoms
from tutor.ai.embedded.errors import CannotSolve
from tutor.ai.embedded.lesson import Balance, Form, Solution
from tutor.ai.embedded.parser import parse_expression
from tutor.ai.embedded.symbolic import expression, unfold

SolutionOf = Callable[[str], Solution]


def form(solution: Solution) -> str:
    assert isinstance(solution.result, Form)
    return str(solution.result.expression)


@pytest.mark.parametrize(
    ("question", "result"),
    [
        ("expand (x+2)^2", "x**2 + 4*x + 4"),
        ("展开 (x+1)(x-1)", "x**2 - 1"),
        ("expand and simplify (x+1)(x+2)-x", "x**2 + 2*x + 2"),
        ("因式分解 2x^2-8", "2*(x - 2)*(x + 2)"),
        ("分解因式：x²+4x+4", "(x + 2)**2"),
        ("factor x^2-5x+6", "(x - 3)*(x - 2)"),
        ("Factorise 3ab+6a", "3*a*(b + 2)"),
        ("factor x^2+1", "x**2 + 1"),
        ("factor -x^2+4", "-(x - 2)*(x + 2)"),
        ("化简 3(2a-b)-2(a+3b)", "4*a - 9*b"),
        ("Simplify 2(a+b)-a", "a + 2*b"),
        ("3x+2x", "5*x"),
        ("合并同类项 2ab+3ab-b", "5*a*b - b"),
        ("x-x+1", "1"),
    ],
)
def test_polynomials_are_brought_to_the_wanted_form(question: str, result: str, solution_of: SolutionOf) -> None:
    assert form(solution_of(question)) == result


@pytest.mark.parametrize(
    ("question", "key"),
    [
        ("expand (x+2)^2", "square_of_sum"),
        ("expand (x-2)^2", "square_of_difference"),
        ("expand (x-2)(x+2)", "sum_times_difference"),
        ("factor x^2-9", "difference_of_squares"),
        ("factor x^2-6x+9", "perfect_square"),
        ("factor x^2-x-6", "cross_method"),
        ("factor x^2+1", "irreducible"),
        ("factor 2x+4", "common_factor"),
    ],
)
def test_the_rule_is_named(question: str, key: str, solution_of: SolutionOf) -> None:
    assert solution_of(question).steps[0].key == key


@pytest.mark.parametrize(
    "question", ["expand (x+1)^40", "expand (a+b+c+d)^8", "simplify 1/x+1/y", "factor sin(x)", "factor 12", "xy"]
)
def test_other_expressions_are_refused(question: str, solution_of: SolutionOf) -> None:
    with pytest.raises(CannotSolve):
        solution_of(question)


_TERM = st.tuples(st.integers(-9, 9), st.integers(0, 3)).map(lambda t: f"({t[0]})x^{t[1]}")
_SUM = st.lists(_TERM, min_size=1, max_size=3).map(lambda terms: f"({'+'.join(terms)})")


@settings(max_examples=60, deadline=None)
@given(_SUM, _SUM)
def test_multiplying_out_keeps_the_value(one: str, two: str) -> None:
    tree = parse_expression(f"{one}*{two}-{one}")
    assert sympy.expand(sympy.Add(*unfold(tree)) - expression(tree)) == 0


@pytest.mark.parametrize(
    ("question", "result"),
    [
        ("differentiate x^3*sin(x)", "x**3*cos(x) + 3*x**2*sin(x)"),
        ("求导 ln(x^2+1)", "2*x/(x**2 + 1)"),
        ("f(x)=e^(2x)/x, 求导数", "(2*x - 1)*exp(2*x)/x**2"),
        ("derivative of 3x^2+2x-5", "6*x + 2"),
        ("d/dx (5)", "0"),
        ("(x^2+1)'", "2*x"),
        ("y=cos(2x) 的导数", "-2*sin(2*x)"),
        ("find the derivative of sqrt(t) with respect to t", "1/(2*sqrt(t))"),
        ("differentiate 2^x", "2**x*log(2)"),
        ("differentiate x", "1"),
        ("integrate x*cos(x)", "x*sin(x) + cos(x)"),
        ("∫ x^2 + 1/x dx", "x**3/3 + log(Abs(x))"),
        ("求不定积分 (2x+1)^5", "(2*x + 1)**6/12"),
        ("integral of x^2*e^x", "x**2*exp(x) - 2*x*exp(x) + 2*exp(x)"),
        ("integrate 5", "5*x"),
    ],
)
def test_calculus_is_right(question: str, result: str, solution_of: SolutionOf) -> None:
    assert form(solution_of(question)) == result


@pytest.mark.parametrize(
    "question", ["integrate e^(x^2)", "differentiate x^x", "differentiate xy", "integrate sin(x)/x", "求导"]
)
def test_other_calculus_is_refused(question: str, solution_of: SolutionOf) -> None:
    with pytest.raises(CannotSolve):
        solution_of(question)


@pytest.mark.parametrize(
    ("question", "coefficients"),
    [
        ("配平 H2+O2=H2O", [2, 1, 2]),
        ("Fe+O2->Fe3O4", [3, 2, 1]),
        ("balance KMnO4 + HCl = KCl + MnCl2 + Cl2 + H2O", [2, 16, 2, 2, 5, 8]),
        ("Al + H₂SO₄ → Al₂(SO₄)₃ + H₂↑", [2, 3, 1, 3]),
        ("配平化学方程式：C2H5OH + O2 = CO2 + H2O", [1, 3, 2, 3]),
        ("balance C + O2 = CO", [2, 1, 2]),
        ("2H2+O2=2H2O", [2, 1, 2]),
    ],
)
def test_reactions_are_balanced(question: str, coefficients: list[int], solution_of: SolutionOf) -> None:
    found = solution_of(question).result
    assert isinstance(found, Balance)
    assert list(found.coefficients.values()) == coefficients


@pytest.mark.parametrize(
    "question", ["H2+O2=CO2", "配平 Xx2+O2=XxO", "balance H2O=H2O", "H2O2+KMnO4+H2SO4=K2SO4+MnSO4+O2+H2O+CO2"]
)
def test_reactions_that_cannot_be_balanced_are_refused(question: str, solution_of: SolutionOf) -> None:
    with pytest.raises(CannotSolve):
        solution_of(question)


def test_atoms_in_brackets_are_multiplied() -> None:
    assert count_atoms("Al2(SO4)3") == {"Al": 2, "S": 3, "O": 12}
