"""Cursors of lists that are ordered by a time, newest first: where the next page begins. Used by readings."""

from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from tutor.core.errors import InvalidInput

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Position: TypeAlias = tuple[datetime, str]


def cursor_of(moment: datetime, row_id: str) -> str:
    """The cursor behind a page's last row: its time in milliseconds, and its id."""
    return f"{(moment - EPOCH) // timedelta(milliseconds=1)}:{row_id}"


def position_of(cursor: str | None) -> Position | None:
    """Read a cursor.

    Raises:
        InvalidInput: it is none of ours.

    """
    if cursor is None:
        return None
    moment, _, row_id = cursor.partition(":")
    try:
        return EPOCH + timedelta(milliseconds=int(moment)), row_id
    except (ValueError, OverflowError) as error:
        raise InvalidInput(fields=[{"field": "cursor", "problem": "unknown"}]) from error
