"""The log as a file for spreadsheets."""

from datetime import UTC, datetime

import pytest

from tutor.records.messages import ReadView
from tutor.records.table import csv_of, harmless

NOON = datetime(2026, 3, 1, 12, 0, 0, 500_000, UTC)


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


def test_times_are_utc_and_text_with_commas_is_quoted() -> None:
    read = ReadView(
        conversation_id="c", title='a "b", c', reader_id="r", reader_name="-王", role="guardian", why=None,
        at=NOON, until=NOON,
    )  # fmt: skip
    rows = csv_of([read]).decode("utf-8-sig").splitlines()
    assert rows[1] == '2026-03-01T12:00:00Z,2026-03-01T12:00:00Z,\'-王,guardian,,c,"a ""b"", c"'
