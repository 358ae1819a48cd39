"""The values that pass between reader, families, judge and board: what is asked, and how it is solved.

They hold LaTeX and numbers, no words; `wording` has the sentences under the keys named here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

import sympy

from tutor.ai.embedded.tree import Statement, Tree

# ---- what is asked -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Arithmetic:
    tree: Tree


@dataclass(frozen=True, slots=True)
class PercentOf:
    """What percent `part` is of `whole`."""

    part: Tree
    whole: Tree


@dataclass(frozen=True, slots=True)
class Equation:
    statement: Statement
    unknown: str


@dataclass(frozen=True, slots=True)
class Inequality:
    statement: Statement
    unknown: str


@dataclass(frozen=True, slots=True)
class System:
    """Two equations in two unknowns."""

    first: Statement
    second: Statement
    unknowns: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Algebra:
    goal: Literal["expand", "factor", "simplify"]
    tree: Tree


@dataclass(frozen=True, slots=True)
class Calculus:
    goal: Literal["derivative", "integral"]
    tree: Tree
    variable: str


@dataclass(frozen=True, slots=True)
class Reaction:
    """The formulas on both sides, without coefficients: ("H2", "O2"), ("H2O",)."""

    left: tuple[str, ...]
    right: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """A wish to know what a term means; `key` names an entry of `definitions.toml`."""

    key: str


Problem = Arithmetic | PercentOf | Equation | Inequality | System | Algebra | Calculus | Reaction
Task = Problem | Term

# ---- what came out, in a form that an answer can be compared with --------------------------------------------------


@dataclass(frozen=True, slots=True)
class Value:
    value: Fraction


@dataclass(frozen=True, slots=True)
class Roots:
    """The solutions of an equation: none, one or two; `every` says that all numbers solve it."""

    unknown: str
    values: tuple[sympy.Expr, ...]
    every: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """The solution of a system; `values` is None when there is none or no single one."""

    values: Mapping[str, Fraction] | None
    every: bool = False


@dataclass(frozen=True, slots=True)
class Range:
    unknown: str
    numbers: sympy.Set


@dataclass(frozen=True, slots=True)
class Form:
    """An expression. `goal` says which form is wanted; an integral may differ by a constant."""

    goal: Literal["expand", "factor", "simplify", "derivative", "integral"]
    expression: sympy.Expr
    variable: str


@dataclass(frozen=True, slots=True)
class Balance:
    coefficients: Mapping[str, int]


Result = Value | Roots | Pair | Range | Form | Balance

# ---- how it is solved ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the board: a sentence (`wording.STEPS[key]` filled with `facts`) and its formulas."""

    key: str
    facts: Mapping[str, str] = field(default_factory=dict)
    board: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Slip:
    """A wrong answer that a known mistake leads to, and the sentence (`wording.SLIPS`) about the place to look at."""

    wrong: Fraction
    key: str


@dataclass(frozen=True, slots=True)
class Solution:
    """A worked solution that has been checked. `kind` names the method in `wording.KINDS`."""

    kind: str
    problem: tuple[str, ...]
    steps: tuple[Step, ...]
    checks: tuple[Step, ...]
    answer: Step
    result: Result
    slips: tuple[Slip, ...] = ()
