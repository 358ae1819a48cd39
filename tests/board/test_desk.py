"""A watched class: what its watchers are told of it, and in which order when that is much."""

from dataclasses import replace

from tests.board.factories import NOW, a_conversation, a_hand, facts_of
from tutor.board.desk import Desk
from tutor.board.models import Facts

STUDENTS = 12


def facts(number: int, title: str) -> Facts:
    student_id = f"{number:024x}"
    conversation = a_conversation(id=f"{number + 1000:024x}", student_id=student_id, title=title)
    return replace(facts_of(), student_id=student_id, conversation=conversation)


def a_desk() -> Desk:
    """A class that was shown whole, in which everybody has then begun something new."""
    desk = Desk("class")
    desk.name({f"{number:024x}": f"学生{number}" for number in range(STUDENTS)})
    desk.take({f"{number:024x}": facts(number, "分数") for number in range(STUDENTS)}, NOW)
    desk.changes(NOW, 0)
    desk.take({f"{number:024x}": facts(number, "方程") for number in range(STUDENTS)}, NOW)
    return desk


def told(desk: Desk, moment: float, most: int) -> list[int]:
    changed, _ = desk.changes(NOW, moment, most)
    return [int(tile.student_id, 16) for tile in changed]


def test_of_many_changes_some_come_now_and_the_others_later() -> None:
    desk = a_desk()
    first, second, third = (told(desk, moment, 5) for moment in (1, 2, 3))
    assert (len(first), len(second), len(third)) == (5, 5, 2)
    assert sorted(first + second + third) == list(range(STUDENTS))
    assert {tile.title for tile in desk.shown.values()} == {"方程"}
    assert told(desk, 4, 5) == []


def test_who_was_shown_longest_ago_comes_first() -> None:
    desk = a_desk()
    first = told(desk, 1, 5)
    desk.take({f"{number:024x}": facts(number, "几何") for number in range(STUDENTS)}, NOW)
    assert not set(told(desk, 2, 5)) & set(first)


def test_who_needs_somebody_comes_before_all_others() -> None:
    desk = a_desk()
    waiting = replace(facts(STUDENTS - 1, "方程"), hand=a_hand(id=f"{STUDENTS + 999:024x}"))
    desk.take({waiting.student_id: waiting}, NOW)
    assert told(desk, 1, 3)[0] == STUDENTS - 1


def test_who_leaves_the_class_is_told_at_once() -> None:
    desk = a_desk()
    desk.name({f"{number:024x}": f"学生{number}" for number in range(1, STUDENTS)})
    changed, gone = desk.changes(NOW, 1, 3)
    assert gone == [f"{0:024x}"]
    assert len(changed) == 3
