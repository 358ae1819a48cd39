"""The front door: recognises what is asked, in Chinese or English, or refuses. Nothing is guessed.

Words are taken out first (`instructions` lists the known ones); what remains must be exactly one formula or a pair of
equations. Called by `dialogue`.
"""

import re
from collections.abc import Iterable

from tutor.ai.embedded.chemistry import count_atoms
from tutor.ai.embedded.definitions import Glossary
from tutor.ai.embedded.errors import CannotSolve
from tutor.ai.embedded.instructions import Goal
from tutor.ai.embedded.lesson import (
    Algebra,
    Arithmetic,
    Calculus,
    Equation,
    Inequality,
    PercentOf,
    Reaction,
    System,
    Task,
    Term,
)
from tutor.ai.embedded.parser import parse, parse_expression
from tutor.ai.embedded.reactions import read_reaction
from tutor.ai.embedded.text import MAX_LENGTH, normalise
from tutor.ai.embedded.tree import Call, Mixed, Operation, Percent, Statement, Tree, letters, walk
from tutor.ai.embedded.wishes import read_without_wishes
from tutor.ai.embedded.words import GAP, chunks, spoken, take_words

_NUMBER = r"(\(?-?\d+(?:\.\d+)?(?:/\d+)?\)?%?)"
_PERCENT_OF = (
    re.compile(rf"{_NUMBER} is what (?:percent|percentage|%) of {_NUMBER}", re.IGNORECASE),
    re.compile(rf"{_NUMBER} ?[是占] ?{_NUMBER} ?的 ?(?:百分之几|百分之多少|百分比是多少|百分比|几%|多少%)"),
)
_PERCENT_OF_SWAPPED = re.compile(rf"what (?:percent|percentage|%) of {_NUMBER} is {_NUMBER}", re.IGNORECASE)
_TERM_ZH = re.compile(
    r"(?:请问|请)?(?:什么是|什么叫做?|何为|解释一下|解释|介绍一下|介绍|说说|讲讲|讲一下)?(.+?)(?:是什么意思|是什么|的定义|的概念|是啥|是指什么|指什么)?"
)
_TERM_EN = re.compile(
    r"(?:please )?(?:what(?: is|'s| are)|define|explain|tell me about|describe|(?:the )?definition of|what does)? ?"
    r"(?:an? |the )?(.+?)(?: mean)?",
    re.IGNORECASE,
)


class Reader:
    """Reads questions; holds the glossary for questions about terms."""

    def __init__(self, glossary: Glossary) -> None:
        self._glossary = glossary

    def read(self, question: str) -> Task:
        """What is asked.

        Raises:
            CannotSolve: not one of the tutor's tasks.

        """
        if len(question) > MAX_LENGTH:
            raise CannotSolve("too_long")
        return read_without_wishes(self._read, normalise(question))

    def _read(self, text: str) -> Task:
        return self._term(text) or _percent_of(text) or _balance(text) or _formula(text)

    def _term(self, text: str) -> Term | None:
        text = text.strip(" ?.!;,'\"")
        for pattern in (_TERM_ZH, _TERM_EN):
            match = pattern.fullmatch(text)
            key = self._glossary.find(match[1].strip(" '\"")) if match else None
            if key is not None:
                return Term(key)
        return None


def _percent_of(text: str) -> PercentOf | None:
    text = re.sub(r"^(?:请问|计算|求|find|calculate|tell me)\s*[:,]?\s*|[\s?.!;=]+$", "", text)
    for pattern in _PERCENT_OF:
        if match := pattern.fullmatch(text):
            return PercentOf(parse_expression(match[1]), parse_expression(match[2]))
    if match := _PERCENT_OF_SWAPPED.fullmatch(text):
        return PercentOf(parse_expression(match[2]), parse_expression(match[1]))
    return None


# ---- chemistry -----------------------------------------------------------------------------------------------------


def _balance(text: str) -> Reaction | None:
    found = read_reaction(text)
    if found is None:
        return None
    left, right, around = found
    rest, goals = take_words(around)
    formulas = [formula for _, formula in left + right]
    if not (goals & {"balance"} or any(sign.isdigit() for formula in formulas for sign in formula)):
        return None
    if chunks(rest) or goals - {"balance", "solve", "simplify"}:
        raise CannotSolve("unknown")
    for formula in formulas:
        count_atoms(formula)
    return Reaction(tuple(f for _, f in left), tuple(f for _, f in right))


# ---- formulas ------------------------------------------------------------------------------------------------------


def _formula(text: str) -> Task:
    text = spoken(text)
    rest, goals = take_words(text)
    prime = re.search(r"\)\s*'|d/d[a-z]", rest)
    if prime or "derivative" in goals:
        return _calculus("derivative", rest)
    if "integral" in goals or "∫" in rest:
        return _calculus("integral", rest)
    found = chunks(rest)
    named = {chunk for chunk in found if re.fullmatch(r"[A-Za-z]", chunk)}
    parsed = [parse(chunk) for chunk in found if chunk not in named]
    if not parsed or "balance" in goals:
        raise CannotSolve("unknown")
    statements = [found for found in parsed if isinstance(found, Statement)]
    if len(statements) == len(parsed):
        return _statements(statements, goals, named)
    if len(parsed) == 1 and not isinstance(parsed[0], Statement) and not named:
        return _expression(parsed[0], goals)
    raise CannotSolve("unknown")


def _statements(statements: list[Statement], goals: set[Goal], named: set[str]) -> Task:
    """An equation, an inequality or a system; the unknowns named beside it must be its own."""
    found = letters(*(side for statement in statements for side in (statement.left, statement.right)))
    if (named and not named <= found) or goals - {"solve", "compute", "factor"}:
        raise CannotSolve("unknown")
    match statements:
        case [only] if len(found) == 1:
            unknown = next(iter(found))
            return Equation(only, unknown) if only.relation == "=" else Inequality(only, unknown)
        case [first, second] if len(found) == 2 and first.relation == second.relation == "=":  # noqa: PLR2004  # a pair
            one, two = sorted(found)
            return System(first, second, (one, two))
        case _:
            raise CannotSolve("beyond" if found else "unknown")


def _expression(tree: Tree, goals: set[Goal]) -> Task:
    works = any(isinstance(node, Operation | Percent | Call | Mixed) for node in walk(tree))
    if not letters(tree):
        if not works or goals - {"compute", "simplify", "solve"}:
            raise CannotSolve("unknown")
        return Arithmetic(tree)
    wanted = _first(goals, ("factor", "expand", "simplify"))
    signs = any(isinstance(node, Operation) and node.sign != "·" for node in walk(tree))
    if "solve" in goals or not (wanted or signs):
        raise CannotSolve("unknown")
    match wanted:
        case "factor":
            return Algebra("factor", tree)
        case "expand":
            return Algebra("expand", tree)
        case _:
            return Algebra("simplify", tree)


def _first(goals: set[Goal], order: Iterable[Goal]) -> Goal | None:
    return next((goal for goal in order if goal in goals), None)


def _calculus(goal: Goal, text: str) -> Calculus:
    """One function of one variable, written bare, as y = ..., f(x) = ..., (…)', d/dx … or ∫ … dx."""
    variable = None
    if match := re.search(r"d/d([a-z])\b", text):
        variable, text = match[1], text.replace(match[0], GAP)
    if match := re.search(r"\bd([a-z])\b", text):
        variable, text = match[1], text.replace(match[0], GAP)
    parts = chunks(re.sub(r"\b(?:y|[fgh]\s*\(\s*[a-z]\s*\))\s*=", GAP, text).replace("'", " ").replace("∫", GAP))
    if len(parts) > 1:
        named = [chunk for chunk in parts if re.fullmatch(r"[a-z]", chunk)]
        variable = named[-1] if named else variable
        parts = [chunk for chunk in parts if chunk not in named] or named[:1]
    if len(parts) != 1:
        raise CannotSolve("unknown")
    tree = parse_expression(parts[0])
    found = letters(tree)
    variable = variable or next(iter(found), "x")
    if found - {variable}:
        raise CannotSolve("beyond")
    return Calculus("derivative" if goal == "derivative" else "integral", tree, variable)
