"""Reads an answer or a key into one of the `forms`: in Chinese or English, typed or LaTeX. Called by `decider`."""

import re

from tutor.ai.checking.forms import Division, Except, Form, Points, Ratio, Region, Values
from tutor.ai.checking.items import Kind
from tutor.ai.checking.quantities import amount, expression, in_pieces
from tutor.ai.checking.regions import RELATION, inequality, intervals, is_interval
from tutor.ai.checking.solutions import braces, cut, solutions
from tutor.ai.checking.spelling import plain
from tutor.ai.checking.words import said
from tutor.ai.embedded.answers import bare_answer
from tutor.ai.embedded.errors import CannotSolve
from tutor.ai.embedded.instructions import CHINESE_SIGNS
from tutor.ai.embedded.text import HAN
from tutor.ai.embedded.tree import evaluate

_BEFORE = re.compile(
    r"^(?:(?:解集|解得|解|答案?|原式|(?:原|此|该)?(?:方程组?|不等式组?)的?(?:解集|解|根)|值|结果|面积|周长|体积|"
    r"(?:the )?solution(?: set)?s?|(?:the )?roots?|(?:the )?final answer|answer|ans|result|we get|hence|therefore)"
    r"\s*(?:为|是|is|are|[:=])*\s*[:,]?\s*)+",
    re.IGNORECASE,
)
_REMAINDER = re.compile(
    r"^(?:商\s*(?:是|为)?\s*)?(\d+)\s*[,;]?\s*(?:\.{3,6}|余数?\s*(?:是|为)?|remainder|rem\.?|r)\s*(\d+)$", re.IGNORECASE
)
_TO = re.compile(r"(?<=[\d\s])(?:比|\bto\b)(?=[\d\s])")
_COMPARED = {word: sign for word, sign in CHINESE_SIGNS.items() if sign in {"<", ">", "<=", ">="}}
_DENIED = (("不小于", ">="), ("不大于", "<="), ("不等于", "!="))
_ENGLISH_COMPARED = (
    (r"(?:is )?(?:greater|bigger|more|larger) than or equal to|(?:is )?at least", ">="),
    (r"(?:is )?(?:less|smaller) than or equal to|(?:is )?at most", "<="),
    (r"(?:is )?(?:greater|bigger|more|larger) than", ">"),
    (r"(?:is )?(?:less|smaller) than", "<"),
)
DOUBTFUL = re.compile(
    r"(?:\.{3,}|…|[?？吗吧])\s*$|是不是|是否|可能|也许|大概|好像|应该不|\b(?:maybe|perhaps|probably|guess)\b",
    re.IGNORECASE,
)
_TUPLE = re.compile(r"^\(.*\)$")
_ALIKE = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])")


def read(text: str, kind: Kind = "any", beside: Form | None = None) -> Form:
    """The form of a text; `beside` is the key's form when an answer is read.

    Raises:
        CannotSolve: no answer, or one that may mean two things.

    """
    if found := said(text):
        return found
    _hold_commas(text)
    if DOUBTFUL.search(text):
        raise CannotSolve("ambiguous")
    text = bare_answer(plain(text))
    text = _BEFORE.sub("", text).strip(" ;,").rstrip(".")
    if match := _REMAINDER.match(text):
        return Division(evaluate(expression(match[1]), {}), evaluate(expression(match[2]), {}))
    if quantity := in_pieces(text):
        return quantity
    text = _compared(text)
    return said(text) or _ratio(text) or _except(text) or _region(text, kind, beside) or _set(text) or solutions(text)


def _hold_commas(text: str) -> None:
    """In brackets 1,234 may be a pair as well as a number."""
    if re.search(r"[(\[{（【].*[)\]}）】]", text, re.DOTALL) and _ALIKE.search(text):
        raise CannotSolve("ambiguous")


def _compared(text: str) -> str:
    """x大于3, x is at least 3: with signs."""
    if HAN.search(text):
        for word, sign in (*_DENIED, *sorted(_COMPARED.items(), key=lambda item: -len(item[0]))):
            text = text.replace(word, sign)
        return text
    for words, sign in _ENGLISH_COMPARED:
        text = re.sub(rf"\b{words}\b", sign, text, flags=re.IGNORECASE)
    return text


def _ratio(text: str) -> Form | None:
    text = _TO.sub(":", text)
    if ":" not in text or "{" in text:
        return None
    return Ratio(tuple(expression(term) for term in text.split(":")))


def _except(text: str) -> Form | None:
    """X ≠ 2 and x ≠ -2."""
    if "!=" not in text:
        return None
    found = []
    names = set()
    for part in cut(re.sub(r"且|和|\band\b|或|\bor\b", ",", text)):
        name, sign, value = part.partition("!=")
        if not sign or not re.fullmatch(r"[A-Za-z]", name.strip()):
            raise CannotSolve("unknown")
        names.add(name.strip())
        found += [expression(piece) for piece in cut(value)]
    if len(names) != 1:
        raise CannotSolve("unknown")
    return Except(tuple(found), names.pop())


def _region(text: str, kind: Kind, beside: Form | None) -> Form | None:
    if RELATION.search(text):
        return inequality(text)
    if is_interval(text):
        return intervals(text)
    if _TUPLE.match(text) and (kind == "range" or isinstance(beside, Region | Except)) and len(cut(text[1:-1])) > 1:
        return intervals(text)
    return None


def _set(text: str) -> Form | None:
    if not (text.startswith("{") and text.endswith("}")):
        return None
    inside = text[1:-1]
    if "=" in inside:  # a system in one large brace
        return solutions(inside)
    if all(_TUPLE.match(piece) and len(cut(piece[1:-1])) > 1 for piece in cut(inside)):
        found = solutions(inside)
        return found if isinstance(found, Points) else None
    found = braces(text)
    return Values(found.trees)


def number(text: str) -> str:
    """A text that must be one number, as it is read; for tolerances. Raises CannotSolve for others."""
    return str(evaluate(amount(plain(text)).tree, {}))
