"""Wishes: what students say instead of a problem (help, the answer, a greeting), and around one (how to explain it).

Called by the readers of questions here and by the chat's ladder, so that a wish means the same everywhere. Pure.
"""

import re
from collections.abc import Callable
from typing import Literal, TypeVar

from tutor.ai.embedded import phrases
from tutor.ai.embedded.errors import CannotSolve
from tutor.ai.embedded.instructions import AROUND
from tutor.ai.embedded.text import has_han, normalise

Wish = Literal["help", "answer", "greeting", "thanks"]
Found = TypeVar("Found")

_LONGEST = 80
_TABLES: tuple[tuple[frozenset[str], Wish], ...] = (
    (phrases.HELP, "help"),
    (phrases.REVEAL, "answer"),
    (phrases.GREETINGS, "greeting"),
    (phrases.THANKING, "thanks"),
)
_SEPARATORS = re.compile(r"([,;:!?\n]|\.(?!\d))")


def _around() -> re.Pattern[str]:
    """The words as they stand between others; one of a single letter, before another word, is no variable.

    What surrounds a kind of words stands once: six hundred times, it takes a process 50 ms to begin with.
    """
    chinese = "|".join(word for word in AROUND if has_han(word))
    english = "|".join(word for word in AROUND if len(word) > 1 and not has_han(word))
    letters = "|".join(word for word in AROUND if len(word) == 1 and not has_han(word))
    alone = rf"(?:{english})(?![A-Za-z'])|(?:{letters})(?= [A-Za-z]{{2}})"
    return re.compile(rf"{chinese}|(?<![A-Za-z'])(?:{alone})", re.IGNORECASE)


_WORD = _around()


def wish_of(text: str) -> Wish | None:
    """What a text wishes that says nothing else; None when it says more."""
    said = re.sub(r"\s+", " ", re.sub(r"[^\w\s]", "", normalise(text[:_LONGEST]).lower())).strip()
    return _in_tables(said) or _in_tables(_without_courtesy(said))


def _in_tables(said: str) -> Wish | None:
    return next((wish for table, wish in _TABLES if said in table), None)


def _without_courtesy(said: str) -> str:
    before = None
    while said != before:
        before = said
        for courtesy in phrases.BEFORE_WISHES:
            said = said.removeprefix(courtesy).strip()
        for courtesy in phrases.AFTER_WISHES:
            said = said.removesuffix(courtesy).strip()
    return said


def read_without_wishes(read: Callable[[str], Found], text: str) -> Found:
    """Read a normalised text as it stands or, where it has unknown words, without the wishes around its problem.

    Raises:
        CannotSolve: it cannot be read either way.

    """
    try:
        return read(text)
    except CannotSolve as refused:
        bare = without_wishes(text)
        if refused.reason != "unknown" or bare == text:
            raise
    return read(bare)


def without_wishes(text: str) -> str:
    """A normalised text without the words, at the ends of its clauses, that only say how to help with the problem."""
    *pieces, last = _SEPARATORS.split(text)
    clauses = [*zip(pieces[::2], pieces[1::2], strict=True), (last, "")]
    bare = [(_bare(clause), separator) for clause, separator in clauses]
    return "".join(clause + separator for clause, separator in bare if clause).strip(" ,;:!?.")


def _bare(clause: str) -> str:
    found = [match for match in _WORD.finditer(clause) if AROUND[match[0].lower()] is None]
    start, end = 0, len(clause)
    for word in found:
        if clause[start : word.start()].strip():
            break
        start = word.end()
    for word in reversed(found):
        if word.start() < start or clause[word.end() : end].strip():
            break
        end = word.start()
    return clause[start:end].strip()
