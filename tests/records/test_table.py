"""The log as a file for spreadsheets."""

from datetime import UTC, datetime

from tutor.records.messages import ReadView
from tutor.records.table import table_of

NOON = datetime(2026, 3, 1, 12, 0, 0, 500_000, UTC)


def test_times_are_utc_and_text_with_commas_is_quoted() -> None:
    read = ReadView(
        conversation_id="c", title='a "b", c', reader_id="r", reader_name="-王", role="guardian", why=None,
        at=NOON, until=NOON,
    )  # fmt: skip
    rows = table_of([read]).decode("utf-8-sig").splitlines()
    assert rows[1] == '2026-03-01T12:00:00Z,2026-03-01T12:00:00Z,\'-王,guardian,,c,"a ""b"", c"'
