"""Reads a roster that a school keeps in a spreadsheet: CSV with a header in Chinese or English. Pure.

`service.py` takes the rows that are good and lists the others with their reasons.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass

from tutor.classes.errors import RosterUnreadable

MOST_ROWS = 300
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
    lines = text.removeprefix("\ufeff").strip().splitlines()
    if not lines:
        raise RosterUnreadable(problem="empty")
    table = list(csv.reader(lines, delimiter=max(",;\t，", key=lines[0].count)))
    columns = _columns(table[0])
    if not {"username", "name"} <= columns.keys():
        raise RosterUnreadable(problem="no_header")
    if len(table) - 1 > MOST_ROWS:
        raise RosterUnreadable(problem="too_long")
    return list(_rows(table[1:], columns, default_grade))


def _columns(header: list[str]) -> dict[str, int]:
    titles = [title.strip().casefold() for title in header]
    return {field: place for field, names in FIELDS.items() for place, title in enumerate(titles) if title in names}


def _rows(table: list[list[str]], columns: dict[str, int], default_grade: int | None) -> Iterator[Row | BadRow]:
    seen: set[str] = set()
    for line, cells in enumerate(table, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        given = {field: cells[place].strip() if place < len(cells) else "" for field, place in columns.items()}
        username, name = given["username"], given["name"]
        grade = _grade(given.get("grade", ""), default_grade)
        if not username:
            yield BadRow(line, username, "username_missing")
        elif username.casefold() in seen:
            yield BadRow(line, username, "twice")
        elif not name:
            yield BadRow(line, username, "name_missing")
        elif grade is None:
            yield BadRow(line, username, "grade_invalid")
        else:
            seen.add(username.casefold())
            yield Row(line, username, name, grade)


def _grade(written: str, default: int | None) -> int | None:
    """A grade as people write it: 7, 七, 七年级, 初一, Grade 7."""
    if not written:
        return default
    return GRADES.get(written.casefold().removeprefix("grade").removesuffix("年级").strip())
