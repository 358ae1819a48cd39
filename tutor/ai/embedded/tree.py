"""The parse tree of a formula, in the form the student wrote it, and its exact value. Made by `parser`.

SymPy simplifies while it builds (2(x-3) becomes 2x-6), so the steps a teacher would show are taken from this tree.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt, log10
from typing import Literal

from tutor.ai.embedded.errors import CannotSolve

Sign = Literal["+", "-", "*", "·", "/", "÷", "^"]  # "·" is a product written without a sign, as in 2x
Relation = Literal["=", "<", "<=", ">", ">="]

MAX_DIGITS = 60
MAX_EXPONENT = 64


@dataclass(frozen=True, slots=True)
class Number:
    """A number without sign: `text` is as written, 12 or 0.50."""

    text: str

    @property
    def value(self) -> Fraction:
        return Fraction(self.text)


@dataclass(frozen=True, slots=True)
class Mixed:
    """A mixed number, 1 3/4."""

    whole: int
    top: int
    bottom: int

    @property
    def value(self) -> Fraction:
        return self.whole + Fraction(self.top, self.bottom)


@dataclass(frozen=True, slots=True)
class Exact:
    """A computed number; `decimal` says that it is shown as a decimal where it ends."""

    value: Fraction
    decimal: bool


@dataclass(frozen=True, slots=True)
class Name:
    letter: str


@dataclass(frozen=True, slots=True)
class Constant:
    name: Literal["pi", "e"]


@dataclass(frozen=True, slots=True)
class Negative:
    inner: "Tree"


@dataclass(frozen=True, slots=True)
class Percent:
    inner: "Tree"


@dataclass(frozen=True, slots=True)
class Group:
    """Brackets."""

    inner: "Tree"


@dataclass(frozen=True, slots=True)
class Operation:
    sign: Sign
    left: "Tree"
    right: "Tree"


@dataclass(frozen=True, slots=True)
class Call:
    function: str
    argument: "Tree"


Tree = Number | Mixed | Exact | Name | Constant | Negative | Percent | Group | Operation | Call


@dataclass(frozen=True, slots=True)
class Statement:
    """An equation or inequality."""

    left: Tree
    relation: Relation
    right: Tree


def children(tree: Tree) -> tuple[Tree, ...]:
    match tree:
        case Operation(_, left, right):
            return (left, right)
        case Negative(inner) | Percent(inner) | Group(inner):
            return (inner,)
        case Call(_, argument):
            return (argument,)
        case _:
            return ()


def walk(tree: Tree) -> Iterator[Tree]:
    """Every node, parents first."""
    yield tree
    for child in children(tree):
        yield from walk(child)


def letters(*trees: Tree) -> frozenset[str]:
    """The unknowns that occur."""
    return frozenset(node.letter for tree in trees for node in walk(tree) if isinstance(node, Name))


def bare(tree: Tree) -> Tree:
    """The tree without its outermost brackets."""
    while isinstance(tree, Group):
        tree = tree.inner
    return tree


def evaluate(tree: Tree, values: Mapping[str, Fraction]) -> Fraction:  # noqa: PLR0911  # one case a kind
    """The exact value with numbers put in for the unknowns.

    Raises:
        CannotSolve: division by zero, a value that is no fraction, or one too long to be school work.

    """
    match tree:
        case Number() | Mixed() | Exact():
            return tree.value
        case Name(letter) if letter in values:
            return values[letter]
        case Negative(inner):
            return -evaluate(inner, values)
        case Percent(inner):
            return evaluate(inner, values) / 100
        case Group(inner):
            return evaluate(inner, values)
        case Operation(sign, left, right):
            return compute(sign, evaluate(left, values), evaluate(right, values))
        case Call("sqrt", argument):
            return root(evaluate(argument, values))
        case _:
            raise CannotSolve("beyond")


def compute(sign: Sign, left: Fraction, right: Fraction) -> Fraction:
    """One operation on exact numbers. Raises CannotSolve as `evaluate` does."""
    match sign:
        case "+":
            value = left + right
        case "-":
            value = left - right
        case "*" | "·":
            value = left * right
        case "/" | "÷":
            if right == 0:
                raise CannotSolve("zero_division")
            value = left / right
        case "^":
            value = power(left, right)
    if len(str(value)) > 2 * MAX_DIGITS:
        raise CannotSolve("beyond")
    return value


def power(base: Fraction, exponent: Fraction) -> Fraction:
    """A whole power, refused before it is computed when the result would be too long."""
    if exponent.denominator != 1 or abs(exponent) > MAX_EXPONENT:
        raise CannotSolve("beyond")
    if base == 0 and exponent <= 0:
        raise CannotSolve("zero_division" if exponent < 0 else "beyond")
    if base and abs(exponent) * log10(max(abs(base.numerator), base.denominator)) > MAX_DIGITS:
        raise CannotSolve("beyond")
    return base ** int(exponent)


def root(value: Fraction) -> Fraction:
    """The square root of a perfect square; others are no fractions."""
    if value < 0:
        raise CannotSolve("beyond")
    top, bottom = isqrt(value.numerator), isqrt(value.denominator)
    if top * top != value.numerator or bottom * bottom != value.denominator:
        raise CannotSolve("beyond")
    return Fraction(top, bottom)
