"""Reads inequalities, intervals and {x | x > 2} as sets of numbers, and compares such sets. Called by `reading`."""

import re
from itertools import pairwise
from typing import Literal, get_args

import sympy

from tutor.ai.checking.forms import Chain, Form, Open, Region
from tutor.ai.checking.quantities import expression
from tutor.ai.embedded.errors import CannotSolve
from tutor.ai.embedded.linear import MIRRORED
from tutor.ai.embedded.symbolic import expression as symbolic
from tutor.ai.embedded.tree import Name, Relation, Statement, Tree, bare, letters

Difference = Literal["same", "strictness", "direction", "sign", "value"]

RELATION = re.compile(r"(<=|>=|<|>)")
_BUILDER = re.compile(r"^\{\s*([A-Za-z])\s*(?:in R\s*)?[|:;]\s*(.+)\}$")
_IN_REALS = re.compile(r"\s*[,;]?\s*[A-Za-z] in (?:R|实数)\s*[,;]?\s*")
_INTERVAL = re.compile(r"^([\[(])\s*([^,;]+?)\s*[,;]\s*([^,;]+?)\s*([\])])$")
_OR = re.compile(r"\s*(?:或者|或|\bor\b|∨)\s*|\s+U\s+")
_AND = re.compile(r"\s*(?:并且|且|\band\b|∧)\s*")
_COMMA = re.compile(r"\s*[,;]\s*")
_INFINITE = re.compile(r"^([+-]?)\s*oo$")
_CLOSE = sympy.Float("1e-30")
_DIGITS = 50

Edge = tuple[sympy.Expr, bool, sympy.Expr, bool]


def is_interval(text: str) -> bool:
    """Whether brackets can only be an interval's: a square one with a pair, or an infinite end."""
    return all(_INTERVAL.match(part) for part in _OR.split(text)) and bool(re.search(r"oo|\[|\]| U ", text))


def intervals(text: str) -> Region:
    """A union of intervals. Raises CannotSolve when a part is none."""
    return Region(sympy.Union(*(_interval(part.strip()) for part in _OR.split(text))))


def inequality(text: str) -> Form:
    """The numbers that an inequality allows, or the inequality itself when it is not solved, or numbers in order.

    Raises:
        CannotSolve: none of these.

    """
    if match := _BUILDER.match(text):
        text = match[2]
    text = _IN_REALS.sub("", text)
    united: list[Region] = []
    for alternative in _OR.split(text):
        if _INTERVAL.match(alternative.strip()):
            united.append(intervals(alternative.strip()))
            continue
        parts = [_one(part) for part in _AND.split(alternative) for part in _COMMA.split(part) if part]
        if len(parts) == 1 and not isinstance(parts[0], Region):
            if len(_OR.split(text)) > 1:
                raise CannotSolve("unknown")
            return parts[0]
        united.append(_together(parts, commas=bool(_COMMA.search(alternative))))
    if len({region.name for region in united if region.name}) > 1:
        raise CannotSolve("unknown")
    return Region(sympy.Union(*(region.numbers for region in united)), united[0].name)


def _together(parts: list[Form], *, commas: bool) -> Region:
    """Conditions that hold at once. A comma may mean "or" too: then only one reading may make sense."""
    regions = [part for part in parts if isinstance(part, Region)]
    if not regions or len(regions) != len(parts) or len({region.name for region in regions}) > 1:
        raise CannotSolve("unknown")
    both = sympy.Intersection(*(region.numbers for region in regions))
    if commas:
        either = sympy.Union(*(region.numbers for region in regions))
        if both == sympy.S.EmptySet:
            both = either
        elif either != sympy.S.Reals:
            raise CannotSolve("ambiguous")
    return Region(both, regions[0].name)


def _one(text: str) -> Form:
    """X > 3, 3 < x, 1 < x <= 3, or numbers in order."""
    cut = RELATION.split(text)
    trees = [expression(part) for part in cut[::2]]
    relations = [sign for part in cut[1::2] for sign in get_args(Relation) if sign == part]
    if not relations:
        raise CannotSolve("unknown")
    if not letters(*trees):
        return Chain(tuple(trees), tuple(relations))
    unknown = {bare(tree).letter for tree in trees if isinstance(bare(tree), Name)}  # type: ignore[union-attr]  # as the test says
    if len(unknown) != 1 or len(letters(*trees)) != 1 or sum(bool(letters(tree)) for tree in trees) != 1:
        if len(relations) == 1:
            return Open(Statement(trees[0], relations[0], trees[1]))
        raise CannotSolve("beyond")
    conditions = [
        _condition(relation, right) if letters(left) else _condition(MIRRORED[relation], left)
        for (left, right), relation in zip(pairwise(trees), relations, strict=True)
    ]
    return Region(sympy.Intersection(*conditions), unknown.pop())


def _condition(relation: Relation, edge: Tree) -> sympy.Set:
    value = _number(edge)
    if relation in {"<", "<="}:
        return sympy.Interval(-sympy.oo, value, right_open=relation == "<")
    return sympy.Interval(value, sympy.oo, left_open=relation == ">")


def _interval(text: str) -> sympy.Set:
    match = _INTERVAL.match(text)
    if match is None:
        raise CannotSolve("unknown")
    left, right = _end(match[2]), _end(match[3])
    if not bool(left < right):
        raise CannotSolve("unknown")
    return sympy.Interval(left, right, left_open=match[1] == "(", right_open=match[4] == ")")


def _end(text: str) -> sympy.Expr:
    if match := _INFINITE.match(text):
        return -sympy.oo if match[1] == "-" else sympy.oo
    return _number(expression(text))


def _number(tree: Tree) -> sympy.Expr:
    value = symbolic(tree)
    if not (value.is_number and value.is_real):
        raise CannotSolve("beyond")
    return value


# ---- comparing -----------------------------------------------------------------------------------------------------


def difference(key: sympy.Set, said: sympy.Set) -> Difference:
    """How two sets of numbers differ. Raises CannotSolve when they are no unions of intervals."""
    if key == said:
        return "same"
    one, two = _edges(key), _edges(said)
    if len(one) == len(two) and all(_at(a[0], b[0]) and _at(a[2], b[2]) for a, b in zip(one, two, strict=True)):
        closed = all((a[1], a[3]) == (b[1], b[3]) for a, b in zip(one, two, strict=True))
        return "same" if closed else "strictness"
    if len(one) == len(two) == 1:
        (a, _, b, _), (c, _, d, _) = one[0], two[0]
        if (_at(a, d) and b == -c == sympy.oo) or (_at(b, c) and a == -d == -sympy.oo):
            return "direction"
        if _at(a, -d) or _at(b, -c) or (b == d and _at(a, -c)) or (a == c and _at(b, -d)):
            return "sign"
    return "value"


def _edges(numbers: sympy.Set) -> list[Edge]:
    """The ends of the pieces, from left to right."""
    found: list[Edge] = []
    for piece in numbers.args if isinstance(numbers, sympy.Union) else (numbers,):
        if isinstance(piece, sympy.Interval):
            found.append((piece.start, bool(piece.left_open), piece.end, bool(piece.right_open)))
        elif isinstance(piece, sympy.FiniteSet):
            found += [(value, False, value, False) for value in piece]
        elif piece == sympy.S.Reals:
            found.append((-sympy.oo, True, sympy.oo, True))
        elif piece != sympy.S.EmptySet:
            raise CannotSolve("beyond")
    return sorted(found, key=lambda edge: (float(edge[0]), float(edge[2])))


def _at(one: sympy.Expr, two: sympy.Expr) -> bool:
    """Whether two ends are at the same place."""
    if one == two:
        return True
    if not (one.is_finite and two.is_finite):
        return False
    return bool(abs(sympy.N(one - two, _DIGITS)) < _CLOSE)
