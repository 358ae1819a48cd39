"""Reading rosters: any spreadsheet, Chinese or English headers, and a reason for each row that is not taken."""

import pytest

from tutor.classes.errors import RosterUnreadable
from tutor.classes.roster import MOST_ROWS, BadRow, Row, read_roster

GOOD = [Row(2, "ming7", "小明", 7), Row(3, "hong7", "小红", 8)]


@pytest.mark.parametrize(
    "text",
    [
        "username,name,grade\nming7,小明,7\nhong7,小红,8\n",
        "\ufeff学号,姓名,年级\r\nming7,小明,七年级\r\nhong7,小红,初二\r\n",
        "姓名\t用户名\t年级\n小明\tming7\t7\n小红\thong7\t八\n",
        "Grade;Name;Account\nGrade 7;小明;ming7\n8;小红;hong7",
        'username,name,grade,notes\nming7,"小明",7,"sits, in front"\nhong7, 小红 ,8年级,\n',
        "sep=;\r\nusername;name;grade\r\nming7;小明;7.0\r\nhong7;小红;８\r\n",
        "username,name,grade\rming7,小明,7\rhong7,小红,8",
        'username,name,grade,notes\nming7,小明,7,"one\nline\nand another"\nhong7,"小红\n",8,\n',
        "\tusername\tname\tgrade\n1\tming7\t小明\t7\n2\thong7\t小红\t8\n",
        "username,name,grade\nming7,小明,7\nhong7,小红,8\n" + ",,\n" * 2 * MOST_ROWS,
    ],
    ids=[
        "plain",
        "excel in chinese",
        "tabs",
        "semicolons",
        "quotes and more columns",
        "a line for excel",
        "an old mac",
        "lines in a cell",
        "a column without a name",
        "a thousand empty lines",
    ],
)
def test_a_roster_is_read_however_it_was_saved(text: str) -> None:
    assert read_roster(text, None) == GOOD


def test_a_row_without_a_grade_has_that_of_the_class() -> None:
    assert read_roster("username,name\nming7,小明", 9) == [Row(2, "ming7", "小明", 9)]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (",小明,7", "username_missing"),
        ("ming7,,7", "name_missing"),
        ("ming7", "name_missing"),
        ("ming7,小明,13", "grade_invalid"),
        ("ming7,小明,大班", "grade_invalid"),
        ("ming7,小明,", "grade_invalid"),
    ],
)
def test_a_row_that_cannot_be_taken_says_why(row: str, problem: str) -> None:
    (bad,) = read_roster(f"username,name,grade\n{row}", None)
    assert isinstance(bad, BadRow)
    assert (bad.line, bad.problem) == (2, problem)


def test_the_second_row_of_one_username_is_refused_whatever_its_case() -> None:
    assert read_roster("username,name\nming7,小明\n\nMING7,大明", 7) == [
        Row(2, "ming7", "小明", 7),
        BadRow(4, "MING7", "twice"),
    ]


def test_lines_are_counted_from_the_top_of_the_sheet() -> None:
    assert read_roster("\n,\nusername,name\nming7,小明", 7) == [Row(4, "ming7", "小明", 7)]


def test_one_username_in_two_widths_is_refused_the_second_time() -> None:
    assert read_roster("username,name\nming7,小明\nｍｉｎｇ７,大明", 7)[1] == BadRow(3, "ｍｉｎｇ７", "twice")


def test_a_quotation_mark_that_nobody_closed_spoils_no_line_but_its_own() -> None:
    ming, broken, hong = read_roster('username,name\nming7,小明\n"gang7,小刚\nhong7,小红', 7)
    assert (ming, hong) == (Row(2, "ming7", "小明", 7), Row(4, "hong7", "小红", 7))
    assert isinstance(broken, BadRow)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "empty"),
        (" \n ", "empty"),
        ("小明,7\n小红,8", "no_header"),
        ("username,name\n" + "a,b\n" * (MOST_ROWS + 1), "too_long"),
    ],
    ids=["nothing", "spaces", "no header", "too long"],
)
def test_what_is_no_roster_is_refused(text: str, problem: str) -> None:
    with pytest.raises(RosterUnreadable) as refused:
        read_roster(text, 7)
    assert refused.value.facts == {"problem": problem}
