"""The log of reads as a CSV file. Used by the service."""

from collections.abc import Sequence

from tutor.core.cells import csv_of, time_cell
from tutor.records.messages import ReadView

COLUMNS = ("at", "until", "reader", "role", "why", "conversation", "title")


def table_of(reads: Sequence[ReadView]) -> bytes:
    """The file, with a row for each reading."""
    return csv_of([COLUMNS, *(_row(read) for read in reads)])


def _row(read: ReadView) -> tuple[str, ...]:
    times = (time_cell(read.at), time_cell(read.until))
    return (*times, read.reader_name, read.role, read.why or "", read.conversation_id, read.title or "")
