"""Wishes beside a problem and around it: understood, taken off, and never a reason to say more."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.ai.embedded.dialogue import Dialogue
from tutor.ai.embedded.lesson import Equation, Problem
from tutor.ai.embedded.request import Key, KeyRequest, Request
from tutor.ai.embedded.text import normalise
from tutor.ai.embedded.wishes import Wish, wish_of, without_wishes

Ask = Callable[..., str]
ProblemOf = Callable[[str], Problem]

BEFORE = [
    "",
    "老师，",
    "老师好！",
    "请帮我解 ",
    "请详细讲解一下：",
    "老师，这道题我不会：",
    "请问怎么解 ",
    "解方程 ",
    "Solve ",
    "Can you please help me solve ",
    "I don't understand ",
    "I'm stuck on ",
    "Please explain step by step: ",
]
BEHIND = [
    "",
    "，每一步都要讲清楚",
    "，谢谢",
    "，我不会做。",
    "，要有详细过程！",
    "。请一步一步讲，不要跳步骤",
    "，直接告诉我答案吧",
    " 这个怎么解呀？急！",
    ", explain each step please",
    ", please show every step and explain it. Thank you!",
    "? I'm lost, can you give me a hint?",
    " step by step",
]


@pytest.mark.parametrize("behind", BEHIND)
@pytest.mark.parametrize("before", BEFORE)
def test_a_problem_is_read_whatever_is_wished_around_it(before: str, behind: str, problem_of: ProblemOf) -> None:
    assert problem_of(f"{before}2x+3=11{behind}") == problem_of("2x+3=11")


@pytest.mark.parametrize(
    ("typed", "bare"),
    [
        ("15是60的百分之几，谢谢", "15是60的百分之几"),
        ("配平 H2+O2=H2O，要有过程", "配平 H2+O2=H2O"),
        ("求值：3+4×5，要写过程", "3+4*5"),
        ("因式分解x^2-9，并说明理由", "factor x^2-9"),
        ("求导 x^2*sin(x)，每一步都写出来", "differentiate x^2*sin(x)"),
        ("老师好，请问 3/4+2/5 怎么算？谢谢老师", "3/4+2/5"),
        ("a+b=3, a-b=1, explain", "a+b=3, a-b=1"),
        ("expand (x+2)^2, and explain every step in detail", "expand (x+2)^2"),
        ("解不等式3-2x<7，我还不会", "3-2x<7"),
    ],
)
def test_every_kind_of_problem_may_have_wishes(typed: str, bare: str, problem_of: ProblemOf) -> None:
    assert problem_of(typed) == problem_of(bare)


def test_a_term_may_have_them_too(ask: Ask) -> None:
    assert ask("什么是质数？请举例说明，谢谢") == ask("什么是质数？")


@pytest.mark.parametrize(
    "question",
    [
        "一个数的3倍加5等于20，请讲解",
        "Tom has 3 apples, explain",
        "x^2=4, x is positive, explain",
        "2x+3=11，x为负数，请讲解",
        "我有3个苹果，请讲解",
        "请一步一步讲清楚",
    ],
)
def test_words_that_change_a_problem_are_no_wishes(question: str, ask: Ask) -> None:
    reply = ask(question)
    assert "built-in tutor" in reply or "内置辅导老师" in reply or "No answer yet" in reply


def test_a_wish_never_changes_a_formula() -> None:
    assert without_wishes("a + b = 3; i + a = 1") == "a + b = 3;i + a = 1"


@settings(deadline=None)
@given(st.text(max_size=60))
def test_taking_wishes_off_leaves_the_rest_in_its_order_and_comes_to_an_end(text: str) -> None:
    rest = iter(normalise(text))
    assert all(sign in rest for sign in without_wishes(normalise(text)))


@pytest.mark.parametrize("level", [1, 2, 3, 4])
@pytest.mark.parametrize(
    "wish",
    ["，每一步都要讲清楚", "，直接告诉我答案", ", explain each step please", ", give me the answer"],
)
def test_a_wish_for_every_step_gets_no_more_than_the_problem_alone(wish: str, level: int, ask: Ask) -> None:
    assert ask(f"2(x-3)=10{wish}", level=level, language="zh").count("$$") == ask("2(x-3)=10", level=level).count("$$")
    assert "x = 8" not in ask(f"2(x-3)=10{wish}", level=level)


def test_a_problem_with_wishes_has_the_same_key() -> None:
    def key(problem: str) -> Key | None:
        return Dialogue().key(KeyRequest(problem, "zh"))

    assert key("解方程 2x+3=11，每一步都要讲清楚") == key("解方程 2x+3=11") != key("2x+3=13")


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("提示", "help"),
        ("再提示一下", "help"),
        ("老师，提示一下好吗？", "help"),
        ("请给我一个提示，谢谢", "help"),
        ("我不会", "help"),
        ("hint", "help"),
        ("Can I have a hint, please?", "help"),
        ("Could you give me another hint?", "help"),
        ("答案", "answer"),
        ("直接给我答案吧！", "answer"),
        ("give me the answer", "answer"),
        ("Please just tell me the answer.", "answer"),
        ("每一步都要讲清楚", "answer"),
        ("老师好", "greeting"),
        ("你好", "greeting"),
        ("谢谢老师", "thanks"),
        ("好的", "thanks"),
        ("我明白", None),
        ("为什么", None),
        ("提示 2x=4", None),
        ("x=4", None),
        ("", None),
    ],
)
def test_a_wish_is_known_by_its_words_with_or_without_courtesy(text: str, wish: Wish | None) -> None:
    assert wish_of(text) == wish


def test_who_asks_for_the_answer_is_told_how_to_go_on(ask: Ask) -> None:
    said = ask("give me the answer", "2(x-3)=10")
    assert said.startswith("No answer yet")
    assert said.endswith("Ask for a hint when you need more.")
    assert ask("give me the answer", "2(x-3)=10", level=5) == ask("hint", "2(x-3)=10", level=5)


@pytest.mark.parametrize("level", [1, 2, 3, 4])
def test_where_there_is_no_more_the_teacher_is_named_and_no_hint_is_promised(level: int) -> None:
    said = Dialogue().reply(Request("hint", ("2(x-3)=10",), "en", level, capped=True))
    assert "raise your hand" in said
    assert "Ask for a hint" not in said


def test_an_answer_with_a_wish_is_judged(ask: Ask, problem_of: ProblemOf) -> None:
    assert isinstance(problem_of("2x+3=11"), Equation)
    assert ask("x=4，请检查一下，谢谢", "2x+3=11").startswith("**正确！**")
    assert ask("x=5, please check it", "2x+3=11").startswith("**Not right yet.**")
