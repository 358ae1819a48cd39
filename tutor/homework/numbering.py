"""Finds the numbers of problems in a text: 1. (2) ③ 四、 第5题 Q6. Called by `splitting.py`. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_HAN = "一二三四五六七八九十"
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
# What numbers a problem, by its style. After the shakier ones a sign could make it a part of a formula.
_MARKERS = {
    "han": re.compile(rf"[(（]?([{_HAN}]{{1,3}})(?:[、.．：:]|[)）][、.．]?)"),
    "named": re.compile(
        rf"(?:第\s*([\d{_HAN}]{{1,3}})\s*[题小]题?|题\s*(\d{{1,2}})|Q(?:uestion)?\.?\s*(\d{{1,2}}))[、.．:：)]?",
        re.IGNORECASE,
    ),
    "paren": re.compile(r"[(（]\s*(\d{1,2})\s*[)）][、.．]?"),
    "circled": re.compile(rf"([{_CIRCLED}])[、.．]?"),
    "plain": re.compile(r"(\d{1,2})\s*(?:[、.．]|[)）])"),
}
_BEFORE = re.compile(r"[\s;；。，,]")
_IN_FORMULA = re.compile(r"[-−+(（\[]|[A-Za-z](?![A-Za-z])")
_SIGNS_AFTER = tuple("*/^×÷·=＝²³")


@dataclass(frozen=True, slots=True)
class _Marker:
    style: str
    value: int
    start: int
    end: int
    shaky: bool


@dataclass(frozen=True, slots=True)
class Block:
    """What stands from one number to the next; `style` is empty before the first, `start` counts the text before it.

    `whole` is the text with its number where that could be a part of a formula, 1.2x + 3.
    """

    style: str
    text: str
    start: int
    whole: str = ""


def blocks_of(text: str) -> list[Block]:
    """The paragraphs before the first number, and what stands from each to the next."""
    markers = list(_markers(text))
    ends = [*(marker.start for marker in markers[1:]), len(text)]
    first = markers[0].start if markers else len(text)
    found = [Block("", part, place) for part, place in _paragraphs(text[:first])]
    for marker, end in zip(markers, ends, strict=False):
        whole = text[marker.start : end] if marker.shaky else ""
        found.append(Block(marker.style, text[marker.end : end], marker.start, whole))
    return found


def _paragraphs(text: str) -> Iterator[tuple[str, int]]:
    """What blank lines part, with the place where each begins."""
    for match in re.finditer(r"\S(?:.|\n(?!\s*\n))*", text):
        yield match[0], match.start()


def _markers(text: str) -> Iterator[_Marker]:
    expected: dict[str, int] = {}
    place = 0
    while place < len(text):
        marker = _marker_at(text, place, expected) if _may_begin(text, place) else None
        if marker is None:
            place += 1
            continue
        expected[marker.style] = marker.value + 1
        yield marker
        place = marker.end


def _may_begin(text: str, place: int) -> bool:
    return not text[place].isspace() and (place == 0 or bool(_BEFORE.match(text[place - 1])) or text[place] in _CIRCLED)


def _marker_at(text: str, place: int, expected: dict[str, int]) -> _Marker | None:
    is_line_start = not text[text.rfind("\n", 0, place) + 1 : place].strip()
    for style, pattern in _MARKERS.items():
        match = pattern.match(text, place)
        if match is None:
            continue
        value = _value_of(next(group for group in match.groups() if group))
        follows = text[match.end() : match.end() + 2]
        shaky = _is_shaky(style, match[0], follows)
        in_order = value == expected.get(style, 1)
        if style == "paren" and follows[:1] in _SIGNS_AFTER:
            return None
        if (is_line_start and (not shaky or in_order)) or (
            not is_line_start and not shaky and value == expected.get(style)
        ):
            return _Marker(style, value, place, match.end(), shaky)
        if style == "circled" and in_order:
            return _Marker(style, value, place, match.end(), shaky=False)
    return None


def _is_shaky(style: str, marker: str, follows: str) -> bool:
    """Whether the number could belong to the formula behind it: 1.5, (2)x, (1)-2; a word is no formula."""
    if style == "plain":
        return marker[-1] in ".．" and follows[:1].isdigit()
    return style == "paren" and bool(_IN_FORMULA.match(follows))


def _value_of(number: str) -> int:
    if number in _CIRCLED:
        return _CIRCLED.index(number) + 1
    if number.isdigit():
        return int(number)
    tens, _, ones = number.rpartition("十") if "十" in number else ("", "", number)
    ten = 0 if "十" not in number else 10 * (_HAN.index(tens[0]) + 1 if tens else 1)
    return ten + (_HAN.index(ones[0]) + 1 if ones else 0)
