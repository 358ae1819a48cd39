"""What the generators make: an item, what it truly is, and how it was made. They know nothing of the checker."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from random import Random
from typing import Literal

from tutor.ai.checking.items import Demand, Item, Kind

Truth = Literal["right", "wrong", "open"]  # open: no full marks without a teacher, undecided is best

FULL = str.maketrans("0123456789+-=()./<>,%", "０１２３４５６７８９＋－＝（）．／＜＞，％")


@dataclass(frozen=True, slots=True)
class Example:
    """An item with its truth; `variant` names how the answer was made from the key."""

    family: str
    item: Item
    truth: Truth
    variant: str


@dataclass(slots=True)
class Task:
    """A question with its key, for which answers are collected."""

    family: str
    question: str
    key: str
    kind: Kind = "any"
    demand: Demand = ""
    found: dict[str, Example] = field(default_factory=dict)

    def right(self, answer: str, variant: str) -> None:
        self._add(answer, "right", variant)

    def wrong(self, answer: str, variant: str) -> None:
        self._add(answer, "wrong", variant)

    def open(self, answer: str, variant: str) -> None:
        self._add(answer, "open", variant)

    def _add(self, answer: str, truth: Truth, variant: str) -> None:
        item = Item(self.key, answer, self.question, self.kind, self.demand)
        before = self.found.get(answer)
        if before is None or truth == "right":  # by chance a slip may lead to the key
            self.found[answer] = Example(self.family, item, truth, variant)

    def __iter__(self) -> Iterator[Example]:
        return iter(self.found.values())


def wide(text: str) -> str:
    """As a Chinese keyboard types it."""
    return text.translate(FULL)


def said(number: int) -> str:
    """A Chinese numeral below a hundred thousand, as children learn it."""
    if number < 0:
        return f"负{said(-number)}"
    digits = "零一二三四五六七八九"
    if number < 10:
        return digits[number]
    for size, name in ((10000, "万"), (1000, "千"), (100, "百"), (10, "十")):
        if number >= size:
            head, rest = divmod(number, size)
            gap = "零" if rest and rest < size // 10 else ""
            front = "" if size == 10 and head == 1 else said(head)
            tail = said(rest) if rest else ""
            return front + name + gap + (f"一{tail}" if tail.startswith("十") else tail)
    return ""


def decimal(value: Fraction) -> str | None:
    """The decimal of a fraction where it ends."""
    for places in range(9):
        scaled = value * 10**places
        if scaled.denominator == 1:
            sign, digits = "-" if value < 0 else "", str(abs(scaled.numerator)).rjust(places + 1, "0")
            return sign + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)
    return None


def plain(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else f"{value.numerator}/{value.denominator}"


def latex(value: Fraction) -> str:
    if value.denominator == 1:
        return str(value.numerator)
    return rf"{'-' if value < 0 else ''}\frac{{{abs(value.numerator)}}}{{{value.denominator}}}"


def a_fraction(rnd: Random, largest: int = 20) -> Fraction:
    """A proper or improper fraction that is not whole."""
    while True:
        value = Fraction(rnd.randint(1, 3 * largest), rnd.randint(2, largest))
        if value.denominator > 1:
            return value
