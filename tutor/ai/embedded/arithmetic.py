"""Sums with whole numbers, decimals, fractions, mixed numbers, percent and brackets, one operation a step."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from tutor.ai.embedded.errors import CannotSolve
from tutor.ai.embedded.formulas import decimal_text, number_tex, tree_tex, value_tex
from tutor.ai.embedded.lesson import Arithmetic, PercentOf, Slip, Solution, Step, Value
from tutor.ai.embedded.operations import explain
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
        steps += explain(place.tree, result, after)
    if not steps:
        steps.append(Step("nothing", {}, (tree_tex(tree),)))
    return steps, working.value


def _only_brackets(tree: Tree) -> bool:
    return not any(isinstance(node, Mixed | Percent) or _is_literal_fraction(node) for node in walk(tree))


def _read_numbers(tree: Tree, *, decimal: bool) -> Tree:  # noqa: PLR0911  # one case a kind
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
    match inner:
        case Exact(value):
            return Exact(-value, decimal)
        case Operation("*" | "·" | "/" | "÷" as sign, left, right):
            return Operation(sign, _negate(left, decimal=decimal), right)
        case _:
            return Negative(inner)


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


def _slips(tree: Tree) -> tuple[Slip, ...]:
    """Tops and bottoms added separately: 3/4 + 2/5 = 5/9."""
    match tree:
        case Operation("+" | "-" as sign, Operation("/", Number(a), Number(b)), Operation("/", Number(c), Number(d))):
            first, second = (compute(sign, Fraction(x), Fraction(y)) for x, y in ((a, c), (b, d)))
            return (Slip(first / second, "tops_and_bottoms"),) if second else ()
        case _:
            return ()
