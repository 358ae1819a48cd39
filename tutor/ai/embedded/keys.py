"""Makes the key to a problem: every way to give its answers away. Called by `dialogue` in the worker process."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations

import sympy

from tutor.ai.embedded.chemistry import formula_tex, reaction_tex
from tutor.ai.embedded.formulas import RELATIONS, decimal_text, number_tex, sum_tex, tex
from tutor.ai.embedded.lesson import (
    Algebra,
    Arithmetic,
    Balance,
    Calculus,
    Equation,
    Form,
    Inequality,
    Pair,
    PercentOf,
    Problem,
    Range,
    Reaction,
    Roots,
    Solution,
    Step,
    System,
    Value,
)
from tutor.ai.embedded.linear import MIRRORED
from tutor.ai.embedded.request import Answer
from tutor.ai.embedded.symbolic import fraction
from tutor.ai.embedded.tree import Relation, letters
from tutor.ai.secrets import Secret, Secrets
from tutor.ai.spelling import plain

_MARKS = ("答案", "答案=", "答案:", "答案=:", "答案:\n", "答案\n")
_NONE = ("无解", "无实数解", "无实数根", "没有实数解", "没有实数根", "no solution", "no real solution", "no real root")
_EVERY = (
    "任意实数",
    "全体实数",
    "所有实数",
    "无数组解",
    "无数解",
    "every real number",
    "all real numbers",
    "infinitely many",
)
_NAMED = 100  # a whole number from here on is hardly in a text by chance
_LONG = 5
_GAP = r" \quad "
_ZERO_PRODUCT = re.compile(r"(\\left\(.+?\\right\)) (\\left\(.+?\\right\)) = 0")
_MOST_TERMS = 3


@dataclass(frozen=True, slots=True)
class Reveal:
    """Says whether a text gives a problem's answers away that the problem itself does not hold."""

    answers: tuple[Answer, ...]
    names: str
    known: str

    def __call__(self, text: str) -> bool:
        secrets = Secrets(Secret(plain(saying), self.names) for answer in self.answers for saying in answer.sayings)
        return bool(secrets.said_in(plain(text)) - secrets.said_in(plain(self.known)))


def reveal_of(problem: Problem, solution: Solution) -> Reveal:
    """Says of texts whether they give the answers of this problem away."""
    return Reveal(tuple(answers_of(problem, solution)), names_of(problem), "\n".join(solution.problem))


def names_of(problem: Problem) -> str:
    """The letters in a problem's formulas."""
    match problem:
        case Equation(_, unknown) | Inequality(_, unknown):
            return unknown
        case System(_, _, unknowns):
            return "".join(unknowns)
        case Algebra(_, tree):
            return "".join(sorted(letters(tree)))
        case Calculus(_, _, variable):
            return variable
        case Arithmetic() | PercentOf() | Reaction():
            return ""


def lines_of(step: Step) -> tuple[str, ...]:
    """The formulas of a step, one by one, and a product that is zero in either order."""
    written = (*step.board, *(fact for name, fact in step.facts.items() if name == "line"))
    lines = [line for each in written for line in each.split(_GAP)]
    return (*lines, *(f"{found[2]} {found[1]} = 0" for line in lines if (found := _ZERO_PRODUCT.fullmatch(line))))


def answers_of(problem: Problem, solution: Solution) -> Iterator[Answer]:  # one case a kind
    """All that the problem asks for."""
    match solution.result:
        case Value(value):
            forms = _percents(value) if isinstance(problem, PercentOf) else _forms(value)
            yield Answer(forms, (*(f"={form}" for form in forms), *_marked(forms), *_alone(value, forms)))
        case Roots(_, (), every=every):
            yield _words(every=every)
        case Roots(unknown, values):
            yield from _roots(unknown, values)
        case Pair(None, every=every):
            yield _words(every=every)
        case Pair(values) if values is not None:
            for name, value in values.items():
                yield Answer(_forms(value), tuple(_equal(name, _forms(value))))
            pair = ",".join(number_tex(value) for value in values.values())
            yield Answer((pair,), tuple(_marked([pair])))
        case Range(unknown, numbers):
            yield _range(unknown, numbers)
        case Form(_, expression):
            forms = tuple(dict.fromkeys(_written(expression)))
            long = [form for form in forms if len(plain(form)) >= _LONG]
            yield Answer(forms, (*(f"={form}" for form in forms), *_marked(forms), *long))
        case Balance(coefficients) if isinstance(problem, Reaction):
            yield _balance(problem, coefficients)


def expected_of(problem: Problem, solution: Solution) -> str:  # noqa: PLR0911  # one case a kind
    """The answers in one line, as a teacher writes a key."""
    match solution.result:
        case Value(value):
            return f"{decimal_text(value * 100)}%" if _is_short_percent(problem, value) else str(value)
        case Roots(_, (), every=every) | Pair(None, every=every):
            return (_EVERY if every else _NONE)[0]
        case Roots(unknown, values):
            return " 或 ".join(f"{unknown}={tex(value)}" for value in values)
        case Pair(values) if values is not None:
            return ", ".join(f"{name}={value}" for name, value in values.items())
        case Form(goal, expression):
            return f"{tex(expression)}+C" if goal == "integral" else tex(expression)
        case Range():
            return next(answer.sayings[0] for answer in answers_of(problem, solution))
        case _:
            return next(answer.forms[0] for answer in answers_of(problem, solution))


def _is_short_percent(problem: Problem, value: Fraction) -> bool:
    return isinstance(problem, PercentOf) and decimal_text(value * 100) is not None


def _words(*, every: bool) -> Answer:
    said = _EVERY if every else _NONE
    return Answer(said, said)


def _marked(forms: Iterable[str]) -> Iterator[str]:
    return (f"{mark}{form}" for form in forms for mark in _MARKS)


def _equal(name: str, forms: Iterable[str]) -> Iterator[str]:
    for form in forms:
        yield from (f"{each}{sign}{form}" for each in (name, f"{name}1", f"{name}2") for sign in "=:")
        yield f"{form}={name}"


def _alone(value: Fraction, forms: Iterable[str]) -> Iterator[str]:
    """The forms that say the value whatever stands around them."""
    if value.denominator != 1 or abs(value) >= _NAMED:
        return (form for form in forms if " " not in form)
    return iter(())


def _forms(value: Fraction) -> tuple[str, ...]:
    """A number as it may be written: whole, fraction, mixed, decimal, rounded."""
    if value.denominator == 1:
        return tuple(dict.fromkeys((str(value), f"{value}.0", f"{value}.00", f"{int(value):,}")))
    sign, whole = "-" if value < 0 else "", abs(value) // 1
    forms = [str(value)]
    if whole:
        forms.append(f"{sign}{whole} {abs(value) % 1}")
    ending = decimal_text(value)
    forms += [ending] if ending is not None else [f"{float(value):.{places}f}" for places in (2, 3, 4)]
    return tuple(forms)


def _percents(share: Fraction) -> tuple[str, ...]:
    percent = share * 100
    return (*(f"{form}%" for form in _forms(percent)), *_forms(percent), *_forms(share))


def _roots(unknown: str, values: tuple[sympy.Expr, ...]) -> Iterator[Answer]:
    for value in values:
        if value.is_Rational:
            exact = fraction(value)
            forms = _forms(exact)
            alone = tuple(_alone(exact, forms))
        else:
            terms = value.as_coeff_Add()
            written = (tex(value), sum_tex(terms), sum_tex(terms[::-1]))
            forms = tuple(dict.fromkeys((*written, *(f"{float(value):.{places}f}" for places in (2, 3)))))
            alone = forms
        yield Answer(forms, (*_equal(unknown, forms), *_marked(forms), *alone))
    if len(values) == 2 and values[0] == -values[1]:  # noqa: PLR2004  # a pair
        both = f"±{tex(max(values))}"
        yield Answer((both,), (both,))


def _range(unknown: str, numbers: sympy.Set) -> Answer:
    if not isinstance(numbers, sympy.Interval) or numbers == sympy.S.Reals:
        return _words(every=numbers == sympy.S.Reals)
    below = numbers.start == -sympy.oo
    edge, is_open = (numbers.end, numbers.right_open) if below else (numbers.start, numbers.left_open)
    relation: Relation = ("<" if is_open else "<=") if below else (">" if is_open else ">=")
    forms = _forms(fraction(edge))
    one, other = RELATIONS[relation], RELATIONS[MIRRORED[relation]]
    said = [said for form in forms for said in (f"{unknown} {one} {form}", f"{form} {other} {unknown}")]
    return Answer((), (*said, *(f"-∞,{form}" if below else f"{form},+∞" for form in forms)))


def _written(expression: sympy.Expr) -> Iterator[str]:
    """An expression with its terms or factors in any order, if they are few."""
    yield tex(expression)
    yield tex(sympy.factor(expression))
    terms = sympy.Add.make_args(expression)
    factors = sympy.Mul.make_args(expression)
    if 1 < len(terms) <= _MOST_TERMS:
        yield from (sum_tex(order) for order in permutations(terms))
    elif 1 < len(factors) <= _MOST_TERMS:
        yield from ("".join(f"({tex(factor)})" for factor in order) for order in permutations(factors))
    elif expression.is_Pow and expression.exp == 2:  # noqa: PLR2004  # a square
        yield f"({tex(expression.base)})({tex(expression.base)})"


def _balance(task: Reaction, coefficients: Mapping[str, int]) -> Answer:
    """The whole equation, and every formula with its number."""
    whole = reaction_tex(task, dict(coefficients))
    parts = (f"{number}{formula_tex(formula)}" for formula, number in coefficients.items() if number > 1)
    return Answer((whole,), (whole, *parts))
