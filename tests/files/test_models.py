"""Names as people see them, and what uses a file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.files.models import LONGEST_NAME, NAMELESS, FileLimits, Use, clean_name


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("a\x07b\u200b\x00.jpg", "ab.jpg"),
        ("\udc80\udcff.jpg", "jpg"),
        (".htaccess", "htaccess"),
        ("a/b/c.png", "c.png"),
        ("e\u0301.png", "é.png"),
        ("  spaced . ", "spaced"),
        ("\\\\server\\share\\x.pdf", "x.pdf"),
        ("/", NAMELESS),
    ],
)
def test_a_name_keeps_what_people_read(given_name: str, shown: str) -> None:
    assert clean_name(given_name) == shown


@given(st.text(st.characters(codec=None), max_size=400))
def test_any_name_is_short_whole_and_no_place(given_name: str) -> None:
    shown = clean_name(given_name)
    assert 0 < len(shown) <= LONGEST_NAME
    assert shown.encode().decode() == shown
    assert not set(shown) & set("/\\\x00\r\n")


def test_a_use_has_a_key_of_its_kind_and_thing() -> None:
    assert Use("submission", "7").key == "submission:7"


def test_each_kind_has_its_own_limit() -> None:
    limits = FileLimits(photo_bytes=10, pdf_bytes=20, unclaimed_per_user=1, unclaimed_h=1.0)
    assert (limits.bytes_of("photo"), limits.bytes_of("pdf")) == (10, 20)
