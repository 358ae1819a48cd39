"""Finds the final answer in what a student wrote, and the first line of the working that does not follow.

Called by `decider`. The answer stands after 答 or "answer", else at the end; of a = b = c it is the last.
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import sympy

from tutor.ai.checking.equality import compare
from tutor.ai.checking.forms import Amount, Form, Open
from tutor.ai.checking.quantities import amount
from tutor.ai.checking.spelling import formula, plain
from tutor.ai.checking.units import COUNT, Unit, unit
from tutor.ai.embedded.errors import CannotSolve
from tutor.ai.embedded.symbolic import expression, symbol
from tutor.ai.embedded.text import MAX_LENGTH, NUMERALS
from tutor.ai.embedded.tree import Statement, Tree, letters

_LINE = re.compile(r"\n|[∴⇒]|(?:所以|因此|故|\btherefore\b|\bhence\b)[,，:：]?", re.IGNORECASE)
_OPENING = re.compile(
    r"^\s*(?:(?:解|证明|solution|sol|working)(?:\s*[:：.]\s*|\s+|$)|(?:because\b|∵|因为)\s*|原式\s*(?=[=＝]))",
    re.IGNORECASE,
)
_MARKED = re.compile(
    r"(?:^|[\s。;；,，])(?:答案?\s*[:：]|答案\s*[是为]|(?:the )?(?:final )?answer(?: is|:)"
    r"|ans(?:wer)?\s*[:：=])\s*(.+)$",
    re.IGNORECASE,
)
_EQUALS = re.compile(r"(?<![<>!=])[=＝](?![=<>])")
_NAME = re.compile(
    r"^\s*(?:∠?[A-Za-z]{1,4}[_\d₀-₉']*|[A-Za-z]\s*\([a-z]\)|[fyFSVC]'?(?:\([a-z]\))?|[\u3400-\u9fff]{1,8})\s*$"
)
_NEXT_NAME = re.compile(r"([\d)])\s+(?=[A-Za-z]_?[\d₀-₉]?\s*[=＝])")
_SEVERAL = re.compile(r"[,，;；、]|或|和|且|\bor\b|\band\b")
_LETTER = re.compile(r"[A-Za-z]")
_FUNCTION_WORDS = re.compile(r"sqrt|sin|cos|tan|ln|lg|log|pi|frac|times|div|cdot|left|right|dfrac|°[CF]")
_SUBSCRIPTED = re.compile(r"^\s*([A-Za-z])\s*_?\s*\{?([\d₀-₉]?)\}?\s*[=＝]\s*-?[^=＝+*×÷]+$")
_DOUBT = re.compile(
    r"大概|吧|吗|估|猜|不|没|非|未|约|左右|多于|少于|至少|至多|超过|以上|以下|或|可能|比|第|[?？]|\bnot?\b|n't|wrong|\bor\b|maybe|about|least|most|than|around",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![A-Za-z0-9_.])-?\d+(?:\.\d+)?(?: \d+/\d+|/\d+)?%?")
_ALONE = re.compile(r"^[-+]?[\d.,/ ]*\d[%\s]*[A-Za-z\u3400-\u9fff]{0,4}[.。]?$")
_NO_UNIT = re.compile(r"\s*(?:in|left|altogether|total|now|each|more|of|on|at|to|for|and)\b")
_UNIT = re.compile(r"\s*([A-Za-z/°]+(?:\^\(?[23]\)?)?|[\u3400-\u9fff/]+)")
_HARMLESS = re.compile(r"一共|一起|总共|十分钟后")
_CHANGES = re.compile(  # other words of number, which make another number of the one that is written
    rf"[{NUMERALS}半倍方加减乘除负分角余几少]|[*/÷^+%<>:]|"
    r"\b(?:half|twice|double|triple|squared|cubed|plus|minus|times|negative|hundred|thousand|million|dozen|divided|third|"
    r"quarter|percent|per|each|every|from|between|until|before|after|another|without)\b",
    re.IGNORECASE,
)
_LONGEST = 60
_MOST_LINES = 40
_MOST_DEGREE = 2


@dataclass(frozen=True, slots=True)
class Work:
    """What a student wrote, in lines, and the answer in it."""

    final: str
    lines: tuple[str, ...]


def work_of(text: str, key: Form | None) -> Work:
    """The lines and the final answer.

    Raises:
        CannotSolve: too much, or two answers.

    """
    lines = [line for piece in _LINE.split(text) for line in _tasks(_OPENING.sub("", piece).strip())]
    lines = [line for line in lines if line]
    if not lines or len(lines) > _MOST_LINES or any(len(line) > MAX_LENGTH for line in lines):
        raise CannotSolve("too_long")
    marked = [match[1].strip() for line in lines if (match := _MARKED.search(line))]
    if len(set(marked)) > 1:
        raise CannotSolve("ambiguous")
    if marked:
        return Work(_last(marked[0], key), tuple(line for line in lines if not _MARKED.search(line)))
    if len({line for line in lines if _ALONE.match(line)}) > 1:  # a choice of answers, one a line
        raise CannotSolve("ambiguous")
    return Work(_ending(lines, key), tuple(lines))


def _tasks(line: str) -> list[str]:
    """A line with several calculations in it, 2+3=5, 5*2=10, as several lines."""
    pieces = [piece.strip() for piece in re.split(r"[，;；]|,(?!\d{3})", line)]
    whole = len(pieces) > 1 and all(_EQUALS.search(piece) and not _has_letters(piece) for piece in pieces)
    return pieces if whole else [line]


def _has_letters(text: str) -> bool:
    return _LETTER.search(_FUNCTION_WORDS.sub("", text)) is not None


def _ending(lines: list[str], key: Form | None) -> str:
    """The last line; with the ones before it where each gives another root or another unknown."""
    found: dict[tuple[str, str], str] = {}
    for line in reversed(lines):
        match = _SUBSCRIPTED.match(line)
        if match is None or (match[1], match[2]) in found:
            break
        if found and not match[2] and match[1] in {name for name, _ in found}:
            break
        found[match[1], match[2]] = line
    if len(found) > 1:
        return ", ".join(reversed(found.values()))
    return _last(lines[-1], key)


def _last(text: str, key: Form | None) -> str:
    """The end of a chain of equal values; what is no chain stays as it is."""
    text = _NEXT_NAME.sub(r"\1, ", text)
    parts = _EQUALS.split(text)
    if len(parts) == 1 or _SEVERAL.search(re.sub(r"\d,\d{3}", "", text)) or isinstance(key, Open):
        return text
    if not parts[-1].strip():
        return text
    if not parts[0].strip():
        return parts[-1]
    if _NAME.match(parts[0]):
        same = all(_NAME.match(part) for part in parts[:-1])
        return text if len(parts) == 2 or same else f"{parts[0]}={parts[-1]}"  # noqa: PLR2004  # name and value
    identity = isinstance(key, Amount) and bool(letters(key.tree)) and not key.name
    return parts[-1] if identity or not _has_letters(text) else text


def in_sentence(text: str) -> Amount | None:
    """The one number that a sentence says, with its unit; None when there are several, or other words change it."""
    text = plain(text)
    numbers = list(_NUMBER.finditer(text))
    if len(numbers) != 1 or _DOUBT.search(text) or len(text) > _LONGEST or _EQUALS.search(text):
        return None
    match = numbers[0]
    spelled, units = _unit_after(text[match.end() :])
    around = text[: match.start()] + " " + text[match.end() :].strip().removeprefix(spelled)
    return None if _CHANGES.search(_HARMLESS.sub("", around)) else Amount(amount(match[0]).tree, units, spelled)


def _unit_after(text: str) -> tuple[str, tuple[Unit, ...]]:
    """The unit that follows a number; any English noun counts what it names."""
    after = None if _NO_UNIT.match(text) else _UNIT.match(text)
    for length in range(len(after[1]) if after else 0, 0, -1):
        spelled = after[1][:length] if after else ""
        if units := unit(spelled):
            return spelled, units
        if spelled.isascii():
            return spelled, (Unit(COUNT, Fraction(1)),)
    return "", ()


# ---- the lines -----------------------------------------------------------------------------------------------------


def first_slip(lines: tuple[str, ...]) -> int | None:
    """The number of the first line that says something false or has other solutions than the one before, from 1."""
    before: Tree | None = None
    equation: Statement | None = None
    for number, line in enumerate(lines, start=1):
        parts = [_read(part) for part in _EQUALS.split(line)]
        chain = [part for part in parts if part is not None]
        starts_anew = bool(_EQUALS.split(line)[0].strip())
        if len(parts) > 1 and not starts_anew:
            chain = [*([before] if before is not None else []), *chain]
        named = bool(_NAME.match(_EQUALS.split(line)[0]))
        if _breaks(chain[1:] if named else chain, complete=len(chain) >= len(parts)):
            return number
        before = chain[-1] if chain and parts[-1] is not None else None
        said = _equation(line)
        if said is not None and equation is not None and _other_solutions(equation, said):
            return number
        equation = said or equation
    return None


def _read(text: str) -> Tree | None:
    """A value without letters in a chain, else nothing."""
    try:
        found = amount(plain(text))
    except CannotSolve:
        return None
    return None if letters(found.tree) or found.about or any(not each.counts for each in found.units) else found.tree


def _breaks(chain: list[Tree], *, complete: bool) -> bool:
    """Whether two neighbours are certainly not equal."""
    if not complete:
        return False
    for one, two in pairwise(chain):
        try:
            if compare(one, two) == "different":
                return True
        except CannotSolve:
            continue
    return False


def _equation(line: str) -> Statement | None:
    """An equation in one unknown."""
    try:
        found = formula(plain(line))
    except CannotSolve:
        return None
    if isinstance(found, Statement) and found.relation == "=" and len(letters(found.left, found.right)) == 1:
        return found
    return None


def _other_solutions(one: Statement, two: Statement) -> bool:
    if letters(one.left, one.right) != letters(two.left, two.right):
        return False
    found = [_roots(statement) for statement in (one, two)]
    return found[0] is not None and found[1] is not None and found[0] != found[1]


def _roots(statement: Statement) -> frozenset[sympy.Expr] | None:
    """The real solutions of an equation up to the second degree."""
    unknown = symbol(next(iter(letters(statement.left, statement.right))))
    difference = sympy.expand(expression(statement.left) - expression(statement.right))
    if not difference.is_polynomial(unknown) or not 1 <= sympy.degree(difference, unknown) <= _MOST_DEGREE:
        return None
    return frozenset(sympy.simplify(root) for root in sympy.roots(sympy.Poly(difference, unknown)) if root.is_real)
