"""Rows as a CSV file that spreadsheets open as text, for every room that gives out tables."""

import csv
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from io import StringIO
from typing import TypeAlias

Cell: TypeAlias = str | float | None
# What a spreadsheet takes for the beginning of a formula, in either width.
FORMULA = "=+\\-@＝＋－＠"
# Where a cell begins: some spreadsheets begin one at a semicolon or a tab too.
BEGIN = re.compile(rf"(^|[;\t\r\n])(\s*)(?=[{FORMULA}])")


def csv_of(rows: Iterable[Sequence[Cell]]) -> bytes:
    """The file: UTF-8 with a byte order mark, without which some spreadsheets guess another encoding."""
    text = StringIO()
    table = csv.writer(text)
    for row in rows:
        table.writerow(["" if cell is None else harmless(cell) if isinstance(cell, str) else cell for cell in row])
    return text.getvalue().encode("utf-8-sig")


def harmless(cell: str) -> str:
    """The text with an apostrophe wherever a spreadsheet would run what follows as a formula."""
    return BEGIN.sub(r"\1'\2", cell)


def time_cell(moment: datetime) -> str:
    """A time as spreadsheets read it: UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
