"""The steps of one operation on two numbers, as a teacher writes them for fractions. Called by `arithmetic`."""

from fractions import Fraction
from math import gcd, lcm

from tutor.ai.embedded.formulas import decimal_text, number_tex, tree_tex
from tutor.ai.embedded.lesson import Step
from tutor.ai.embedded.tree import Call, Exact, Operation, Tree, evaluate

_KEYS = {"+": "add", "-": "subtract", "*": "multiply", "·": "multiply", "/": "divide", "÷": "divide", "^": "power"}


def explain(tree: Operation | Call, result: Exact, after: str) -> list[Step]:
    """The steps of one operation; `after` is the whole formula that remains."""
    rest = (f"= {after}",) if after else ()
    shown = tree_tex(result)
    if isinstance(tree, Call):
        return [Step("root", {"line": f"{tree_tex(tree)} = {shown}"}, rest)]
    left, right = evaluate(tree.left, {}), evaluate(tree.right, {})
    plain = (left.denominator == right.denominator == 1) or all(
        _shows_decimal(part) for part in (tree.left, tree.right)
    )
    if tree.sign in "/÷" and not result.decimal and result.value.denominator != 1:
        plain = False
    if plain or tree.sign == "^":
        return [Step(_KEYS[tree.sign], {"line": f"{tree_tex(tree)} = {shown}"}, rest)]
    if tree.sign in "+-":
        return _add_fractions(tree, left, right, rest)
    return _multiply_fractions(tree, left, right, rest)


def _shows_decimal(tree: Tree) -> bool:
    return isinstance(tree, Exact) and tree.decimal and decimal_text(tree.value) is not None


def _add_fractions(tree: Operation, left: Fraction, right: Fraction, rest: tuple[str, ...]) -> list[Step]:
    bottom = lcm(left.denominator, right.denominator)
    tops = [int(part * bottom) for part in (left, right)]
    total = tops[0] + tops[1] if tree.sign == "+" else tops[0] - tops[1]
    second = rf"\left({_over(tops[1], bottom)}\right)" if tops[1] < 0 else _over(tops[1], bottom)
    rewritten = f"{_over(tops[0], bottom)} {tree.sign} {second}"
    steps = []
    if left.denominator != right.denominator:
        facts = {"a": str(left.denominator), "b": str(right.denominator), "common": str(bottom)}
        steps.append(Step("common_bottom", facts, (f"{tree_tex(tree)} = {rewritten}",)))
    joined = rf"\frac{{{tops[0]} {tree.sign} {_signed(tops[1])}}}{{{bottom}}}"
    return [*steps, *_reduced("add_tops", f"{rewritten} = {joined} = {_over(total, bottom)}", total, bottom, rest)]


def _multiply_fractions(tree: Operation, left: Fraction, right: Fraction, rest: tuple[str, ...]) -> list[Step]:
    steps, factors = [], tree_tex(tree)
    if tree.sign in "/÷":
        right = 1 / right
        factors = rf"{number_tex(left)} \times {_signed_tex(right)}"
        steps.append(Step("flip", {}, (f"{tree_tex(tree)} = {factors}",)))
    top, bottom = left.numerator * right.numerator, left.denominator * right.denominator
    multiplied = (
        rf"\frac{{{left.numerator} \times {_signed(right.numerator)}}}{{{left.denominator} \times {right.denominator}}}"
    )
    line = f"{factors} = {multiplied} = {_over(top, bottom)}"
    return [*steps, *_reduced("multiply_fractions", line, top, bottom, rest)]


def _reduced(key: str, line: str, top: int, bottom: int, rest: tuple[str, ...]) -> list[Step]:
    """The step, and one that brings its fraction to lowest terms if that is needed."""
    common = gcd(top, bottom)
    if common == 1 or bottom == 1:
        return [Step(key, {}, (line,)), *_onward(rest)]
    lowest = f"{_over(top, bottom)} = {number_tex(Fraction(top, bottom))}"
    return [Step(key, {}, (line,)), Step("reduce", {"common": str(common)}, (lowest,)), *_onward(rest)]


def _onward(rest: tuple[str, ...]) -> list[Step]:
    return [Step("put_back", {}, rest)] if rest else []


def _over(top: int, bottom: int) -> str:
    if bottom == 1:
        return str(top)
    return rf"{'-' if top < 0 else ''}\frac{{{abs(top)}}}{{{bottom}}}"


def _signed(value: int) -> str:
    return f"({value})" if value < 0 else str(value)


def _signed_tex(value: Fraction) -> str:
    return rf"\left({number_tex(value)}\right)" if value < 0 else number_tex(value)
