"""Reads one value: an expression, with a unit or in pieces of units, about or exact. Called by `reading`."""

import re
from fractions import Fraction

from tutor.ai.checking.forms import Amount
from tutor.ai.checking.numerals import in_digits
from tutor.ai.checking.spelling import DEGREE, formula
from tutor.ai.checking.units import pieces, unit
from tutor.ai.embedded.errors import CannotSolve
from tutor.ai.embedded.tree import Exact, Negative, Statement, Tree, evaluate, letters

_ABOUT = re.compile(
    r"^(?:约等于|大约是|大约|约为|约是|约|近似值?为?|~=?|about|approximately|approx\.?|around|roughly)\s*",
    re.IGNORECASE,
)
_EACH = re.compile(r"^每(小时|分钟|秒钟|秒|时|分|天|千克|公斤|个|本|米)(.+)$")
_COIN_BEFORE = re.compile(r"^([£€])\s*(\d.*)$")
_FREEZING = re.compile(r"^(?:零下|负)\s*(.+)$")
_ENDS_NUMBER = re.compile(r"[\d)%零〇一二两三四五六七八九十百千万亿]$|pi$")
_IN_BRACKETS = re.compile(r"(?<=[\d)%])\s*\(([^()\d]{1,12}(?:\^\(?[23]\)?)?)\)$")
_FUNCTION = re.compile(r"sin|cos|tan")
_LONGEST_UNIT = 24


def amount(text: str, name: str = "") -> Amount:
    """The value that a plain text says.

    Raises:
        CannotSolve: it says none, or one that may mean two.

    """
    text, about = _ABOUT.subn("", text.strip())
    if match := _COIN_BEFORE.match(text):
        text = f"{match[2]} {match[1]}"
    if match := _EACH.match(text):
        text = f"{match[2]}/{match[1]}"
    cold = _FREEZING.match(text)
    found = _quantity(cold[1] if cold else text)
    tree = Negative(found.tree) if cold else found.tree
    return Amount(tree, found.units, found.spelled, name, bool(about))


def _quantity(text: str) -> Amount:
    if (bracket := _IN_BRACKETS.search(text)) and unit(bracket[1]):
        text = f"{text[: bracket.start()]} {bracket[1]}"
    if _FUNCTION.search(text):
        return Amount(expression(text))
    if text.endswith(DEGREE):
        return Amount(expression(text[: -len(DEGREE)]), unit(DEGREE), DEGREE)
    if found := in_pieces(text):
        return found
    for place in range(1, len(text)):
        spelled = text[place:].strip()
        if len(spelled) > _LONGEST_UNIT or not _ENDS_NUMBER.search(text[:place].rstrip()):
            continue
        if (units := unit(spelled)) and (number := _number(text[:place])) is not None:
            return Amount(number, units, spelled)
    return Amount(expression(text))


def in_pieces(text: str) -> Amount | None:
    """3小时30分, 2 m 5 cm: all in the largest unit."""
    found = pieces(text)
    if not found:
        return None
    largest = found[0][1]
    total = Fraction(0)
    for number, units in found:
        total += evaluate(expression(in_digits(number)), {}) * units[0].factor
    place = text.find(found[0][0]) + len(found[0][0])
    spelled = re.match(r"\s*([^\d\s]+?)(?=[\d\s零〇一二两三四五六七八九十百]|$)", text[place:])
    return Amount(Exact(total / largest[0].factor, decimal=True), largest, spelled[1] if spelled else "")


def _number(text: str) -> Tree | None:
    """The number before a unit; None when letters are in it."""
    try:
        tree = expression(text)
    except CannotSolve:
        return None
    return None if letters(tree) else tree


def expression(text: str) -> Tree:
    """A formula that is no statement. Raises CannotSolve for others."""
    found = formula(text)
    if isinstance(found, Statement):
        raise CannotSolve("unknown")
    return found
