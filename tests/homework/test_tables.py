"""The results as files for spreadsheets: nothing that people wrote becomes a formula."""

import csv
from dataclasses import replace
from io import BytesIO, StringIO
from zipfile import ZipFile

from tests.homework.factories import a_question_grade, an_assignment
from tests.homework.test_statistics import an_entry
from tutor.core.cells import csv_of
from tutor.homework.gradebook import Entry
from tutor.homework.models import Assignment, LatePolicy
from tutor.homework.tables import rows_of, xlsx_table

ATTACK = '=HYPERLINK("http://example.com","x")'


def named(assignment: Assignment, name: str) -> Entry:
    entry = an_entry(assignment, a_question_grade(1), a_question_grade(2, 2.5))
    return replace(entry, submission=replace(entry.submission, student_name=name))


def test_a_row_for_each_student() -> None:
    assignment = an_assignment()
    rows = rows_of(assignment, [named(assignment, "b"), named(assignment, "a")], ["c"])
    assert rows[0][0] == "student"
    assert [row[0] for row in rows[1:]] == ["a", "b", "c"]
    assert rows[1][7:11] == [7.5, 10.0, 5.0, 2.5]
    assert rows[3][5] == "missing"
    assert {len(row) for row in rows} == {len(rows[0])}


def test_what_late_work_keeps_stands_beside_its_points() -> None:
    assignment = an_assignment(late=LatePolicy("deduct", 20))
    entry = named(assignment, "a")
    late = replace(entry, submission=replace(entry.submission, late_s=3600))
    head, row = rows_of(assignment, [late], [])
    shown = dict(zip(head, row, strict=True))
    assert (shown["late_share"], shown["q1"], shown["q2"], shown["points"]) == (0.8, 5.0, 2.5, 6.0)


def test_a_csv_file_holds_no_formula() -> None:
    assignment = an_assignment()
    text = csv_of(rows_of(assignment, [named(assignment, ATTACK)], ["@SUM(A1)"])).decode("utf-8-sig")
    cells = [cell for row in csv.reader(StringIO(text)) for cell in row]
    assert f"'{ATTACK}" in cells
    assert "'@SUM(A1)" in cells


def test_an_xlsx_file_holds_text_as_text_and_points_as_numbers() -> None:
    assignment = an_assignment()
    body = xlsx_table(rows_of(assignment, [named(assignment, ATTACK)], ["https://example.com"]))
    with ZipFile(BytesIO(body)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
        names = parts.namelist()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet.lower().replace("=hyperlink(", "")
    assert "=HYPERLINK(" in sheet
    assert "<v>7.5</v>" in sheet
    assert not any("rels" in name and "sheet" in name for name in names)
