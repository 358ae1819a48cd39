"""The parser keeps the student's form and refuses what is ambiguous, foreign or too large."""

from contextlib import suppress
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.ai.embedded.errors import CannotSolve
from tutor.ai.embedded.formulas import statement_tex, tree_tex
from tutor.ai.embedded.parser import parse, parse_expression
from tutor.ai.embedded.tree import Statement, Tree, evaluate


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2+3*4", "14"),
        ("-3^2", "-9"),
        ("(-3)^2", "9"),
        ("2^3^2", "512"),
        ("1 3/4", "7/4"),
        ("-1 3/4", "-7/4"),
        ("50%", "1/2"),
        ("8÷2÷2", "2"),
        ("7-2-1", "4"),
        ("2(3+4)", "14"),
        ("[1+(2+3)]*2", "12"),
        ("3 - -2", "5"),
        ("sqrt(16)+sqrt 9", "7"),
        ("2^-2", "1/4"),
    ],
)
def test_expressions_have_their_value(text: str, value: str) -> None:
    assert evaluate(parse_expression(text), {}) == Fraction(value)


@pytest.mark.parametrize("text", ["1/2(x+1)", "x/2y", "x2", "2 3", "1 5/3", "2÷3x"])
def test_ambiguous_formulas_are_refused(text: str) -> None:
    with pytest.raises(CannotSolve) as caught:
        parse(text)
    assert caught.value.reason == "ambiguous"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "+",
        "2+",
        "(1",
        "1)",
        "x==2",
        "2=3=4",
        "f(x)",
        "a.b",
        "1e400",
        "x!",
        "__import__('os')",
        "9" * 30,
        "(" * 200 + "1" + ")" * 200,
    ],
)
def test_what_is_no_formula_is_refused(text: str) -> None:
    with pytest.raises(CannotSolve):
        parse(text)


@pytest.mark.parametrize(
    "text", ["9^9^9", "10^(10^10)", "2^65", "0^0", "1/0", "99999999999999999999^64", "sqrt 2", "(0-4)^(1/2)"]
)
def test_values_beyond_school_are_refused(text: str) -> None:
    with pytest.raises(CannotSolve):
        evaluate(parse_expression(text), {})


@pytest.mark.parametrize(
    ("text", "tex"),
    [
        ("2(x-3)", r"2 \left(x - 3\right)"),
        ("3/4+1/2", r"\frac{3}{4} + \frac{1}{2}"),
        ("(x+1)/2", r"\frac{x + 1}{2}"),
        ("2*3", r"2 \times 3"),
        ("sqrt(x+1)", r"\sqrt{x + 1}"),
        ("1 3/4", r"1\frac{3}{4}"),
    ],
)
def test_formulas_are_shown_as_written(text: str, tex: str) -> None:
    assert tree_tex(parse_expression(text)) == tex


def test_a_relation_makes_a_statement() -> None:
    found = parse("2x+1 >= 3")
    assert isinstance(found, Statement)
    assert found.relation == ">="


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="0123456789.+-*/÷^()[]%=<>xyesincoqrtp ", max_size=60))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    with suppress(CannotSolve):
        assert tree_tex_of(parse(text))


def tree_tex_of(found: Tree | Statement) -> str:
    return statement_tex(found) if isinstance(found, Statement) else tree_tex(found)
