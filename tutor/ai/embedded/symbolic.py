"""From the parse tree to SymPy objects, built node by node (SymPy never sees a student's text)."""

from fractions import Fraction
from itertools import product

import sympy

from tutor.ai.embedded.errors import CannotSolve
from tutor.ai.embedded.tree import (
    MAX_EXPONENT,
    Call,
    Constant,
    Group,
    Name,
    Negative,
    Operation,
    Percent,
    Tree,
    evaluate,
    letters,
    power,
)

_FUNCTIONS = {"sqrt": sympy.sqrt, "sin": sympy.sin, "cos": sympy.cos, "tan": sympy.tan, "exp": sympy.exp,
              "ln": sympy.log, "abs": sympy.Abs}  # fmt: skip
_MAX_TERMS = 64
_MAX_SPREAD = 8


def symbol(letter: str) -> sympy.Symbol:
    return sympy.Symbol(letter, real=True)


def rational(value: Fraction) -> sympy.Rational:
    return sympy.Rational(value.numerator, value.denominator)


def fraction(value: sympy.Expr) -> Fraction:
    """The exact value of a SymPy rational. Raises CannotSolve for any other number."""
    if not value.is_Rational:
        raise CannotSolve("beyond")
    return Fraction(int(value.p), int(value.q))


def expression(tree: Tree) -> sympy.Expr:  # noqa: PLR0911  # one case a kind
    """The tree as SymPy sees it.

    Raises:
        CannotSolve: division by zero or a power beyond the limits.

    """
    match tree:
        case Name(letter):
            return symbol(letter)
        case Constant(name):
            return sympy.pi if name == "pi" else sympy.E
        case Negative(inner):
            return -expression(inner)
        case Percent(inner):
            return expression(inner) / 100
        case Group(inner):
            return expression(inner)
        case Operation():
            return _operation(tree)
        case Call("lg", argument):
            return sympy.log(_positive(expression(argument)), 10)
        case Call(function, argument):
            inner_value = expression(argument)
            return _FUNCTIONS[function](_positive(inner_value) if function == "ln" else inner_value)
        case _:
            return rational(evaluate(tree, {}))


def _positive(value: sympy.Expr) -> sympy.Expr:
    if value.is_number and not value.is_positive:
        raise CannotSolve("beyond")
    return value


def _operation(tree: Operation) -> sympy.Expr:
    left, right = expression(tree.left), expression(tree.right)
    match tree.sign:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*" | "·":
            return left * right
        case "/" | "÷":
            if right == 0:
                raise CannotSolve("zero_division")
            return left / right
        case "^":
            return _power(left, right)


def _power(base: sympy.Expr, exponent: sympy.Expr) -> sympy.Expr:
    if exponent.is_number and not (exponent.is_Rational and abs(exponent) <= MAX_EXPONENT):
        raise CannotSolve("beyond")
    if base.is_Rational and exponent.is_Integer:
        return rational(power(fraction(base), fraction(exponent)))
    if base.is_number and exponent.is_number and not (base.is_positive and abs(exponent) <= _MAX_SPREAD):
        raise CannotSolve("beyond")
    return base**exponent


def unfold(tree: Tree) -> list[sympy.Expr]:
    """The terms after multiplying out every bracket, like terms not yet collected: 2(x-3)+x gives 2x, -6, x.

    Raises:
        CannotSolve: too many terms for a board, or no polynomial.

    """
    match tree:
        case Group(inner):
            terms = unfold(inner)
        case Negative(inner):
            terms = [-term for term in unfold(inner)]
        case Operation("+", left, right):
            terms = unfold(left) + unfold(right)
        case Operation("-", left, right):
            terms = unfold(left) + [-term for term in unfold(right)]
        case Operation("*" | "·", left, right):
            terms = _products(unfold(left), unfold(right))
        case Operation("/" | "÷", left, right) if not letters(right):
            divisor = expression(tree.right)
            if divisor == 0:
                raise CannotSolve("zero_division")
            terms = [term / divisor for term in unfold(left)]
        case Operation("^", base, exponent):
            terms = _repeated(base, exponent)
        case _:
            terms = [expression(tree)]
    if len(terms) > _MAX_TERMS:
        raise CannotSolve("beyond")
    return terms


def _products(left: list[sympy.Expr], right: list[sympy.Expr]) -> list[sympy.Expr]:
    if len(left) * len(right) > _MAX_TERMS:
        raise CannotSolve("beyond")
    return [a * b for a, b in product(left, right)]


def _repeated(base: Tree, exponent: Tree) -> list[sympy.Expr]:
    """A whole power as a repeated product; powers of one term stay one term."""
    single = unfold(base)
    if len(single) == 1:
        return [expression(Operation("^", base, exponent))]
    times = evaluate(exponent, {})
    if times.denominator != 1 or not 1 <= times <= _MAX_SPREAD:
        raise CannotSolve("beyond")
    terms = single
    for _ in range(int(times) - 1):
        terms = _products(terms, single)
    return terms


def equal(one: sympy.Expr, two: sympy.Expr) -> bool:
    """Whether SymPy can show that both are the same; doubt counts as no."""
    return bool(sympy.expand(one - two) == 0 or sympy.simplify(one - two) == 0)
