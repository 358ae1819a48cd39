"""The log of reads as a CSV file that spreadsheets open as text. Used by the service."""

import csv
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from io import StringIO

from tutor.records.messages import ReadView

COLUMNS = ("at", "until", "reader", "role", "why", "conversation", "title")
# What a spreadsheet takes for the beginning of a formula, in either width.
FORMULA = "=+\\-@＝＋－＠"
# Where a cell begins: some spreadsheets begin one at a semicolon or a tab too.
BEGIN = re.compile(rf"(^|[;\t\r\n])(\s*)(?=[{FORMULA}])")


def csv_of(reads: Sequence[ReadView]) -> bytes:
    """The file: UTF-8 with a byte order mark, without which some spreadsheets guess another encoding."""
    text = StringIO()
    rows = csv.writer(text)
    rows.writerow(COLUMNS)
    for read in reads:
        cells = (read.reader_name, read.role, read.why or "", read.conversation_id, read.title or "")
        rows.writerow([_time(read.at), _time(read.until), *map(harmless, cells)])
    return text.getvalue().encode("utf-8-sig")


def harmless(cell: str) -> str:
    """The text with an apostrophe wherever a spreadsheet would run what follows as a formula."""
    return BEGIN.sub(r"\1'\2", cell)


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
