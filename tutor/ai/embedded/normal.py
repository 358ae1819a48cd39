"""Whether a student's text states another problem than the one at hand, without SymPy and without solving anything.

Called by the chat's ladder in the server's process. Formulas are compared by what they mean: steps towards the solution
and answers belong to the problem. Of other texts, those with numbers of their own or of some length are problems.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from tutor.ai.embedded.errors import CannotSolve
from tutor.ai.embedded.instructions import Goal
from tutor.ai.embedded.parser import parse
from tutor.ai.embedded.text import HAN, MAX_LENGTH, NUMERALS, normalise
from tutor.ai.embedded.tree import Name, Operation, Statement, Tree, evaluate, letters, walk
from tutor.ai.embedded.wishes import read_without_wishes, wish_of, without_wishes
from tutor.ai.embedded.words import chunks, spoken, take_words

_PROBES = 5
_FEW_NUMBERS = 1
_FOLLOW_UP_SIZE = 24
_ORDINAL = re.compile(rf"第[\d{NUMERALS}]+|[一两][步题行个次样起点些下]|统一|一定")
_NUMBER = re.compile(rf"\d+(?:\.\d+)?|[{NUMERALS}]+")
_SPECIES = re.compile(r"(?:[A-Z][a-z]?\d*|\((?:[A-Z][a-z]?\d*)+\)\d*)+")
_ARROW = re.compile(r"->|=")
_SOLVABLE = re.compile(rf"\d|=|[{NUMERALS}]")

Formula = Tree | Statement


@dataclass(frozen=True, slots=True)
class _Stated:
    """The formulas of a text, and what is to be done with them."""

    formulas: tuple[Formula, ...]
    goals: frozenset[Goal]


def is_solvable(text: str) -> bool:
    """Whether it is worth asking the solver: it takes nothing without numbers or an equals sign, and nothing long."""
    return len(text) <= MAX_LENGTH and _SOLVABLE.search(text) is not None


def states_problem(text: str) -> bool:
    """Whether a text says more than a greeting, thanks or a wish for help."""
    return wish_of(text) is None and (len(text) > MAX_LENGTH or without_wishes(normalise(text)) != "")


def is_another(problem: str, text: str) -> bool:
    """Whether a text states another problem than `problem`."""
    if not states_problem(text) or _squeezed(text) == _squeezed(problem):
        return False
    new, old = _read(text), _read(problem)
    if new is not None:
        return not (_is_answer(new) or (old is not None and _belongs(new, old)))
    if (species := _species(text)) is not None:
        return species != _species(problem)
    return _is_long(text) or _numbers(text) > _FEW_NUMBERS


def _squeezed(text: str) -> str:
    return re.sub(r"\W+", "", normalise(text[:MAX_LENGTH]).lower())


def _read(text: str) -> _Stated | None:
    """The formulas of a text whose words are all known; None when there are other words, or none can be read."""
    if len(text) > MAX_LENGTH:
        return None
    with suppress(CannotSolve):
        return read_without_wishes(_stated, normalise(text))
    return None


def _stated(text: str) -> _Stated | None:
    rest, goals = take_words(spoken(text))
    found = [chunk for chunk in chunks(rest) if not re.fullmatch(r"[A-Za-z]", chunk)]
    return _Stated(tuple(parse(chunk) for chunk in found), frozenset(goals)) if found else None


def _is_answer(stated: _Stated) -> bool:
    """A number, or letters that equal numbers: nothing to be worked out."""
    return not stated.goals and all(_is_value(formula) for formula in stated.formulas)


def _is_value(formula: Formula) -> bool:
    if isinstance(formula, Statement):
        sides = (formula.left, formula.right)
        return any(isinstance(one, Name) and not letters(other) for one, other in (sides, sides[::-1]))
    signs = [node.sign for node in walk(formula) if isinstance(node, Operation)]
    return not letters(formula) and signs in ([], ["/"])


def _belongs(new: _Stated, old: _Stated) -> bool:
    """Whether formulas are steps towards what the old ones ask for, or answers to it."""
    if new.goals - {"solve", "compute"} - old.goals:
        return False
    if all(any(_equivalent(one, other) for other in old.formulas) for one in new.formulas):
        return True
    if new.goals or not _letters(new) or not _letters(new) <= _letters(old):
        return False
    is_row = len(old.formulas) > len(new.formulas)  # of a system
    return is_row or not any(isinstance(one, Statement) for one in (*new.formulas, *old.formulas))


def _letters(stated: _Stated) -> frozenset[str]:
    return frozenset().union(*(_letters_of(formula) for formula in stated.formulas))


def _letters_of(formula: Formula) -> frozenset[str]:
    return letters(formula.left, formula.right) if isinstance(formula, Statement) else letters(formula)


def _equivalent(one: Formula, two: Formula) -> bool:
    """Whether two formulas say the same in whatever form: equal values, or proportional differences of the sides."""
    if one == two:
        return True
    if isinstance(one, Statement) is not isinstance(two, Statement) or _letters_of(one) != _letters_of(two):
        return False
    try:
        pairs = list(zip(_values(one), _values(two), strict=True))
    except CannotSolve:
        return False
    if not isinstance(one, Statement):
        return all(first == second for first, second in pairs)
    if not any(first and second for first, second in pairs):
        return False
    return all(a * d == b * c for (a, b), (c, d) in pairwise(pairs))


def _values(formula: Formula) -> Iterator[Fraction]:
    """The value, or the difference of the sides, with some numbers put in for the letters."""
    names = sorted(_letters_of(formula))
    for probe in range(_PROBES):
        values = {name: Fraction(3 * probe + 7 * place * place + 2, 2 + place) for place, name in enumerate(names)}
        if isinstance(formula, Statement):
            yield evaluate(formula.left, values) - evaluate(formula.right, values)
        else:
            yield evaluate(formula, values)


def _species(text: str) -> frozenset[str] | None:
    """The formulas of a chemical equation."""
    plain = normalise(text)
    found = _SPECIES.findall(plain)
    return frozenset(found) if len(found) > 1 and _ARROW.search(plain) and not re.search(r"[a-z]{3}", plain) else None


def _numbers(text: str) -> int:
    return len(set(_NUMBER.findall(_ORDINAL.sub("", normalise(text)))))


def _is_long(text: str) -> bool:
    return len(HAN.findall(text)) + 2 * len(re.findall(r"[A-Za-z]{2,}", text)) > _FOLLOW_UP_SIZE
