"""The normaliser changes the spelling and never the meaning."""

import pytest

from tutor.ai.embedded.text import chinese_number, language_of, normalise, numbers_from_words


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("３×４÷２＋１", "3*4÷2+1"),
        ("x²－5x＋6＝0", "x^(2)-5x+6=0"),
        ("1¾", "1 3/4"),
        ("½x", "(1/2)x"),
        ("百分之二十五", "25%"),
        ("百分之25", "25%"),
        ("四分之三", "(3/4)"),
        ("二又三分之一", "2 1/3"),
        ("1,234,567", "1234567"),
        ("x=1,234", "x=1234"),
        ("3 x 4", "3*4"),
        ("2**3", "2^3"),
        (r"\frac{1}{2} \times \sqrt{4}", "((1)/(2)) * sqrt(4)"),
        ("H₂ ＋ O₂ → H₂O", "H2 + O2 -> H2O"),
        ("x ≤ 3", "x <= 3"),
    ],
)
def test_spelling_becomes_plain(typed: str, plain: str) -> None:
    assert normalise(typed) == plain


@pytest.mark.parametrize(
    ("word", "value"),
    [("十", 10), ("二十三", 23), ("一百零五", 105), ("三千二百", 3200), ("二〇二六", 2026), ("一万二千", 12000)],
)
def test_chinese_numerals_are_read(word: str, value: int) -> None:
    assert chinese_number(word) == value


def test_chinese_decimals_are_read() -> None:
    assert numbers_from_words("三点一四+二十") == "3.14+20"


@pytest.mark.parametrize(
    ("question", "earlier", "language"),
    [
        ("解方程 2x=4", (), "zh"),
        ("Solve 2x = 4", (), "en"),
        ("x=8", ("解方程 2(x-3)=10",), "zh"),
        ("x=8", ("解方程 x=1", "Solve 2x = 4"), "en"),
        ("sqrt(2)+1", (), "zh"),
        ("2x+1", (), "zh"),
    ],
)
def test_a_reply_is_in_the_language_of_the_question_or_of_the_lesson(
    question: str, earlier: tuple[str, ...], language: str
) -> None:
    assert language_of(question, earlier, "zh") == language
