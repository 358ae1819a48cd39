"""Class codes: easy to write on a board, and read back in any handwriting."""

import pytest

from tutor.accounts.codes import LENGTH, LETTERS, PASSWORD_LENGTH, first_password, new_code, plain


def test_a_code_has_six_characters_that_nobody_mistakes() -> None:
    codes = {new_code() for _ in range(500)}
    assert {len(code) for code in codes} == {LENGTH}
    assert set("".join(codes)) == set(LETTERS)
    assert not set(LETTERS) & set("0O1IL")


def test_codes_do_not_repeat_soon() -> None:
    assert len({new_code() for _ in range(2000)}) > 1990


@pytest.mark.parametrize(
    "typed", ["ABC234", "abc234", " abc 234 ", "abc-234", "ＡＢＣ２３４", "a b c\t2 3 4", "abc\u3000234"]
)
def test_a_code_is_read_however_it_was_typed(typed: str) -> None:
    assert plain(typed) == "ABC234"


def test_a_first_password_can_be_worked_out_again_by_nobody_but_the_server() -> None:
    once = first_password("key", "class", "ming")
    assert once == first_password("key", "class", "ming")
    others = [("yek", "class", "ming"), ("key", "other", "ming"), ("key", "class", "hong")]
    assert len({once, *(first_password(*other) for other in others)}) == 4
    assert len(once) == PASSWORD_LENGTH
    assert set(once) <= set(LETTERS.lower())
