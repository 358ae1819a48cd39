"""Chinese numerals in answers, only where they can mean one number. Called by `spelling`.

一百二 is 120 to many and 102 to a computer, and 一5 may be a minus that came out wrong: such are refused.
"""

import re

from tutor.ai.embedded.errors import CannotSolve
from tutor.ai.embedded.text import NUMERALS, chinese_number, numbers_from_words

_DIGITS = "零一二三四五六七八九"
_PLACES = ("", "十", "百", "千")
_LARGE = {"万": 10_000, "亿": 100_000_000}
_WORD = re.compile(rf"[{NUMERALS}]+")
_BESIDE_DIGIT = re.compile(rf"[\d.][{NUMERALS}]|[{NUMERALS}][\d]")
_YEAR = 3  # digits from which a row of them is read place by place: 二〇二六


def in_digits(text: str) -> str:
    """The text with 一百零五, 三点五 and 3.5万 as digits.

    Raises:
        CannotSolve: a numeral that may mean two numbers.

    """
    text = re.sub(r"(\d+(?:\.\d+)?)\s*([万亿])(?![\d点])", lambda m: f"({m[1]}*{_LARGE[m[2]]})", text)
    if _BESIDE_DIGIT.search(text):
        raise CannotSolve("ambiguous")
    for word in _WORD.findall(re.sub(rf"点[{NUMERALS}]+", "", text)):
        _hold_proper(word)
    return numbers_from_words(text)


def _hold_proper(word: str) -> None:
    """Refuse a numeral that is not written as the number it reads as is written."""
    plain = word.replace("两", "二").replace("〇", "零")
    if set(plain) <= set(_DIGITS):
        if len(plain) == 1 or (len(plain) > _YEAR and plain[0] != "零"):
            return
        raise CannotSolve("ambiguous")
    spelt = _spell(chinese_number(word))
    if plain not in {spelt, spelt.removeprefix("一") if spelt.startswith("一十") else spelt}:
        raise CannotSolve("ambiguous")


def _spell(value: int) -> str:
    """The numeral for a whole number below a million million."""
    text = ""
    for name, size in (("亿", 10**8), ("万", 10**4), ("", 1)):
        section, value = divmod(value, size)
        if section:
            gap = "零" if text and section < 1000 else ""  # noqa: PLR2004  # no thousands: a zero is spoken
            text += gap + _section(section) + name
    return text or "零"


def _section(value: int) -> str:
    """Up to four digits: 3050 is 三千零五十."""
    text, pending = "", False
    for place in (3, 2, 1, 0):
        digit = value // 10**place % 10
        if digit:
            text += ("零" if pending and text else "") + _DIGITS[digit] + _PLACES[place]
        pending = not digit
    return text
