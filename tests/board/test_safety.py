"""Words that a teacher should know of, and ways of speaking that mean nothing of the kind."""

import pytest

from tutor.board.safety import is_alarming

SERIOUS = [
    "我不想活了",
    "活着没意思",
    "我想死",
    "有时候想自 杀",
    "昨天又割腕了",
    "班上有人霸凌我",
    "我被同学欺负了",
    "爸爸又打我了",
    "他要带刀来学校",
    "I want to die",
    "i wanna kill myself",
    "I don’t want to live anymore",
    "thinking about SUICIDE",
    "He hits me every day",
    "i am being bullied",
    "I will bring a gun to school",
]
HARMLESS = [
    "笑死我了",
    "想死你们了",
    "这题难得想死的心都有了",
    "为什么冰会浮在水面上？",
    "细胞的生命周期",
    "解方程 x^2 - 5x + 6 = 0",
    "How do I kill a process?",
    "What is the bullet's speed?",
    "Who killed Julius Caesar?",
    "打我一分吧",
]


@pytest.mark.parametrize("text", SERIOUS)
def test_what_sounds_like_danger_is_noticed(text: str) -> None:
    assert is_alarming(text)


@pytest.mark.parametrize("text", HARMLESS)
def test_a_way_of_speaking_is_let_through(text: str) -> None:
    assert not is_alarming(text)
