"""Tables for spreadsheets: what people wrote stays text."""

import pytest

from tutor.core.cells import csv_of, harmless


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1", "@SUM(A1)", "＝1", "＋1", "－1", "＠x", "\t=1", " =1", "\r\n=1", "　＝1"]
)
def test_what_a_spreadsheet_would_run_is_made_harmless(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize(
    ("cell", "tamed"),
    [("力;=1+1", "力;'=1+1"), ("力\t=1", "力\t'=1"), ("力\n =1", "力\n' =1"), ("=1;\t@x", "'=1;'\t@x")],
)
def test_what_would_begin_another_cell_is_made_harmless_too(cell: str, tamed: str) -> None:
    assert harmless(cell) == tamed


@pytest.mark.parametrize("cell", ["", "王老师", "a=b", "1-1", "'=1"])
def test_other_text_stays_as_it_is(cell: str) -> None:
    assert harmless(cell) == cell


def test_numbers_stay_numbers_and_nothing_is_empty() -> None:
    assert csv_of([["=1", -2.5, None]]).decode("utf-8-sig") == "'=1,-2.5,\r\n"


def test_a_file_begins_with_a_byte_order_mark() -> None:
    assert csv_of([["力"]]).startswith(b"\xef\xbb\xbf")
