"""Writes trees and SymPy expressions as LaTeX. Called by the families."""

from collections.abc import Sequence
from fractions import Fraction

import sympy

from tutor.ai.embedded.tree import (
    Call,
    Constant,
    Exact,
    Group,
    Mixed,
    Name,
    Negative,
    Number,
    Operation,
    Percent,
    Relation,
    Statement,
    Tree,
    bare,
    letters,
)

RELATIONS: dict[Relation, str] = {"=": "=", "<": "<", "<=": r"\le", ">": ">", ">=": r"\ge"}

_MAX_DECIMALS = 8


def statement_tex(statement: Statement) -> str:
    return f"{tree_tex(statement.left)} {RELATIONS[statement.relation]} {tree_tex(statement.right)}"


def tree_tex(tree: Tree) -> str:  # noqa: C901, PLR0911  # one case a kind
    """The formula as the student wrote it."""
    match tree:
        case Number(text):
            return f"0{text}" if text.startswith(".") else text
        case Mixed(whole, top, bottom):
            return rf"{whole}\frac{{{top}}}{{{bottom}}}"
        case Exact(value, decimal):
            return number_tex(value, decimal=decimal)
        case Name(letter):
            return letter
        case Constant(name):
            return r"\pi" if name == "pi" else "e"
        case Negative(inner):
            return f"-{_operand(inner)}"
        case Percent(inner):
            return rf"{tree_tex(inner)}\%"
        case Group(inner):
            return rf"\left({tree_tex(inner)}\right)"
        case Call(function, argument):
            return _call_tex(function, argument)
        case Operation():
            return _operation_tex(tree)


def _call_tex(function: str, argument: Tree) -> str:
    if function == "sqrt":
        return rf"\sqrt{{{tree_tex(bare(argument))}}}"
    if function == "abs":
        return rf"\left|{tree_tex(bare(argument))}\right|"
    name = {"exp": r"\exp", "lg": r"\lg"}.get(function, rf"\{function}")
    return f"{name} {tree_tex(argument)}"


def _operation_tex(tree: Operation) -> str:  # noqa: PLR0911  # one case a kind
    left, right = tree.left, tree.right
    match tree.sign:
        case "/":
            return rf"\frac{{{tree_tex(bare(left))}}}{{{tree_tex(bare(right))}}}"
        case "^":
            return rf"{_operand(left, power=True)}^{{{tree_tex(bare(right))}}}"
        case "÷":
            return rf"{tree_tex(left)} \div {_operand(right)}"
        case "*":
            sign = r"\cdot" if letters(left, right) else r"\times"
            return rf"{tree_tex(left)} {sign} {_operand(right)}"
        case "·" if _needs_sign(right):
            return rf"{tree_tex(left)} \times {_operand(right)}"
        case "·":
            return f"{tree_tex(left)} {_operand(right)}"
        case sign:
            return f"{tree_tex(left)} {sign} {_operand(right)}"


def _operand(tree: Tree, *, power: bool = False) -> str:
    """A right operand or a base, in brackets where a sign or a fraction would be misread."""
    text = tree_tex(tree)
    exact_fraction = isinstance(tree, Exact) and tree.value.denominator != 1
    call = isinstance(tree, Call) and tree.function != "sqrt"
    if isinstance(tree, Negative) or text.startswith("-") or (power and (exact_fraction or call)):
        return rf"\left({text}\right)"
    return text


def _needs_sign(right: Tree) -> bool:
    """A computed number after a bracket: 2(3) has become 2 times 3."""
    first = right.left if isinstance(right, Operation) and right.sign == "^" else right
    return isinstance(first, Exact)


def number_tex(value: Fraction, *, decimal: bool = False) -> str:
    """A whole number, a decimal if asked for and if it ends, else a fraction in lowest terms."""
    if value.denominator == 1:
        return str(value.numerator)
    text = decimal_text(value) if decimal else None
    if text is not None:
        return text
    sign = "-" if value < 0 else ""
    return rf"{sign}\frac{{{abs(value.numerator)}}}{{{value.denominator}}}"


def decimal_text(value: Fraction) -> str | None:
    """The decimal when it ends within eight places."""
    for places in range(_MAX_DECIMALS + 1):
        scaled = abs(value) * 10**places
        if scaled.denominator == 1:
            digits = str(scaled.numerator).rjust(places + 1, "0")
            text = f"{digits[:-places]}.{digits[-places:]}" if places else digits
            return f"-{text}" if value < 0 else text
    return None


def value_tex(value: Fraction, *, decimal: bool = False) -> str:
    """A final number with its other useful forms: 23/20 = 1 3/20 = 1.15."""
    forms = [number_tex(value, decimal=decimal)]
    whole, rest = divmod(abs(value), 1)
    if rest and whole and not forms[0].replace(".", "").lstrip("-").isdigit():
        forms.append(rf"{'-' if value < 0 else ''}{whole}\frac{{{rest.numerator}}}{{{rest.denominator}}}")
    ending = decimal_text(value)
    if ending is not None and ending not in forms:
        forms.append(ending)
    return " = ".join(forms)


def tex(expression: sympy.Expr) -> str:
    """A SymPy expression."""
    return str(sympy.latex(expression, ln_notation=True, inv_trig_style="full"))


def equation_tex(left: sympy.Expr, right: sympy.Expr, relation: Relation = "=") -> str:
    return f"{tex(left)} {RELATIONS[relation]} {tex(right)}"


def sum_tex(terms: Sequence[sympy.Expr]) -> str:
    """Terms in the given order, like terms not collected; 0 for none."""
    shown = [tex(term) for term in terms if term != 0] or ["0"]
    joined = [shown[0]]
    joined += [f"- {text[1:].lstrip()}" if text.startswith("-") else f"+ {text}" for text in shown[1:]]
    return " ".join(joined)
