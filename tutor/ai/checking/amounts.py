"""Compares two values with their units and names. Called by `matching`."""

import re
from dataclasses import replace

from tutor.ai.checking.equality import compare
from tutor.ai.checking.forms import Amount
from tutor.ai.checking.items import Item
from tutor.ai.checking.units import ANGLE, Unit, mentioned
from tutor.ai.checking.values import RIGHT, Finding, is_task, values
from tutor.ai.embedded.tree import (
    Constant,
    Exact,
    Group,
    Number,
    Operation,
    Tree,
    letters,
    walk,
)

_BLANK = r"(?:_{2,}|[(（]\s*[)）]|\?|？|几|多少|\bhow many\b)\s*"


def amounts(key: Amount, said: Amount, item: Item) -> Finding:
    """How a value compares with the key's.

    Raises:
        CannotSolve: that is not certain.

    """
    found = _with_units(key, said, item)
    if found.outcome == "right" and (unsure := _half_said(key, said, item)):
        return unsure
    if found.outcome == "right" and key.name and said.name and key.name.lower() != said.name.lower():
        return Finding("undecided", "ambiguous")
    if found.outcome == "right" and bool(key.name) != bool(said.name):
        return _one_named(key, said, item)
    return found


def _half_said(key: Amount, said: Amount, item: Item) -> Finding | None:
    """Equal, but the task is only written down again, or a whole number is said to be about right."""
    if said.about and not key.about and _whole(key.tree):
        return Finding("undecided", "ambiguous")
    if item.question and not letters(key.tree) and is_task(said.tree) and not is_task(key.tree):
        return Finding("wrong", "not_worked_out")
    return None


def _whole(tree: Tree) -> bool:
    return isinstance(tree, Number) and tree.text.isdigit()


def _one_named(key: Amount, said: Amount, item: Item) -> Finding:
    """X = 5 and 5 say the same; y = 2x + 1 and 2x + 1 only if the name was given."""
    if (
        key.name
        and letters(key.tree)
        and not re.search(rf"{re.escape(key.name)}\s*=\s*(?:_|[(（]\s*[)）]|[?？])", item.question)
    ):
        return Finding("undecided", "other_form")
    if said.name in letters(said.tree):
        return Finding("undecided", "other_form")
    return RIGHT


def _with_units(key: Amount, said: Amount, item: Item) -> Finding:
    ours, theirs = _real(key.units), _real(said.units)
    if ours and theirs:
        return _converted(key, said, item)
    if ours and letters(said.tree) and not letters(key.tree):  # kph may be a unit that is not in the table
        return Finding("undecided", "unreadable")
    if ours:
        return _without_unit(key, said, item)
    if theirs:
        return _unasked_unit(key, said, theirs, item)
    found = values(key, said, item)
    if found.outcome == "right" and key.units and said.units and not _same_count(key.spelled, said.spelled):
        return Finding("undecided", "ambiguous")
    return found


def _real(units: tuple[Unit, ...]) -> tuple[Unit, ...]:
    """The units that measure something; measure words change no value."""
    return tuple(each for each in units if not each.counts)


def _same_count(one: str, two: str) -> bool:
    """Whether two measure words go together: 12个 and 12只 do, 12 apples and 12 pears do not."""
    if one == two or (not one.isascii() and not two.isascii() and min(len(one), len(two)) == 1):
        return True
    return one.lower().rstrip("s") == two.lower().rstrip("s")


def _converted(key: Amount, said: Amount, item: Item) -> Finding:
    pairs = [(one, two) for one in key.units for two in said.units if one.dimension == two.dimension]
    if not pairs:
        if {"度", "°"} & {key.spelled, said.spelled}:
            return Finding("undecided", "ambiguous")
        return Finding("wrong", "wrong_unit")
    one, two = pairs[0]
    if (one.factor, one.offset) == (two.factor, two.offset):
        return values(key, said, item)
    found = values(replace(key, tree=_in_base(key.tree, one)), replace(said, tree=_in_base(said.tree, two)), item)
    if found.outcome == "wrong":
        return Finding("wrong", "wrong_unit" if compare(key.tree, said.tree) == "same" else "value")
    return found


def _in_base(tree: Tree, unit: Unit) -> Tree:
    if unit.factor == 1 and unit.offset == 0:
        return tree
    scaled = Operation("*", Group(tree), Exact(unit.factor, decimal=False))
    return Operation("+", scaled, Exact(unit.offset, decimal=False)) if unit.offset else scaled


def _without_unit(key: Amount, said: Amount, item: Item) -> Finding:
    """The key has a unit and the answer has none."""
    if _is_angle(key) and any(isinstance(node, Constant) for node in walk(said.tree)):
        return values(replace(key, tree=_radians(key.tree)), said, item)
    found = values(key, said, item)
    if found.outcome != "right" or item.unit == "free" or _given(item.question, key.spelled):
        return found
    return Finding("wrong", "missing_unit")


def _given(question: str, spelled: str) -> bool:
    """Whether the question has a blank with this unit behind it."""
    return bool(spelled and re.search(_BLANK + re.escape(spelled), question, re.IGNORECASE))


def _unasked_unit(key: Amount, said: Amount, theirs: tuple[Unit, ...], item: Item) -> Finding:
    """The answer has a unit and the key has none: fine where the question speaks of this unit alone."""
    if _is_angle(said) and any(isinstance(node, Constant) for node in walk(key.tree)):
        return values(key, replace(said, tree=_radians(said.tree)), item)
    found = values(key, said, item)
    if found.outcome == "right":
        asked = _is_angle(said) or _given(item.question, said.spelled)
        return found if asked else Finding("undecided", "ambiguous")
    similar = {each.dimension for each in mentioned(item.question)} & {each.dimension for each in theirs}
    return Finding("undecided", "ambiguous") if similar else found


def _is_angle(amount: Amount) -> bool:
    return any(each.dimension == ANGLE for each in amount.units)


def _radians(tree: Tree) -> Tree:
    return Operation("*", Group(tree), Operation("/", Constant("pi"), Number("180")))
