"""The built-in tutor keeps to the level of help: over many problems, no answer below the full solution."""

import random
from fractions import Fraction

import pytest

from tutor.ai.embedded.dialogue import Dialogue
from tutor.ai.embedded.request import KeyRequest, Request
from tutor.ai.secrets import Secret, Secrets
from tutor.ai.spelling import plain
from tutor.core.caller import Language

_DIALOGUE = Dialogue()
KINDS = 10


def a_problem(number: int) -> str:  # noqa: PLR0911  # one case a kind
    """One of ten kinds of problems, with numbers by chance that are the same in every run."""
    chance = random.Random(number)  # noqa: S311  # no secret
    a, b, c, d = (chance.randint(2, 12) for _ in range(4))
    match number % KINDS:
        case 0:
            return f"{a}(x-{b})={a * c}"
        case 1:
            return f"{a + c}x+{b}={a}x-{d}"
        case 2:
            return f"x^2-{a + b}x+{a * b}=0"
        case 3:
            return f"{a}/{b + 1}+{c}/{d + 2}"
        case 4:
            return f"({a}+{b})*{c}-{d}"
        case 5:
            return f"x+{a}y={b + a * c}, x-y={b - c}"
        case 6:
            return f"{a}x-{b}<{c}"
        case 7:
            return f"expand (x+{a})(x-{b})"
        case 8:
            return f"factor x^2-{a * a}"
        case _:
            return f"differentiate {a}x^{b}+{c}x"


@pytest.mark.no_cover  # counting lines takes it three times as long
@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_level_below_the_last_says_the_answer_of_two_hundred_problems(language: Language) -> None:
    for problem in (a_problem(number) for number in range(200)):
        key = _DIALOGUE.key(KeyRequest(problem, language))
        assert key is not None, problem
        secrets = Secrets(Secret(plain(saying), key.names) for answer in key.answers for saying in answer.sayings)
        given = secrets.said_in(plain(problem))
        replies = [_DIALOGUE.reply(Request(problem, (), language, level)) for level in range(1, 6)]
        assert [bool(secrets.said_in(plain(said)) - given) for said in replies] == [False] * 4 + [True], problem
        assert len(set(replies)) == len(replies)


@pytest.mark.parametrize("number", range(0, 200, KINDS))
def test_the_number_of_a_linear_equation_is_not_in_a_hint(number: int) -> None:
    """The same without the keys: the value itself, in plain letters."""
    problem = a_problem(number)
    solution = _DIALOGUE.reply(Request(problem, (), "en", 5))
    value = Fraction(solution.rsplit("x = ", 1)[1].rstrip("$"))
    for level in (1, 2, 3):
        assert f"x = {value}" not in _DIALOGUE.reply(Request(problem, (), "en", level))
