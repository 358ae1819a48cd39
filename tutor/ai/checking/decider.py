"""Decides one item: right and wrong only when that is certain. Called by `embedded.desk`, in a worker process."""

import re

from sympy.polys.polyerrors import BasePolynomialError

from tutor.ai.checking.forms import Amount, Form, Points, Values, form_tex
from tutor.ai.checking.items import Item, Reason, Verdict
from tutor.ai.checking.matching import match, speaks_of_ranges
from tutor.ai.checking.reading import DOUBTFUL, read
from tutor.ai.checking.sentences import in_sentence
from tutor.ai.checking.shape import demand_of, fault
from tutor.ai.checking.slips import first_slip
from tutor.ai.checking.spelling import plain
from tutor.ai.checking.words import choices, is_one_letter, truth
from tutor.ai.checking.working import Work, work_of
from tutor.ai.checking.writing import is_written_otherwise
from tutor.ai.embedded.errors import CannotSolve
from tutor.ai.embedded.errors import Reason as Refusal
from tutor.ai.embedded.tree import letters

_REASONS: dict[Refusal, Reason] = {
    "unknown": "unreadable",
    "too_long": "unreadable",
    "zero_division": "unreadable",
    "ambiguous": "ambiguous",
    "beyond": "too_hard",
    "unverified": "too_hard",
}
_THOUSANDS = re.compile(r"(?<![\d.])\d{1,3}(?:,\d{3})+(?!\d)")
_WIDE_THOUSANDS = re.compile(r"\d，\d{3}(?!\d)")
_OMITTED = re.compile(r"略|omitted|见解析|see ", re.IGNORECASE)
_LONGEST_COPY = 60
_SHORTEST_TASK = 2
_PAIR = 2


def decide(item: Item) -> Verdict:
    """The verdict on an item; never raises for any text."""
    try:
        return _decide(item)
    except CannotSolve as refused:
        return Verdict("undecided", _REASONS[refused.reason])
    except (
        ArithmeticError,
        ValueError,
        TypeError,
        AttributeError,
        NotImplementedError,
        RecursionError,
        BasePolynomialError,
    ):
        return Verdict("undecided", "too_hard")  # SymPy at its limits; what it cannot do is not decided


def _decide(item: Item) -> Verdict:
    if not item.answer.strip():
        return Verdict("wrong", "empty")
    if (verdict := _by_truth(item) or _by_choice(item)) is not None:
        return Verdict("undecided", "ambiguous", verdict.expected_tex) if DOUBTFUL.search(item.answer) else verdict
    try:
        key = _key(item)
    except CannotSolve:
        copied = _copied(item.expected, item.answer)
        return Verdict("right") if copied else Verdict("undecided", "key_unreadable")
    work = work_of(item.answer, key)
    try:
        said = _said(work, key, item)
    except CannotSolve:
        if _copied(item.expected, work.final):
            return Verdict("right", "", form_tex(key), form_tex(key))
        raise
    return _compared(key, said, work, item)


def _compared(key: Form, said: Form, work: Work, item: Item) -> Verdict:
    shown = form_tex(key), form_tex(said)
    try:
        found = match(key, said, item)
        if found.outcome == "right" and (reason := fault(demand_of(item), key, said)):
            return Verdict("wrong", reason, *shown)
        if found.outcome == "right" and is_written_otherwise(item.question, key, said):
            return Verdict("wrong", "other_form", *shown)
        if found.outcome == "right" and _is_question_again(work.final, item):
            return Verdict("undecided", "not_worked_out", *shown)
    except CannotSolve as refused:
        return Verdict("undecided", _REASONS[refused.reason], *shown)
    slip = first_slip(work.lines)
    if found.outcome == "right" and slip is not None:
        return Verdict("undecided", "working", *shown, slip)
    return Verdict(found.outcome, found.reason, *shown, slip)


def _is_question_again(final: str, item: Item) -> bool:
    """Whether the answer is a formula that stands in the question, and not what the key says."""
    said, question, key = (re.sub(r"[\s$]+", "", plain(text)) for text in (final, item.question, item.expected))
    if said == key or len(said) < _SHORTEST_TASK or not re.search(r"[^\w.=]|\d[^\d.]", said):
        return False
    return re.search(rf"(?<![\w.+\-*/^(]){re.escape(said)}(?![\w.+\-*/^)])", question, re.ASCII) is not None


# ---- words ---------------------------------------------------------------------------------------------------------


def _by_truth(item: Item) -> Verdict | None:
    """Right or wrong, yes or no. One letter (T, x) may be something else unless the item is to be judged."""
    key = truth(item.expected)
    if key is None or item.kind not in {"any", "judge"}:
        return None
    said = truth(item.answer)
    if item.kind == "any" and is_one_letter(item.expected) and (said is None or is_one_letter(item.answer)):
        return None
    signs = {True: r"\checkmark", False: r"\times"}
    if said is None:
        return Verdict("undecided", "unreadable", signs[key])
    return Verdict("right" if said is key else "wrong", "" if said is key else "value", signs[key], signs[said])


def _by_choice(item: Item) -> Verdict | None:
    key = choices(item.expected, small=item.kind == "choice")
    if not key or item.kind not in {"any", "choice"}:
        return None
    said = choices(item.answer)
    shown = rf"\text{{{''.join(sorted(key))}}}", rf"\text{{{''.join(sorted(said))}}}"
    if not said:
        return Verdict("undecided", "unreadable", shown[0])
    if said == key:
        return Verdict("right", "", *shown)
    return Verdict("wrong", "missing_choice" if said < key else "extra_choice" if said > key else "value", *shown)


# ---- reading -------------------------------------------------------------------------------------------------------


def _key(item: Item) -> Form:
    """The key's form; a pair in brackets is an interval where the item or its question says so."""
    final = work_of(item.expected, None).final
    key = read(final, item.kind)
    if isinstance(key, Points) and not key.names and item.kind == "any" and speaks_of_ranges(item.question):
        return read(final, "range") if len(key.rows) == 1 and len(key.rows[0]) == _PAIR else key
    return key


def _said(work: Work, key: Form, item: Item) -> Form:
    several = isinstance(key, Values | Points)
    if (_THOUSANDS if several else _WIDE_THOUSANDS).search(work.final):
        raise CannotSolve("ambiguous")
    try:
        return read(work.final, item.kind, key)
    except CannotSolve as refused:
        spoken = in_sentence(work.final) if refused.reason == "unknown" and _is_number(key) else None
        if spoken is None:
            raise
        return spoken


def _is_number(key: Form) -> bool:
    return isinstance(key, Amount) and not letters(key.tree)


def _copied(expected: str, answer: str) -> bool:
    """Whether the key was written letter by letter: right even where it cannot be read."""
    one, two = (re.sub(r"\s+", " ", text).strip().rstrip("。.") for text in (expected, answer))
    meaningful = re.search(r"[\dA-Za-z]", one) and not _OMITTED.search(one) and len(one) <= _LONGEST_COPY
    return bool(meaningful and one == two)
