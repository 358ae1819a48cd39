"""The forms that an answer can have once it is read, and how each is shown. For `reading` and `matching`."""

from dataclasses import dataclass
from fractions import Fraction

import sympy

from tutor.ai.checking.units import Unit
from tutor.ai.embedded.formulas import RELATIONS, statement_tex, tex, tree_tex
from tutor.ai.embedded.tree import Relation, Statement, Tree


@dataclass(frozen=True, slots=True)
class Amount:
    """One value: an expression, maybe with a unit, a name (x = 5) or a word like "about"."""

    tree: Tree
    units: tuple[Unit, ...] = ()
    spelled: str = ""
    name: str = ""
    about: bool = False


@dataclass(frozen=True, slots=True)
class Values:
    """Several values: roots, the elements of a set, or a list; `ordered` where their order may matter."""

    trees: tuple[Tree, ...]
    name: str = ""
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Points:
    """Solutions of a system, each a row of values; `names` is empty where they are written (1, 2)."""

    rows: tuple[tuple[Tree, ...], ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Region:
    """The numbers that satisfy an inequality."""

    numbers: sympy.Set
    name: str = ""


@dataclass(frozen=True, slots=True)
class Open:
    """An equation or inequality that is not solved."""

    statement: Statement


@dataclass(frozen=True, slots=True)
class Chain:
    """Numbers in order, 1/3 < 0.4 < 1/2."""

    trees: tuple[Tree, ...]
    relations: tuple[Relation, ...]


@dataclass(frozen=True, slots=True)
class Ratio:
    terms: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Division:
    """A quotient with a remainder."""

    quotient: Fraction
    remainder: Fraction


@dataclass(frozen=True, slots=True)
class Except:
    """All numbers but these: x ≠ 2."""

    trees: tuple[Tree, ...]
    name: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """An answer in words: no solution, every number, infinitely many; or a bare sign to be put between numbers."""

    word: str


Form = Amount | Values | Points | Region | Open | Chain | Ratio | Division | Except | Said

_WORDS = {"none": r"\varnothing", "every": r"\mathbb{R}", "infinite": r"\infty", "<": "<", ">": ">", "=": "="}


def form_tex(form: Form) -> str:  # noqa: C901, PLR0911  # one case a form
    """The form as LaTeX, for the page."""
    match form:
        case Amount(tree, _, spelled, name):
            shown = tree_tex(tree) + (rf"\,\text{{{spelled}}}" if spelled else "")
            return f"{name} = {shown}" if len(name) == 1 else shown
        case Values(trees, name):
            shown = ",\\; ".join(map(tree_tex, trees))
            return rf"{name} \in \{{{shown}\}}" if name else shown
        case Points(rows, names):
            inside = ",".join(names)
            shown = ",\\; ".join(rf"\left({', '.join(map(tree_tex, row))}\right)" for row in rows)
            return f"({inside}) = {shown}" if names else shown
        case Region(numbers, name):
            return rf"{name or 'x'} \in {tex(numbers)}"
        case Open(statement):
            return statement_tex(statement)
        case Chain(trees, relations):
            signs = (*(f" {RELATIONS[relation]} " for relation in relations), "")
            return "".join(tree_tex(tree) + sign for tree, sign in zip(trees, signs, strict=True))
        case Ratio(terms):
            return " : ".join(map(tree_tex, terms))
        case Division(quotient, remainder):
            return rf"{quotient} \cdots {remainder}"
        case Except(trees, name):
            return ",\\; ".join(rf"{name or 'x'} \ne {tree_tex(tree)}" for tree in trees)
        case Said(word):
            return _WORDS[word]
