"""Sums are right, exact, and worked step by step."""

from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.ai.embedded import board
from tutor.ai.embedded.arithmetic import solve
from tutor.ai.embedded.errors import CannotSolve
from tutor.ai.embedded.lesson import Arithmetic, Solution, Value
from tutor.ai.embedded.parser import parse_expression

SolutionOf = Callable[[str], Solution]


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("3/4+2/5", "23/20"),
        ("计算 2+3×(4-1)²÷3", "11"),
        ("1 3/4 - 0.5 ÷ 25%", "-1/4"),
        ("-2/3 ÷ (-4/9) - 1", "1/2"),
        ("12的25%是多少", "3"),
        ("what is 25% of 12?", "3"),
        ("3/4 of 12", "9"),
        ("百分之二十加四分之三等于多少", "19/20"),
        ("二加三等于几", "5"),
        ("what is 3 plus 4 times 2", "11"),
        ("0.1+0.2=?", "3/10"),
        ("7÷2", "7/2"),
        ("6/8", "3/4"),
        ("1¾×2", "7/2"),
        ("5的平方加根号16", "29"),
        ("-(2-5)", "3"),
        ("1/3÷3", "1/9"),
        ("2-3", "-1"),
        ("10%", "1/10"),
        ("(1+2)*(3+4)-(5-6)", "22"),
        ("1,234 + 1", "1235"),
        ("3 is what percent of 12", "1/4"),
        ("what percent of 12 is 3?", "1/4"),
        ("3是12的百分之几？", "1/4"),
    ],
)
def test_the_value_is_right(question: str, value: str, solution_of: SolutionOf) -> None:
    assert solution_of(question).result == Value(Fraction(value))


def test_fractions_are_brought_to_a_common_bottom_first(solution_of: SolutionOf) -> None:
    keys = [step.key for step in solution_of("5/6-1/3").steps]
    assert keys == ["common_bottom", "add_tops", "reduce"]


def test_brackets_come_before_powers_before_products(solution_of: SolutionOf) -> None:
    keys = [step.key for step in solution_of("2+3*(4-1)^2").steps]
    assert keys == ["subtract", "power", "multiply", "add"]


def test_the_answer_shows_the_useful_forms(solution_of: SolutionOf) -> None:
    assert solution_of("3/4+2/5").answer.facts["answer"].endswith(r"= \frac{23}{20} = 1\frac{3}{20} = 1.15")


def test_division_by_zero_has_its_own_reason(solution_of: SolutionOf) -> None:
    with pytest.raises(CannotSolve) as caught:
        solution_of("5/(3-3)")
    assert caught.value.reason == "zero_division"


def test_long_sums_are_refused(solution_of: SolutionOf) -> None:
    with pytest.raises(CannotSolve):
        solution_of("+".join("1" * 40))


_NUMBERS = st.one_of(
    st.integers(0, 60).map(lambda n: (str(n), Fraction(n))),
    st.integers(1, 400).map(lambda n: (f"{n // 10}.{n % 10}", Fraction(n, 10))),
    st.tuples(st.integers(1, 12), st.integers(2, 12)).map(lambda f: (f"({f[0]}/{f[1]})", Fraction(*f))),
)


def _join(pair: tuple[tuple[str, Fraction], str, tuple[str, Fraction]]) -> tuple[str, Fraction]:
    (left, a), sign, (right, b) = pair
    if sign == "÷" and b == 0:
        sign = "+"
    value = {"+": a + b, "-": a - b, "*": a * b}.get(sign)
    return f"({left}{sign}{right})", a / b if value is None else value


_SUMS = st.recursive(_NUMBERS, lambda inner: st.tuples(inner, st.sampled_from("+-*÷"), inner).map(_join), max_leaves=6)


@settings(max_examples=150, deadline=None)
@given(_SUMS)
def test_random_sums_are_right_and_can_be_shown(made: tuple[str, Fraction]) -> None:
    text, value = made
    found = solve(Arithmetic(parse_expression(text)))
    assert found.result == Value(value)
    assert board.worked(found, "zh")
