"""Reads a roster that a school keeps in a spreadsheet: CSV with a header in Chinese or English. Pure.

`service.py` takes the rows that are good and lists the others with their reasons.
"""

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import StringIO

from tutor.accounts.models import folded
from tutor.classes.errors import RosterUnreadable

MOST_ROWS = 300
SEPARATOR = re.compile(r"sep=(.)\s*", re.IGNORECASE)  # a line for the spreadsheet, which it does not count
FIELDS = {
    "username": {"username", "user name", "account", "用户名", "账号", "帐号", "学号"},
    "name": {"name", "display name", "student", "full name", "姓名", "名字", "学生", "学生姓名"},
    "grade": {"grade", "year", "年级"},
}
GRADES = {
    **{str(number): number for number in range(1, 13)},
    **{name: number for number, name in enumerate(("一二三四五六七八九十"), start=1)},
    "十一": 11,
    "十二": 12,
    "初一": 7,
    "初二": 8,
    "初三": 9,
    "高一": 10,
    "高二": 11,
    "高三": 12,
}


@dataclass(frozen=True, slots=True)
class Row:
    """A student of the roster. `line` counts as the spreadsheet does: the header is line 1."""

    line: int
    username: str
    name: str
    grade: int


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be taken, and why."""

    line: int
    username: str
    problem: str


def read_roster(text: str, default_grade: int | None) -> list[Row | BadRow]:
    """The rows in order. A row without a grade has `default_grade`.

    Raises:
        RosterUnreadable: there is no row, no header that names username and name, or there are more than 300 rows.

    """
    lines = list(StringIO(text.removeprefix("\ufeff"), newline=""))
    if told := SEPARATOR.fullmatch(lines[0] if lines else ""):
        lines = lines[1:]
    first = next((line for line in lines if line.strip()), "")
    rows = _filled(_table(lines, told[1] if told else max(",;\t，", key=first.count)))
    if not rows:
        raise RosterUnreadable(problem="empty")
    columns = _columns(rows[0][1])
    if not {"username", "name"} <= columns.keys():
        raise RosterUnreadable(problem="no_header")
    if len(rows) - 1 > MOST_ROWS:
        raise RosterUnreadable(problem="too_long")
    return list(_rows(rows[1:], columns, default_grade))


def _table(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    try:
        return list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:  # a quotation mark that nobody closed spoils its own line, not all that follow
        return [next(csv.reader([line], delimiter=delimiter), []) for line in lines]


def _filled(table: Iterable[Sequence[str]]) -> list[tuple[int, list[str]]]:
    """The lines in which something stands, with their numbers, and what stands there without needless spaces."""
    tidy = ([" ".join(cell.split()) for cell in cells] for cells in table)
    return [(line, cells) for line, cells in enumerate(tidy, start=1) if any(cells)]


def _columns(header: list[str]) -> dict[str, int]:
    titles = [title.casefold() for title in header]
    return {field: place for field, names in FIELDS.items() for place, title in enumerate(titles) if title in names}


def _rows(
    rows: Iterable[tuple[int, list[str]]], columns: dict[str, int], default_grade: int | None
) -> Iterator[Row | BadRow]:
    seen: set[str] = set()
    for line, cells in rows:
        given = {field: cells[place] if place < len(cells) else "" for field, place in columns.items()}
        username, name = given["username"], given["name"]
        grade = _grade(given.get("grade", ""), default_grade)
        if not username:
            yield BadRow(line, username, "username_missing")
        elif folded(username) in seen:
            yield BadRow(line, username, "twice")
        elif not name:
            yield BadRow(line, username, "name_missing")
        elif grade is None:
            yield BadRow(line, username, "grade_invalid")
        else:
            seen.add(folded(username))
            yield Row(line, username, name, grade)


def _grade(written: str, default: int | None) -> int | None:
    """A grade as people and spreadsheets write it: 7, 7.0, ７, 七, 七年级, 初一, Grade 7."""
    if not written:
        return default
    plain = unicodedata.normalize("NFKC", written).casefold()
    return GRADES.get(plain.removeprefix("grade").removesuffix("年级").removesuffix(".0").strip())
