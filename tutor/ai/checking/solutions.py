"""Reads what equations have for solutions: roots, lists, sets, points and systems. Called by `reading`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tutor.ai.checking.forms import Amount, Form, Open, Points, Values
from tutor.ai.checking.quantities import amount, expression
from tutor.ai.checking.spelling import formula
from tutor.ai.embedded.errors import CannotSolve
from tutor.ai.embedded.tree import Name, Statement, Tree, letters

_NAMED = re.compile(r"^(∠?[A-Za-z]{1,4}|[\u3400-\u9fff]{1,8})(?:_?\(?(\d)\)?)?('?)\s*=\s*(.+)$")
_FUNCTION = re.compile(r"^(?:[fgh]'{0,2}\s*\(\s*[a-z]\s*\)|[a-z]'|d[a-z]/d[a-z])\s*=\s*")
_OR = re.compile(r"\s*(?:或者|或|\bor\b)\s*")
_WORDS = re.compile(r"\s*(?:和|与|及|且|\band\b|&)\s*")
_REJECTED = re.compile(r"舍|不合|不符|reject|extraneous|discard|检验.*不是|增根", re.IGNORECASE)
_BOTH = re.compile(r"±|\+/-|(?<![\w)])\+-")
_PLUS_MINUS = re.compile(r"[\w)]\s*\+\s?-")
_OPENING, _CLOSING = "([{", ")]}"
_MOST = 12


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece between separators: a value, or a row of them, maybe with a name and its subscript."""

    trees: tuple[Tree, ...]
    name: str = ""
    index: str = ""
    row: bool = False


def cut(text: str, separators: str = ",;") -> list[str]:
    """The pieces between separators outside all brackets."""
    found, depth, piece = [], 0, ""
    for sign in text:
        depth += (sign in _OPENING) - (sign in _CLOSING)
        if sign in separators and depth == 0:
            found.append(piece)
            piece = ""
        else:
            piece += sign
    return [each.strip() for each in (*found, piece) if each.strip()]


def solutions(text: str) -> Form:
    """One value or several, named or not.

    Raises:
        CannotSolve: other text, or names and values that do not fit together.

    """
    text = _FUNCTION.sub("", text.strip())
    if _PLUS_MINUS.search(text):  # 1+-2 may stand for ±
        raise CannotSolve("ambiguous")
    alternatives = [_kept(piece) for piece in _OR.split(text) if piece.strip()]
    pieces = [piece for alternative in alternatives for piece in alternative]
    if not 0 < len(pieces) <= _MOST:
        raise CannotSolve("unknown")
    if len(pieces) == 1 and _is_single(pieces[0]):
        return _single(pieces[0])
    rows = [[_part(piece) for piece in alternative] for alternative in alternatives]
    ordered = len(rows) == 1 and not _WORDS.search(text) and not _BOTH.search(text)
    return _several(rows, ordered=ordered)


def _several(rows: list[list[_Part]], *, ordered: bool) -> Form:
    """Roots, a list, points or a system."""
    parts = [part for row in rows for part in row]
    if all(part.row for part in parts):
        return Points(tuple(part.trees for part in parts))
    if any(part.row for part in parts):
        raise CannotSolve("unknown")
    names = {part.name.lower() for part in parts if part.name}
    if len(names) > 1:
        return _system(rows)
    if names and not parts[0].name:
        raise CannotSolve("ambiguous")
    return Values(tuple(tree for part in parts for tree in part.trees), parts[0].name, ordered and not names)


def _is_single(piece: str) -> bool:
    """Whether a piece says one value or one equation: no pair in brackets, no ±, no x1 = x2 = 2."""
    row = piece.startswith("(") and piece.endswith(")") and len(cut(piece[1:-1])) > 1
    match = _NAMED.match(piece)
    return not (row or _BOTH.search(piece) or (match and "=" in match[4]))


def _single(text: str) -> Form:
    """One value, or an equation that is not solved."""
    if match := _NAMED.match(text):
        if "=" not in match[4]:
            return amount(match[4], match[1])
    elif "=" not in text:
        return amount(text)
    found = formula(text)
    if not isinstance(found, Statement):
        raise CannotSolve("unknown")
    if isinstance(found.right, Name) and not letters(found.left):  # 5 = x
        return Amount(found.left, name=found.right.letter)
    return Open(found)


def braces(text: str) -> Values:
    """The elements of {1, 2, 3}. Raises CannotSolve when they are no values, or one comes twice."""
    trees = tuple(tree for piece in cut(text[1:-1]) for tree in _both(piece))
    if not trees or len(set(trees)) != len(trees):
        raise CannotSolve("unknown")
    return Values(trees)


def _kept(text: str) -> list[str]:
    """The pieces of an alternative, without the roots that the student has rejected."""
    pieces = [piece.strip() for part in cut(text) for piece in _WORDS.split(part) if piece.strip()]
    return [piece for piece in pieces if not _REJECTED.search(piece)]


def _part(text: str) -> _Part:
    if text.startswith("(") and text.endswith(")") and len(cut(text[1:-1])) > 1:
        return _Part(tuple(expression(piece) for piece in cut(text[1:-1])), row=True)
    match = _NAMED.match(text)
    if match is None:
        if "=" in text:
            raise CannotSolve("unknown")
        return _Part(tuple(_both(text)))
    value = re.sub(rf"^(?:{match[1]}_?\(?\d?\)?\s*=\s*)+", "", match[4])
    return _Part(tuple(_both(value)), match[1], match[2] or "")


def _both(text: str) -> Iterator[Tree]:
    """The value, or both where ± is in it."""
    signs = len(_BOTH.findall(text))
    if signs > 1:
        raise CannotSolve("ambiguous")
    if signs:
        yield from (expression(_BOTH.sub(sign, text)) for sign in "+-")
        return
    found = amount(text)
    if found.units:
        raise CannotSolve("ambiguous")
    yield found.tree


def _system(alternatives: list[list[_Part]]) -> Points:
    """Each alternative, or each subscript, is a row with a value for every name."""
    if len(alternatives) == 1 and any(part.index for part in alternatives[0]):
        indexes = dict.fromkeys(part.index for part in alternatives[0])
        alternatives = [[part for part in alternatives[0] if part.index == index] for index in indexes]
    rows = [{part.name: part.trees for part in alternative} for alternative in alternatives]
    names = tuple(sorted(rows[0]))
    for row, alternative in zip(rows, alternatives, strict=True):
        single = all(len(trees) == 1 for trees in row.values())
        if tuple(sorted(row)) != names or len(row) != len(alternative) or not single or "" in row:
            raise CannotSolve("ambiguous")
    return Points(tuple(tuple(row[name][0] for name in names) for row in rows), names)
