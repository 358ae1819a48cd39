"""The rules of the floor."""

from datetime import UTC, datetime

import pytest

from tutor.chat import floor
from tutor.chat.models import Author, Floor

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
WANG, LI = Author("teacher", "w" * 24, "Wang"), Author("teacher", "l" * 24, "Li")
HERS = Floor("teacher", WANG.id, WANG.name, NOW, 3)


def test_a_change_counts_and_names_its_teacher() -> None:
    assert floor.changed(HERS, "approval", LI, NOW) == Floor("approval", LI.id, "Li", NOW, 4)


def test_the_tutors_floor_is_no_teachers() -> None:
    assert floor.changed(HERS, "tutor", WANG, NOW) == Floor("tutor", None, None, NOW, 4)


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
    after = floor.changed(HERS, "teacher", LI, NOW)
    assert floor.told(HERS, after, LI).facts == {"number": 4, "from": "Wang"}
    assert floor.told(HERS, floor.changed(HERS, "tutor", WANG, NOW), WANG).facts == {"number": 4}
    assert floor.told(HERS, after, WANG, kind=floor.LOST).kind == "floor.lost"
