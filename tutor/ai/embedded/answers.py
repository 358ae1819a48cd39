"""Reads a student's reply as an answer to a problem; what cannot be read as an answer is none. Called by `dialogue`."""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import sympy

from tutor.ai.embedded.errors import CannotSolve
from tutor.ai.embedded.inequalities import numbers
from tutor.ai.embedded.lesson import (
    Algebra,
    Arithmetic,
    Balance,
    Calculus,
    Equation,
    Form,
    Inequality,
    Pair,
    PercentOf,
    Problem,
    Range,
    Reaction,
    Result,
    Roots,
    System,
    Value,
)
from tutor.ai.embedded.linear import MIRRORED
from tutor.ai.embedded.parser import parse
from tutor.ai.embedded.reactions import read_reaction
from tutor.ai.embedded.symbolic import expression, fraction
from tutor.ai.embedded.text import MAX_LENGTH, has_han, normalise, numbers_from_words
from tutor.ai.embedded.tree import (
    Call,
    Mixed,
    Name,
    Negative,
    Number,
    Operation,
    Percent,
    Statement,
    Tree,
    bare,
    evaluate,
    letters,
    walk,
)
from tutor.ai.embedded.wishes import without_wishes

_BEFORE = re.compile(
    r"^(?:答案是|答案|答|我觉得是|我觉得|我认为是|我算出来是|我算的是|我算出|我得到|结果是|得到|得|所以|因此|那么|是不是|是|应该是|等于|"
    r"the answer is|my answer is|answer is|answer|i think it is|i think it's|i think|"
    r"i got|i get|it is|it's|is it|so|maybe|then)"
    r"\s*[:,=]?\s*",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"\s*(?:,?\s*(?:对吗|对不对|是吗|吗|吧|right|correct|is that right|is it right))?[\s?.!;,]*$", re.IGNORECASE
)
NOTHING = re.compile(r"无解|无实数解|没有解|无实数根|没有实数根|no (?:real )?solutions?|none")
EVERYTHING = re.compile(
    r"任意实数|全体实数|所有实数|无数解|无数组解|(?:all|every) (?:real )?numbers?|infinitely many(?: solutions)?"
)


@dataclass(frozen=True, slots=True)
class Guess:
    """A student's answer in the form of a result.

    `share` is the other reading of a bare percentage (25 for 25 %), `tree` the form an expression was written in.
    """

    result: Result
    share: Fraction | None = None
    tree: Tree | None = None


def guess(problem: Problem, reply: str) -> Guess | None:
    """The reply as an answer to this problem, or None when it is none (it may be a new problem then)."""
    if len(reply) > MAX_LENGTH:
        return None
    text = normalise(reply)
    return _understood(problem, text) or _understood(problem, without_wishes(text))


def _understood(problem: Problem, text: str) -> Guess | None:
    try:
        return _read(problem, bare_answer(text))
    except CannotSolve:
        return None


def bare_answer(text: str) -> str:
    """A normalised answer without the words that people put around it."""
    return _AFTER.sub("", _BEFORE.sub("", text))


# ---- reading -------------------------------------------------------------------------------------------------------


def _read(problem: Problem, text: str) -> Guess | None:  # noqa: PLR0911  # one case a kind
    word = text.lower().strip()
    match problem:
        case Arithmetic(tree):
            return _value(text, tree)
        case PercentOf():
            return _share(text)
        case Equation(_, unknown):
            return _roots_said(word, text, unknown)
        case Inequality(_, unknown):
            return _range_said(word, text, unknown)
        case System(_, _, unknowns):
            return _pair_said(word, text, unknowns)
        case Algebra(goal, tree):
            return _form_said(text, tree, goal)
        case Calculus(goal, tree):
            return _form_said(text, tree, goal)
        case Reaction():
            return _coefficients_said(problem, text)


def _is_number(tree: Tree) -> bool:
    """A number as an answer is written: whole, decimal, fraction, mixed or percent, with a sign; no sum."""
    match bare(tree):
        case Number() | Mixed():
            return True
        case Negative(inner) | Percent(inner):
            return _is_number(inner)
        case Operation("/", Number(), Number()):
            return True
        case _:
            return False


def _parsed(text: str) -> Tree | Statement:
    """The formula; a word among the letters makes it none."""
    text = numbers_from_words(text)
    if has_han(text) or re.search(r"[A-Za-z]{4,}", text.replace("sqrt", "")):
        raise CannotSolve("unknown")
    return parse(text)


def _all_or_none(word: str) -> bool | None:
    """True for "every number", False for "no solution", None for anything else."""
    if EVERYTHING.fullmatch(word):
        return True
    return False if NOTHING.fullmatch(word) else None


def _value(text: str, tree: Tree) -> Guess | None:
    found = _parsed(text)
    if isinstance(found, Statement):  # the whole line, 3/4 + 2/5 = 23/20
        if found.relation != "=" or found.left != tree:
            return None
        found = found.right
    return Guess(Value(evaluate(found, {}))) if _is_number(found) else None


def _share(text: str) -> Guess | None:
    found = _parsed(text)
    if isinstance(found, Statement) or not _is_number(found):
        return None
    value = evaluate(found, {})
    percent = any(isinstance(node, Percent) for node in walk(found))
    return Guess(Value(value), share=None if percent else value / 100)


def _split(text: str) -> list[str]:
    return [part.strip() for part in re.split(r",|;|\bor\b|\band\b|或者|或|和|且", text) if part.strip()]


def _roots_said(word: str, text: str, unknown: str) -> Guess | None:
    if (every := _all_or_none(word)) is not None:
        return Guess(Roots(unknown, (), every=every))
    text = re.sub(rf"\b{unknown}_?\(?[12]\)?\s*=", f"{unknown}=", text)
    text = re.sub(rf"(?:\b{unknown}\s*=\s*)+", f"{unknown}=", text)  # x1 = x2 = 2
    values: list[sympy.Expr] = []
    named = False
    for part in _split(text):
        plain, both = re.subn(r"±|\+-", "", part)
        found = _parsed(plain)
        if isinstance(found, Statement):
            if found.relation != "=" or found.left != Name(unknown):
                return None
            named, found = True, found.right
        if letters(found) or not (named or _is_number(found) or _is_radical(found)):
            return None
        value = expression(found)
        values += [value, -value] if both else [value]
    return Guess(Roots(unknown, tuple(values))) if values else None


def _is_radical(tree: Tree) -> bool:
    return any(isinstance(node, Call) and node.function == "sqrt" for node in walk(tree))


def _range_said(word: str, text: str, unknown: str) -> Guess | None:
    if (every := _all_or_none(word)) is not None:
        return Guess(Range(unknown, sympy.S.Reals if every else sympy.S.EmptySet))
    found = _parsed(text)
    if not isinstance(found, Statement):
        return None
    left, relation, right = found.left, found.relation, found.right
    if right == Name(unknown):
        left, relation, right = right, MIRRORED[relation], left
    if left != Name(unknown) or letters(right):
        return None
    return Guess(Range(unknown, numbers(relation, evaluate(right, {}))))


def _pair_said(word: str, text: str, unknowns: tuple[str, str]) -> Guess | None:
    if (every := _all_or_none(word)) is not None:
        return Guess(Pair(None, every=every))
    if match := re.fullmatch(r"\((.+?)[,;](.+)\)", text.strip()):
        text = f"{unknowns[0]}={match[1]};{unknowns[1]}={match[2]}"
    values: dict[str, Fraction] = {}
    for part in _split(text):
        found = _parsed(part)
        if not (isinstance(found, Statement) and isinstance(found.left, Name) and found.relation == "="):
            return None
        if letters(found.right):
            return None
        values[found.left.letter] = evaluate(found.right, {})
    return Guess(Pair({letter: values[letter] for letter in unknowns})) if set(values) == set(unknowns) else None


def _form_said(
    text: str, tree: Tree, goal: Literal["expand", "factor", "simplify", "derivative", "integral"]
) -> Guess | None:
    text = re.sub(r"^(?:y'|f'\s*\(\s*[a-z]\s*\)|y|F\(x\))\s*=", "", text)
    if goal == "integral":
        text = re.sub(r"\+\s*[cC]\s*$", "", text)
    found = _parsed(text)
    if isinstance(found, Statement):
        if found.left != tree:
            return None
        found = found.right
    if found == tree or not letters(found) <= letters(tree):
        return None
    if not letters(found) and not _is_number(found):
        return None
    return Guess(Form(goal, expression(found), ""), tree=found)


def _coefficients_said(problem: Reaction, text: str) -> Guess | None:
    found = read_reaction(text)
    if found is None:
        return None
    left, right, around = found
    same = [set(problem.left) == {f for _, f in left}, set(problem.right) == {f for _, f in right}]
    if not all(same) or around.replace("balance", "").strip() or all(number == 1 for number, _ in left + right):
        return None
    return Guess(Balance({formula: number for number, formula in left + right}))


def exact_guess(found: Guess) -> Fraction | None:
    """The one rational number that was said, for comparing with known slips and for putting it in."""
    match found.result:
        case Value(value):
            return value
        case Roots(_, (only,)) if only.is_Rational:
            return fraction(only)
        case _:
            return None
