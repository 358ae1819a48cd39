"""The results of an assignment as files for spreadsheets. Pure; used by `overview.py`."""

from collections.abc import Sequence
from io import BytesIO

from xlsxwriter import Workbook

from tutor.core.cells import Cell, time_cell
from tutor.homework.gradebook import Entry, share_of
from tutor.homework.models import Assignment

COLUMNS = (
    "student", "version", "submitted_at", "late_s", "late_share", "state", "released_at", "points", "max_points",
)  # fmt: skip
# Nothing that people wrote becomes a formula, a link or a number.
OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "constant_memory": True,
}


def rows_of(assignment: Assignment, entries: Sequence[Entry], missing: Sequence[str]) -> list[list[Cell]]:
    """The head, a row for each submission in the order of names, and one for each student without any."""
    numbers = [f"q{number}" for number in range(1, len(assignment.questions) + 1)]
    rows: list[list[Cell]] = [[*COLUMNS, *numbers, "comment"]]
    rows += [_row(assignment, one) for one in sorted(entries, key=lambda one: one.submission.student_name)]
    blank: list[Cell] = [None] * (len(numbers) + 1)
    rows += [
        [name, None, None, None, None, "missing", None, None, assignment.points, *blank] for name in sorted(missing)
    ]
    return rows


def _row(assignment: Assignment, entry: Entry) -> list[Cell]:
    submission, now = entry.submission, entry.standing
    by_question = [entry.question(question.id) for question in assignment.questions]
    return [
        submission.student_name,
        submission.version,
        time_cell(submission.submitted_at),
        submission.late_s,
        share_of(assignment, submission),
        submission.state,
        time_cell(entry.release.at) if entry.release else None,
        entry.points(assignment),
        now.max_points if now else assignment.points,
        *(one.points if one else None for one in by_question),
        now.comment if now else "",
    ]


def xlsx_table(rows: Sequence[Sequence[Cell]]) -> bytes:
    """The rows as an XLSX file; text stays text and numbers are numbers."""
    with BytesIO() as written:
        with Workbook(written, OPTIONS) as book:
            sheet = book.add_worksheet()
            for down, row in enumerate(rows):
                for across, cell in enumerate(row):
                    if isinstance(cell, str):
                        sheet.write_string(down, across, cell)
                    elif cell is not None:
                        sheet.write_number(down, across, cell)
        return written.getvalue()
