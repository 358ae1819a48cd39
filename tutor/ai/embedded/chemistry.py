"""Balances chemical equations: the whole-number null space of the atom table, then a count of every atom."""

import re
from collections import Counter
from fractions import Fraction
from math import gcd, lcm

from tutor.ai.embedded.errors import CannotSolve
from tutor.ai.embedded.lesson import Balance, Reaction, Solution, Step

_SYMBOLS = """
    H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr Rb Sr Y Zr Nb
    Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au
    Hg Tl Pb Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am Cm Bk Cf Es Fm Md No Lr Rf Db Sg Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv Ts
    Og
"""
ELEMENTS = frozenset(_SYMBOLS.split())

_MAX_COEFFICIENT = 200
_PART = re.compile(r"([A-Z][a-z]?)(\d{0,3})|(\()|\)(\d{0,3})")

Matrix = list[list[Fraction]]


def solve(task: Reaction) -> Solution:
    """The balanced equation. Raises CannotSolve when there is none, or more than one."""
    formulas = task.left + task.right
    if len(set(formulas)) != len(formulas):
        raise CannotSolve("beyond")
    atoms = [count_atoms(formula) for formula in formulas]
    elements = list(dict.fromkeys(element for counts in atoms for element in counts))
    signs = [1] * len(task.left) + [-1] * len(task.right)
    table = [
        [Fraction(sign * counts[element]) for sign, counts in zip(signs, atoms, strict=True)] for element in elements
    ]
    coefficients = _whole(_null_vector(table))
    balanced = dict(zip(formulas, coefficients, strict=True))
    lines = tuple(_count_line(element, task, balanced) for element in elements)
    shown = reaction_tex(task, balanced)
    return Solution(
        kind="balance",
        problem=(reaction_tex(task, {}),),
        steps=(
            Step("name_coefficients", {}, (_lettered(task),)),
            Step("count_elements", {}, tuple(_element_line(element, task, atoms) for element in elements)),
            Step("smallest_numbers", {}, (_numbers_line(coefficients),)),
            Step("write_coefficients", {}, (shown,)),
        ),
        checks=(Step("check_atoms", {"lines": ", ".join(f"${line}$" for line in lines)}),),
        answer=Step("answer", {"answer": shown}),
        result=Balance(balanced),
    )


def count_atoms(formula: str) -> Counter[str]:
    """Atoms of each element, brackets multiplied out. Raises CannotSolve for what is no formula."""
    stack: list[Counter[str]] = [Counter()]
    place = 0
    while place < len(formula):
        match = _PART.match(formula, place)
        if match is None:
            raise CannotSolve("unknown")
        place = match.end()
        if match[3]:
            stack.append(Counter())
        elif match[1]:
            if match[1] not in ELEMENTS:
                raise CannotSolve("unknown")
            stack[-1][match[1]] += _number(match[2])
        elif len(stack) == 1:
            raise CannotSolve("unknown")
        else:
            inner = stack.pop()
            stack[-1].update({element: count * _number(match[4]) for element, count in inner.items()})
    if len(stack) != 1 or not stack[0]:
        raise CannotSolve("unknown")
    return stack[0]


def _number(text: str) -> int:
    if text.startswith("0"):
        raise CannotSolve("unknown")
    return int(text or 1)


def _null_vector(table: Matrix) -> list[Fraction]:
    """The one direction that the table sends to zero, by Gauss-Jordan elimination with exact fractions."""
    width = len(table[0])
    pivots: list[int] = []
    for column in range(width):
        row = next((i for i in range(len(pivots), len(table)) if table[i][column]), None)
        if row is None:
            continue
        top = len(pivots)
        table[top], table[row] = table[row], table[top]
        table[top] = [value / table[top][column] for value in table[top]]
        for i in range(len(table)):
            if i != top and table[i][column]:
                factor = table[i][column]
                table[i] = [value - factor * pivot for value, pivot in zip(table[i], table[top], strict=True)]
        pivots.append(column)
    free = [column for column in range(width) if column not in pivots]
    if len(free) != 1:
        raise CannotSolve("beyond")
    vector = [Fraction(1)] * width
    for row, column in enumerate(pivots):
        vector[column] = -table[row][free[0]]
    return vector


def _whole(vector: list[Fraction]) -> list[int]:
    multiple = lcm(*(value.denominator for value in vector))
    numbers = [int(value * multiple) for value in vector]
    common = gcd(*numbers)
    numbers = [number // common for number in numbers]
    if not all(0 < number <= _MAX_COEFFICIENT for number in numbers):
        raise CannotSolve("beyond")
    return numbers


def _count_line(element: str, task: Reaction, balanced: dict[str, int]) -> str:
    """Atoms left = atoms right, counted anew from the formulas. Raises CannotSolve when they differ."""
    left, right = (sum(balanced[f] * count_atoms(f)[element] for f in side) for side in (task.left, task.right))
    if left != right:
        raise CannotSolve("unverified")
    return rf"\mathrm{{{element}}}: {left} = {right}"


def formula_tex(formula: str) -> str:
    numbered = re.sub(r"(\d+)", r"_{\1}", formula)
    return rf"\mathrm{{{numbered}}}"


def reaction_tex(task: Reaction, coefficients: dict[str, int]) -> str:
    sides = (" + ".join(_with_number(f, coefficients.get(f, 1)) for f in side) for side in (task.left, task.right))
    return r" \rightarrow ".join(sides)


def _with_number(formula: str, number: int) -> str:
    return formula_tex(formula) if number == 1 else rf"{number}\,{formula_tex(formula)}"


def _lettered(task: Reaction) -> str:
    named = [rf"{chr(97 + place)}\,{formula_tex(formula)}" for place, formula in enumerate(task.left + task.right)]
    return rf"{' + '.join(named[: len(task.left)])} \rightarrow {' + '.join(named[len(task.left) :])}"


def _element_line(element: str, task: Reaction, atoms: list[Counter[str]]) -> str:
    parts = [
        f"{counts[element] if counts[element] > 1 else ''}{chr(97 + place)}" if counts[element] else ""
        for place, counts in enumerate(atoms)
    ]
    left, right = parts[: len(task.left)], parts[len(task.left) :]
    sides = (" + ".join(part for part in side if part) or "0" for side in (left, right))
    return rf"\mathrm{{{element}}}:\; {' = '.join(sides)}"


def _numbers_line(coefficients: list[int]) -> str:
    return r",\; ".join(f"{chr(97 + place)} = {number}" for place, number in enumerate(coefficients))
