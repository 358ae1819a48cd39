"""The guard: nothing of a secret is ever let through, everything else is, whole and soon."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ai.test_spelling import TEXTS
from tutor.ai.secrets import Secret, Secrets
from tutor.ai.spelling import Normalise, formulas, letters, plain
from tutor.chat.guard import Guard, Match

SECRETS = Secrets(
    [
        Secret("x=3", "x"),
        Secret("§3", "x"),
        Secret("§=3", "x"),
        Secret("2x=6", "x"),
        Secret("23/20", ""),
        Secret(plain("无解")),
    ]
)


def passed(
    pieces: list[str], secrets: Secrets = SECRETS, spelling: Normalise = formulas, said: str = ""
) -> tuple[str, bool]:
    """What a guard lets through of a text, and whether it met a secret."""
    guard, shown = Guard(secrets, spelling, said), ""
    try:
        for piece in pieces:
            shown += guard.feed(piece)
        return shown + guard.finish(), False
    except Match:
        return shown, True


def cut(text: str, places: list[int]) -> list[str]:
    marks = sorted({0, len(text), *(place % (len(text) + 1) for place in places)})
    return [text[first:last] for first, last in pairwise(marks)]


@settings(max_examples=500, deadline=None)
@given(TEXTS, st.lists(st.integers(0, 200), max_size=30))
def test_however_a_text_is_cut_no_secret_is_shown_and_nothing_else_is_lost(text: str, places: list[int]) -> None:
    shown, met = passed(cut(text, places))
    assert met is (SECRETS.look(plain(text)).said is not None)
    assert text.startswith(shown)
    assert met or shown == text
    assert not SECRETS.said_in(plain(shown))


@settings(max_examples=200, deadline=None)
@given(
    st.text("do not reveal第三步, 。\n", max_size=60),
    st.text("do not reveal第三步, ", min_size=4, max_size=8),
    st.lists(st.integers(0, 200), max_size=20),
)
def test_a_whisper_is_never_shown(text: str, whisper: str, places: list[int]) -> None:
    word = letters(whisper, final=True).text
    shown, met = passed(cut(text + whisper + text, places), Secrets([Secret(word)]), letters)
    assert word not in letters(shown, final=True).text or not word
    assert met is bool(word)


def test_the_first_words_come_at_once_and_a_tail_waits_no_longer_than_it_must() -> None:
    guard = Guard(SECRETS, formulas)
    assert guard.feed("先") == "先"
    assert guard.feed("移项，x") == "移项，"
    assert guard.feed("=") == ""
    assert guard.feed("3") == ""
    assert guard.feed("0") == "x=30"
    assert guard.feed("，再看") == "，再看"
    assert guard.finish() == ""


def test_a_secret_whose_beginning_was_read_before_is_not_finished() -> None:
    assert passed(["3，所以"], said="于是 x =") == ("", True)
    assert passed(["5，所以"], said="于是 x =") == ("5，所以", False)


def test_without_secrets_everything_comes_as_it_is() -> None:
    assert passed(["x=3", " "], Secrets([])) == ("x=3 ", False)


@pytest.mark.parametrize("text", ["x=3", "所以 $x = 3$。", "无解", r"\boxed{3}", "23/20", r"\frac{23}{20}", "2 x = 6"])
def test_each_secret_is_caught_letter_by_letter(text: str) -> None:
    shown, met = passed(list(text))
    assert met
    assert "3" not in shown
