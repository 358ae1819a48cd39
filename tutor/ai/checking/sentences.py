"""The one number that a sentence says: 答：一共有12个苹果。 Called by `decider` where an answer is no formula."""

import re
from fractions import Fraction

from tutor.ai.checking.forms import Amount
from tutor.ai.checking.quantities import amount
from tutor.ai.checking.spelling import plain
from tutor.ai.checking.units import COUNT, Unit, unit
from tutor.ai.checking.working import EQUALS
from tutor.ai.embedded.text import NUMERALS

_DOUBT = re.compile(
    r"大概|吧|吗|估|猜|不|没|非|未|约|左右|多于|少于|至少|至多|超过|以上|以下|或|可能|比|第|[?？~]|"
    r"\bnot?\b|n't|wrong|\bor\b|maybe|about|least|most|than|around",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![A-Za-z0-9_.])-?\d+(?:\.\d+)?(?: \d+/\d+|/\d+)?%?")
_NO_UNIT = re.compile(r"\s*(?:in|left|altogether|total|now|each|more|of|on|at|to|for|and)\b")
_UNIT = re.compile(r"\s*([A-Za-z/°]+(?:\^\(?[23]\)?)?|[\u3400-\u9fff/]+)")
_HARMLESS = re.compile(r"一共|一起|总共")
_CHANGES = re.compile(  # other words of number, which make another number of the one that is written
    rf"[{NUMERALS}半倍方加减乘除负分角余几少]|[-*/÷^+%<>:]|"
    r"\b(?:half|twice|double|triple|squared|cubed|plus|minus|times|negative|hundred|thousand|million|dozen|divided|third|"
    r"quarter|percent|per|each|every|from|between|until|before|after|another|without)\b",
    re.IGNORECASE,
)
_LONGEST = 60


def in_sentence(text: str) -> Amount | None:
    """The one number that a sentence says, with its unit; None when there are several, or other words change it."""
    text = plain(text)
    numbers = list(_NUMBER.finditer(text))
    if len(numbers) != 1 or _DOUBT.search(text) or len(text) > _LONGEST or EQUALS.search(text):
        return None
    match = numbers[0]
    spelled, units = _unit_after(text[match.end() :])
    around = text[: match.start()] + " " + text[match.end() :].strip().removeprefix(spelled)
    around += f" {spelled}" if spelled.isascii() else ""
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
