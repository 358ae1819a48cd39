"""The ladder's rules: what is another problem, which level a reply has, and what must not be said below which level."""

from dataclasses import replace
from typing import Any

import pytest

from tests.ai.factories import a_prompt
from tests.chat.test_prompts import a_message
from tutor.ai.embedded.dialogue import Dialogue
from tutor.ai.embedded.request import Key, KeyRequest, Request
from tutor.ai.model import Prompt, Turn
from tutor.ai.spelling import letters, plain
from tutor.chat import ladder
from tutor.chat.errors import ClosedNow, ExamRunning, HintCap, ModeNotAllowed
from tutor.chat.models import Ladder
from tutor.classes.models import Rule
from tutor.core.errors import TutorError

FREE = Rule(("guide", "explain"), 5, exam=False, open=True, daily_replies=None, class_ids=())
PROBLEM = "2(x-3)=10"


def a_rule(**changes: Any) -> Rule:
    return replace(FREE, **changes)


@pytest.mark.parametrize(
    ("problem", "text", "is_new"),
    [
        (PROBLEM, "为什么?", False),
        (PROBLEM, "为什么第2步要变号呢", False),
        (PROBLEM, "hint", False),
        (PROBLEM, "答案", False),
        (PROBLEM, "谢谢", False),
        (PROBLEM, "x=8", False),
        (PROBLEM, "x=7", False),
        (PROBLEM, "I think it is 8", False),
        (PROBLEM, "2x-6=10", False),
        (PROBLEM, "2x=16", False),
        (PROBLEM, "解方程 2(x-3)=10", False),
        (PROBLEM, "解方程 2(x-3)=10，每一步都要讲清楚，谢谢老师", False),
        (PROBLEM, "Please explain each step of 2(x-3)=10, I don't understand it", False),
        (PROBLEM, "解方程 3(x-3)=10，每一步都要讲清楚", True),
        ("解方程 2(x-3)=10，每一步都要讲清楚", "2x=16", False),
        ("解方程 2(x-3)=10，每一步都要讲清楚", "2x=17", True),
        (PROBLEM, "3x-6=10", True),
        (PROBLEM, "x^2-5x+6=0", True),
        (PROBLEM, "3/4+2/5", True),
        (PROBLEM, "小明有3个苹果，又买了5个，一共有多少个？", True),
        (PROBLEM, "H2+O2=H2O", True),
        ("H2+O2=H2O", "2H2+O2=2H2O", False),
        ("H2+O2=H2O", "配平 N2+H2=NH3", True),
        ("x+y=5, x-y=1", "2x=6", False),
        ("x+y=5, x-y=1", "x=3, y=2", False),
        ("x+y=5, x-y=1", "x+y=9, x-y=1", True),
        ("factor x^2-9", "(x-3)^2", False),
        ("factor x^2-9", "factor x^2-16", True),
        ("3/4+2/5", "15/20+8/20", False),
        ("3/4+2/5", "23/20", False),
        ("3/4+2/5", "1/4+2/5", True),
        ("3-2x<7", "-2x<4", False),
        ("光合作用是什么？", "为什么呢？", False),
        ("小明有3个苹果，又买了5个，一共有多少个？", "一个数的三倍加五等于二十，求这个数", True),
        ("小明有3个苹果，又买了5个，一共有多少个？", "小明有3个苹果，又买了5个，一共有多少个", False),
        (PROBLEM, "请说明光合作用和呼吸作用各在植物的什么部位进行，以及它们之间的联系与区别", True),
    ],
)
def test_a_new_problem_begins_at_the_bottom_and_what_belongs_to_the_old_one_stays(
    problem: str, text: str, is_new: bool
) -> None:
    before, question = Ladder("p" * 24, 4), a_message(9, text)
    assert ladder.at_question(before, problem, question) == (Ladder(question.id, 0) if is_new else before)


@pytest.mark.parametrize(
    ("text", "states"),
    [
        ("你好", False),
        ("谢谢老师", False),
        ("提示", False),
        ("请你详细讲解一下，我不会", False),
        ("2x=4", True),
        ("光合作用", True),
    ],
)
def test_the_first_text_that_is_no_greeting_states_the_problem(text: str, states: bool) -> None:
    question = a_message(1, text)
    assert ladder.at_question(Ladder(), "", question) == (Ladder(question.id, 0) if states else Ladder())


@pytest.mark.parametrize(
    ("mode", "level", "changes", "wanted"),
    [
        ("guide", 0, {}, 2),
        ("guide", 1, {}, 2),
        ("guide", 4, {}, 4),
        ("guide", 0, {"hint_cap": 1}, 1),
        ("guide", 5, {"hint_cap": 3}, 3),
        ("guide", 5, {"exam": True}, 3),
        ("explain", 0, {}, 5),
        ("explain", 0, {"hint_cap": 4}, 2),
        ("explain", 0, {"exam": True}, 2),
        ("explain", 0, {"modes": ("guide",)}, 2),
    ],
)
def test_a_reply_has_the_level_of_the_ladder_as_far_as_the_rule_allows(
    mode: Any, level: int, changes: Any, wanted: int
) -> None:
    assert ladder.level_of(mode, Ladder("p", level), a_rule(**changes), "x=7") == wanted


@pytest.mark.parametrize(
    ("text", "level", "changes", "wanted"),
    [
        ("提示", 2, {}, 3),
        ("老师，再提示一下好吗？", 3, {}, 4),
        ("Can I have a hint, please?", 4, {}, 5),
        ("hint", 5, {}, 5),
        ("hint", 3, {"hint_cap": 3}, 3),
        ("再给我一点提示", 3, {"exam": True}, 3),
        ("hint", 0, {"hint_cap": 1}, 1),
        ("答案", 2, {}, 2),
        ("直接给我答案吧", 3, {}, 3),
        ("Give me the answer!", 2, {}, 2),
        ("每一步都要讲清楚", 2, {}, 2),
        ("为什么？", 2, {}, 2),
    ],
)
def test_words_that_ask_for_a_hint_climb_one_step_and_words_that_ask_for_the_answer_none(
    text: str, level: int, changes: Any, wanted: int
) -> None:
    assert ladder.level_of("guide", Ladder("p", level), a_rule(**changes), text) == wanted


def test_without_a_problem_no_words_climb() -> None:
    assert ladder.level_of("guide", Ladder(), a_rule(), "hint") == 2


@pytest.mark.parametrize(
    ("mode", "level", "changes", "why"),
    [
        ("guide", 2, {}, None),
        ("guide", 5, {}, "hint_cap"),
        ("guide", 3, {"hint_cap": 3}, "hint_cap"),
        ("guide", 3, {"exam": True}, "exam_running"),
        ("explain", 5, {}, "hint_cap"),
    ],
)
def test_a_reply_knows_why_there_is_no_more_beyond_it(mode: Any, level: int, changes: Any, why: str | None) -> None:
    assert ladder.no_more(mode, Ladder("p", level), a_rule(**changes)) == why


@pytest.mark.parametrize(
    ("mode", "level", "changes", "wanted"),
    [
        ("guide", 2, {}, 3),
        ("guide", 4, {}, 5),
        ("guide", 5, {}, HintCap),
        ("guide", 3, {"hint_cap": 3}, HintCap),
        ("guide", 3, {"exam": True}, ExamRunning),
        ("guide", 2, {"exam": True}, 3),
        ("guide", 3, {"exam": True, "hint_cap": 3}, HintCap),
        ("guide", 5, {"hint_cap": 3}, HintCap),
        ("explain", 0, {}, HintCap),
        ("explain", 2, {"hint_cap": 4}, 3),
    ],
)
def test_a_hint_goes_one_up_to_the_cap(mode: Any, level: int, changes: Any, wanted: int | type[TutorError]) -> None:
    if isinstance(wanted, int):
        assert ladder.next_level(mode, Ladder("p", level), a_rule(**changes)) == wanted
    else:
        with pytest.raises(wanted):
            ladder.next_level(mode, Ladder("p", level), a_rule(**changes))


@pytest.mark.parametrize(
    ("mode", "changes", "refusal"),
    [
        ("guide", {}, None),
        ("explain", {}, None),
        ("explain", {"modes": ("guide",)}, ModeNotAllowed),
        ("explain", {"hint_cap": 4}, ModeNotAllowed),
        ("explain", {"exam": True}, ExamRunning),
        ("guide", {"modes": ("explain",)}, ModeNotAllowed),
        ("guide", {"modes": ("explain",), "exam": True}, None),
    ],
)
def test_a_mode_is_refused_by_name(mode: Any, changes: Any, refusal: type[TutorError] | None) -> None:
    if refusal is None:
        ladder.check_mode(mode, a_rule(**changes))
    else:
        with pytest.raises(refusal):
            ladder.check_mode(mode, a_rule(**changes))


def test_the_usual_mode_is_one_that_is_allowed() -> None:
    assert [ladder.usual_mode(a_rule(modes=modes)) for modes in (("guide", "explain"), ("explain",))] == [
        "guide",
        "explain",
    ]


def test_outside_the_hours_nothing_is_answered() -> None:
    with pytest.raises(ClosedNow):
        ladder.check_open(a_rule(open=False))


def test_explaining_everything_is_no_climbing() -> None:
    assert ladder.climbed("guide", Ladder("p", 0), 2) == Ladder("p", 2)
    assert ladder.climbed("explain", Ladder("p", 0), 5) == Ladder("p", 0)
    assert ladder.climbed("guide", Ladder(), 2) == Ladder()


_DIALOGUE = Dialogue()


def key_of(problem: str) -> Key:
    key = _DIALOGUE.key(KeyRequest(problem, "en"))
    assert key is not None
    return key


def a_question(level: int, problem: str = PROBLEM, *since: Turn) -> Prompt:
    turns = (Turn("user", problem), *since)
    return a_prompt(problem, turns=turns, earlier=(), level=level, problem=problem, language="en")


def kept(prompt: Prompt, text: str) -> bool:
    return bool(ladder.formulas_to_keep(prompt, {prompt.problem: key_of(prompt.problem)}).said_in(plain(text)))


@pytest.mark.parametrize(
    ("problem", "saying"),
    [
        (PROBLEM, "$x = 8$"),
        ("3/4+2/5", r"\frac{23}{20}"),
        ("3/4+2/5", "1.15"),
        ("2+3", "2+3=5"),
        ("2+3", "the answer is 5"),
        ("x^2-5x+6=0", "x_1 = 2"),
        ("x^2-5x+6=0", "x=2 or x=3"),
        ("x^2=9", r"x=\pm 3"),
        ("x^2+2x-1=0", r"-1+\sqrt{2}"),
        ("x+y=5, x-y=1", r"x = 3 \quad y = 2"),
        ("x+y=5, x-y=1", "解是 (3, 2)"),
        ("3-2x<7", "x > -2"),
        ("3-2x<7", "-2<x"),
        ("factor x^2-9", "(x+3)(x-3)"),
        ("expand (x+2)^2", "x²+4x+4"),
        ("differentiate x^3", "= 3x^2"),
        ("H2+O2=H2O", "2H2 + O2 = 2H2O"),
        ("2x+3=2x+5", "no solution"),
        ("3 is what percent of 12", "25%"),
        ("x/2=1/3", "2/3"),
    ],
)
def test_an_answer_is_kept_at_every_level_but_the_last(problem: str, saying: str) -> None:
    assert [kept(a_question(level, problem), saying) for level in range(1, 6)] == [True] * 4 + [False]


def test_the_steps_above_a_level_are_kept() -> None:
    assert [kept(a_question(level), "2x-6=10") for level in range(1, 6)] == [True, True, False, False, False]
    assert [kept(a_question(level), "2x = 10+6") for level in range(1, 6)] == [True] * 4 + [False]


def test_what_was_said_since_the_problem_is_no_secret_any_more() -> None:
    assert not kept(a_question(2, PROBLEM, Turn("assistant", "Why?"), Turn("user", "x=8")), "Yes, the answer is 8")
    assert not kept(replace(a_question(2), so_far="so x = 8"), "x = 8")
    assert kept(a_question(2, PROBLEM, Turn("user", "x=7")), "x=8")


def test_what_the_problem_says_itself_is_no_secret() -> None:
    assert not kept(a_question(2), "2(x-3)=10")
    assert not kept(a_question(2, "x^2=9"), "x^2 = 9")


def test_the_problem_at_hand_and_the_last_before_it_are_guarded_and_small_talk_is_not() -> None:
    prompt = a_prompt("为什么?", earlier=("1+1", "2x=4", "hello"), problem=PROBLEM)
    assert ladder.problems_of(prompt) == [PROBLEM, "2x=4", "1+1"]


def test_the_levels_of_the_built_in_tutor_say_nothing_that_is_kept() -> None:
    for problem in (PROBLEM, "3/4+2/5", "x^2-5x+6=0", "x+y=5, x-y=1", "factor x^2-9", "H2+O2=H2O"):
        key = key_of(problem)
        for level in (1, 2, 3, 4):
            said = _DIALOGUE.reply(Request(problem, (), "en", level))
            secrets = ladder.formulas_to_keep(a_question(level, problem), {problem: key})
            assert secrets.said_in(plain(said)) == set(), (problem, level)


@pytest.mark.parametrize(
    ("whisper", "reply", "is_kept"),
    [
        ("别给第三步", "老师说：别给，第三步！", True),
        ("don't give step 3", "I was told: don’t give step 3.", True),
        ("他昨天没睡好。先让他说说移项是什么意思", "先让他说说，移项是什么意思", True),
        ("Be patient. He has trouble with fractions", "he has trouble with fractions", True),
        ("慢一点", "我们慢一点来。", False),
        ("hint", "Here is a hint.", False),
        ("Be patient. He has trouble with fractions", "Be patient with it.", False),
    ],
)
def test_a_whisper_and_its_sentences_are_kept_but_no_everyday_words(whisper: str, reply: str, *, is_kept: bool) -> None:
    said = ladder.words_to_keep((whisper,)).said_in(letters(reply, final=True).text)
    assert bool(said) is is_kept
