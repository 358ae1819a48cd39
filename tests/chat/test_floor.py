"""The rules of the floor."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tutor.chat import floor
from tutor.chat.models import Author, Floor, Notice

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
WANG, LI = Author("teacher", "w" * 24, "Wang"), Author("teacher", "l" * 24, "Li")
HERS = Floor("teacher", WANG.id, WANG.name, NOW, 3)


def test_a_change_counts_and_names_its_teacher() -> None:
    after = floor.changed(HERS, "approval", LI, NOW, "vigil")
    assert replace(after, notice=None) == Floor("approval", LI.id, "Li", NOW, 4, "vigil")


def test_the_tutors_floor_is_no_teachers() -> None:
    for after in (floor.changed(HERS, "tutor", WANG, NOW, "vigil"), floor.lost(HERS, NOW)):
        assert replace(after, notice=None) == Floor("tutor", None, None, NOW, 4)


@pytest.mark.parametrize(
    ("known", "state", "teacher", "already"),
    [
        (HERS, "teacher", WANG, True),
        (HERS, "teacher", LI, False),
        (HERS, "approval", WANG, False),
        (Floor(), "tutor", LI, True),
    ],
)
def test_what_is_so_already_is_known(known: Floor, state: str, teacher: Author, *, already: bool) -> None:
    assert floor.is_already(known, state, teacher.id or "") is already  # type: ignore[arg-type]  # one of the states


def test_a_notice_names_the_teacher_who_had_it_before() -> None:
    assert floor.changed(HERS, "teacher", LI, NOW).notice == Notice("floor.taken", LI, {"number": 4, "from": "Wang"})
    assert floor.changed(HERS, "tutor", WANG, NOW).notice == Notice("floor.returned", WANG, {"number": 4})
    assert floor.lost(HERS, NOW).notice == Notice("floor.lost", WANG, {"number": 4})
