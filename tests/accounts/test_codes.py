"""Class codes: easy to write on a board, and read back in any handwriting."""

import pytest

from tutor.accounts.codes import LENGTH, LETTERS, new_code, plain


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
