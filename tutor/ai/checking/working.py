"""Finds the final answer in what a student wrote. Called by `decider`.

The answer stands after 答 or "answer", else at the end; of a = b = c it is the last. What checks it is not it.
"""

import re
from dataclasses import dataclass

from tutor.ai.checking.forms import Amount, Form, Open, Points, Values
from tutor.ai.embedded.errors import CannotSolve
from tutor.ai.embedded.text import MAX_LENGTH
from tutor.ai.embedded.tree import letters

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
EQUALS = re.compile(r"(?<![<>!=])[=＝](?![=<>])")
NAME = re.compile(
    r"^\s*(?:∠?[A-Za-z]{1,4}[_\d₀-₉']*|[A-Za-z]\s*\([a-z]\)|[fyFSVC]'?(?:\([a-z]\))?|[\u3400-\u9fff]{1,8})\s*$"
)
_NEXT_NAME = re.compile(r"([\d)])\s+(?=[A-Za-z]_?[\d₀-₉]?\s*[=＝])")
_SEVERAL = re.compile(r"[,，;；、]|或|和|且|\bor\b|\band\b")
_LETTER = re.compile(r"[A-Za-z]")
_FUNCTION_WORDS = re.compile(r"sqrt|sin|cos|tan|ln|lg|log|pi|frac|times|div|cdot|left|right|dfrac|°[CF]")
_SUBSCRIPTED = re.compile(r"^\s*([A-Za-z])\s*_?\s*\{?([\d₀-₉]?)\}?\s*[=＝]\s*-?[^=＝+*×÷]+$")
_ALONE = re.compile(r"^[-+]?[\d.,/ ]*\d[%\s]*[A-Za-z\u3400-\u9fff]{0,4}[.。]?$")
_CHECK = re.compile(r"^\s*(?:检验|验算|经检验|左边|右边|check)(?!.*[增舍不≠])", re.IGNORECASE)
_MOST_LINES = 40


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
    lines = [_NEXT_NAME.sub(r"\1, ", line) for line in lines if line]
    if not lines or len(lines) > _MOST_LINES or any(len(line) > MAX_LENGTH for line in lines):
        raise CannotSolve("too_long")
    marked = [match[1].strip() for line in lines if (match := _MARKED.search(line))]
    if len(set(marked)) > 1:
        raise CannotSolve("ambiguous")
    if marked:
        return Work(_last(marked[0], key), tuple(line for line in lines if not _MARKED.search(line)))
    if len({line for line in lines if _ALONE.match(line)}) > 1:  # a choice of answers, one a line
        raise CannotSolve("ambiguous")
    if _names(key) and _ALONE.match(lines[-1]) and any(map(_SUBSCRIPTED.match, lines[-2:-1])):  # x = 2, and below it 3
        raise CannotSolve("ambiguous")
    return Work(_ending(_without_checks(lines, key), key), tuple(lines))


def _tasks(line: str) -> list[str]:
    """A line with several calculations in it, 2+3=5, 5*2=10, as several lines."""
    pieces = [piece.strip() for piece in re.split(r"[，;；]|,(?!\d{3})", line)]
    whole = len(pieces) > 1 and all(EQUALS.search(piece) and not _has_letters(piece) for piece in pieces)
    return pieces if whole else [line]


def _has_letters(text: str) -> bool:
    return _LETTER.search(_FUNCTION_WORDS.sub("", text)) is not None


def _names(key: Form | None) -> tuple[str, ...]:
    """The unknowns that a key gives values to."""
    match key:
        case Points(_, names):
            return names
        case Amount(name=name) | Values(name=name) if name:
            return (name,)
        case _:
            return ()


def _without_checks(lines: list[str], key: Form | None) -> list[str]:
    """The lines without those at the end that put the found values in to see whether they fit."""
    end = len(lines)
    while end > 1 and _names(key) and (_CHECK.search(lines[end - 1]) or not _has_letters(lines[end - 1])):
        end -= 1
    return lines[:end] if _SUBSCRIPTED.match(lines[end - 1]) else lines


def _of_each(lines: list[str], names: tuple[str, ...]) -> str:
    """The last value of each of several unknowns; empty when one has none."""
    last = {match[1]: line for line in lines if (match := _SUBSCRIPTED.match(line)) and not match[2]}
    return ", ".join(last[name] for name in names) if len(names) > 1 and set(names) <= set(last) else ""


def _ending(lines: list[str], key: Form | None) -> str:
    """The last line; with the ones before it where each gives another root or another unknown."""
    if _SUBSCRIPTED.match(lines[-1]) and (values := _of_each(lines, _names(key))):
        return values
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
    parts = EQUALS.split(text)
    if len(parts) == 1 or _SEVERAL.search(re.sub(r"\d,\d{3}", "", text)) or isinstance(key, Open):
        return text
    if not parts[-1].strip():
        return text
    if not parts[0].strip():
        return parts[-1]
    if NAME.match(parts[0]):
        same = all(NAME.match(part) for part in parts[:-1])
        return text if len(parts) == 2 or same else f"{parts[0]}={parts[-1]}"  # noqa: PLR2004  # name and value
    identity = isinstance(key, Amount) and bool(letters(key.tree)) and not key.name
    return parts[-1] if identity or not _has_letters(text) else text
