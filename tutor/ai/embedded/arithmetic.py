"""Sums with whole numbers, decimals, fractions, mixed numbers, percent and brackets, one operation a step."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm

from tutor.ai.embedded.errors import CannotSolve
from tutor.ai.embedded.formulas import decimal_text, number_tex, tree_tex, value_tex
from tutor.ai.embedded.lesson import Arithmetic, PercentOf, Slip, Solution, Step, Value
from tutor.ai.embedded.symbolic import expression, rational
from tutor.ai.embedded.tree import (
    Call,
    Exact,
    Group,
    Mixed,
    Negative,
    Number,
    Operation,
    Percent,
    Tree,
    compute,
    evaluate,
    root,
    walk,
)

_MAX_OPERATIONS = 24
_RANK = {"+": 1, "-": 1, "*": 2, "·": 2, "/": 2, "÷": 2, "^": 3}
_KEYS = {"+": "add", "-": "subtract", "*": "multiply", "·": "multiply", "/": "divide", "÷": "divide", "^": "power"}


def solve(task: Arithmetic) -> Solution:
    """The worked sum. Raises CannotSolve when a value is no fraction, or too long."""
    value = evaluate(task.tree, {})
    operations = sum(isinstance(node, Operation | Call) for node in walk(task.tree))
    if operations > _MAX_OPERATIONS:
        raise CannotSolve("beyond")
    decimal = not _has_fractions(task.tree)
    steps, reached = _work(task.tree, decimal=decimal)
    if reached != value or expression(task.tree) != rational(value):
        raise CannotSolve("unverified")
    shown = value_tex(value, decimal=decimal)
    problem = tree_tex(task.tree)
    return Solution(
        kind="fractions" if not decimal else "arithmetic",
        problem=(problem,),
        steps=tuple(steps),
        checks=(),
        answer=Step("answer", {"answer": f"{problem} = {shown}"}),
        result=Value(value),
        slips=_slips(task.tree),
    )


def percent_of(task: PercentOf) -> Solution:
    """What percent one number is of another."""
    part, whole = evaluate(task.part, {}), evaluate(task.whole, {})
    if whole == 0:
        raise CannotSolve("zero_division")
    share = part / whole
    percent = share * 100
    ending = decimal_text(percent)
    shown = rf"{ending or number_tex(percent)}\%"
    a, b = tree_tex(task.part), tree_tex(task.whole)
    if percent * whole / 100 != part:
        raise CannotSolve("unverified")
    return Solution(
        kind="percent",
        problem=(rf"{a} = \;?\% \times {b}",),
        steps=(
            Step("percent_divide", {"part": a, "whole": b}, (rf"{a} \div {b} = {value_tex(share, decimal=True)}",)),
            Step("percent_hundred", {}, (rf"{number_tex(share)} \times 100\% = {shown}",)),
        ),
        checks=(Step("check_percent", {"line": rf"{b} \times {shown} = {a}"}),),
        answer=Step("answer", {"answer": shown}),
        result=Value(share),
    )


def _has_fractions(tree: Tree) -> bool:
    return any(isinstance(node, Mixed) or _is_literal_fraction(node) for node in walk(tree))


def _is_literal_fraction(tree: Tree) -> bool:
    """3/4 with the stroke, two whole numbers; 3 ÷ 4 stays an operation."""
    match tree:
        case Operation("/", Number(top), Number(bottom)):
            return top.isdigit() and bottom.isdigit() and int(bottom) != 0
        case _:
            return False


def _work(tree: Tree, *, decimal: bool) -> tuple[list[Step], Fraction]:
    """All steps, and the number they end at."""
    steps: list[Step] = []
    working = _read_numbers(tree, decimal=decimal)
    if tree_tex(working) != tree_tex(tree) and not _only_brackets(tree):
        steps.append(Step("decimals" if decimal else "lowest", {}, (f"{tree_tex(tree)} = {tree_tex(working)}",)))
    while not isinstance(working, Exact):
        place = max(_ready(working, 0), key=lambda found: found.rank, default=None)
        if place is None:
            raise CannotSolve("beyond")
        value = _value(place.tree)
        result = Exact(value, decimal)
        working = _replace(working, place.tree, result)
        after = "" if isinstance(working, Exact) else tree_tex(working)
        steps += _explain(place.tree, result, after)
    if not steps:
        steps.append(Step("nothing", {}, (tree_tex(tree),)))
    return steps, working.value


def _only_brackets(tree: Tree) -> bool:
    return not any(isinstance(node, Mixed | Percent) or _is_literal_fraction(node) for node in walk(tree))


def _read_numbers(tree: Tree, *, decimal: bool) -> Tree:
    """The tree with its literals as exact numbers: percent, mixed numbers and fractions are read here."""
    match tree:
        case Number() | Mixed():
            return Exact(tree.value, decimal)
        case Percent(Number() | Mixed() as inner):
            return Exact(inner.value / 100, decimal)
        case Operation() if _is_literal_fraction(tree):
            return Exact(evaluate(tree, {}), decimal)
        case Operation(sign, left, right):
            return Operation(sign, _read_numbers(left, decimal=decimal), _read_numbers(right, decimal=decimal))
        case Group(inner):
            return _ungroup(_read_numbers(inner, decimal=decimal))
        case Negative(inner):
            return _negate(_read_numbers(inner, decimal=decimal), decimal=decimal)
        case Percent(inner):
            hundred = Exact(Fraction(1, 100), decimal)
            return Operation("*", _read_numbers(inner, decimal=decimal), hundred)
        case Call(function, argument):
            return Call(function, _read_numbers(argument, decimal=decimal))
        case _:
            raise CannotSolve("beyond")


def _ungroup(inner: Tree) -> Tree:
    return inner if isinstance(inner, Exact) else Group(inner)


def _negate(inner: Tree, *, decimal: bool) -> Tree:
    return Exact(-inner.value, decimal) if isinstance(inner, Exact) else Negative(inner)


@dataclass(frozen=True, slots=True)
class _Place:
    rank: tuple[int, int]
    tree: Operation | Call


def _ready(tree: Tree, depth: int) -> Iterator[_Place]:
    """The operations whose numbers are known, leftmost first; the rank puts brackets, then powers, then × ÷ first."""
    match tree:
        case Operation(sign, Exact(), Exact()):
            yield _Place((depth, _RANK[sign]), tree)
        case Operation(_, left, right):
            yield from _ready(left, depth)
            yield from _ready(right, depth)
        case Call(_, Exact()):
            yield _Place((depth, 4), tree)
        case Call(_, argument):
            yield from _ready(argument, depth + 1)
        case Group(inner):
            yield from _ready(inner, depth + 1)
        case Negative(inner):
            yield from _ready(inner, depth)


def _value(tree: Operation | Call) -> Fraction:
    if isinstance(tree, Call):
        if tree.function != "sqrt" or not isinstance(tree.argument, Exact):
            raise CannotSolve("beyond")
        return root(tree.argument.value)
    return compute(tree.sign, evaluate(tree.left, {}), evaluate(tree.right, {}))


def _replace(tree: Tree, old: Tree, new: Exact) -> Tree:
    """The tree with `old` (the very node) computed; brackets around a single number fall away."""
    if tree is old:
        return new
    match tree:
        case Operation(sign, left, right):
            return Operation(sign, _replace(left, old, new), _replace(right, old, new))
        case Call(function, argument):
            return Call(function, _replace(argument, old, new))
        case Group(inner):
            return _ungroup(_replace(inner, old, new))
        case Negative(inner):
            return _negate(_replace(inner, old, new), decimal=new.decimal)
        case _:
            return tree


def _explain(tree: Operation | Call, result: Exact, after: str) -> list[Step]:
    """The steps of one operation; `after` is the whole formula that remains."""
    rest = (f"= {after}",) if after else ()
    shown = tree_tex(result)
    if isinstance(tree, Call):
        return [Step("root", {}, (f"{tree_tex(tree)} = {shown}", *rest))]
    left, right = evaluate(tree.left, {}), evaluate(tree.right, {})
    plain = (left.denominator == right.denominator == 1) or all(_shows_decimal(part) for part in (tree.left, tree.right))
    if tree.sign in "/÷" and not result.decimal and result.value.denominator != 1:
        plain = False
    if plain or tree.sign == "^":
        return [Step(_KEYS[tree.sign], {}, (f"{tree_tex(tree)} = {shown}", *rest))]
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
    multiplied = rf"\frac{{{left.numerator} \times {_signed(right.numerator)}}}{{{left.denominator} \times {right.denominator}}}"
    line = f"{factors} = {multiplied} = {_over(top, bottom)}"
    return [*steps, *_reduced("multiply_fractions", line, top, bottom, rest)]


def _reduced(key: str, line: str, top: int, bottom: int, rest: tuple[str, ...]) -> list[Step]:
    """The step, and one that brings its fraction to lowest terms if that is needed."""
    common = gcd(top, bottom)
    if common == 1 or bottom == 1:
        return [Step(key, {}, (line, *rest))]
    lowest = f"{_over(top, bottom)} = {number_tex(Fraction(top, bottom))}"
    return [Step(key, {}, (line,)), Step("reduce", {"common": str(common)}, (lowest, *rest))]


def _over(top: int, bottom: int) -> str:
    if bottom == 1:
        return str(top)
    return rf"{'-' if top < 0 else ''}\frac{{{abs(top)}}}{{{bottom}}}"


def _signed(value: int) -> str:
    return f"({value})" if value < 0 else str(value)


def _signed_tex(value: Fraction) -> str:
    return rf"\left({number_tex(value)}\right)" if value < 0 else number_tex(value)


def _slips(tree: Tree) -> tuple[Slip, ...]:
    """Tops and bottoms added separately: 3/4 + 2/5 = 5/9."""
    match tree:
        case Operation("+" | "-" as sign, Operation("/", Number(a), Number(b)), Operation("/", Number(c), Number(d))):
            first, second = (compute(sign, Fraction(x), Fraction(y)) for x, y in ((a, c), (b, d)))
            return (Slip(first / second, "tops_and_bottoms"),) if second else ()
        case _:
            return ()
