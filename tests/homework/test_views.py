"""What students see of an assignment."""

from tests.homework.factories import NOW, a_question, an_assignment
from tutor.homework.models import Criterion, Level
from tutor.homework.views import TaskStanding, asked, task_view

SECRETS = {"key": "密钥甲", "notes": "批注乙", "solution": "解法丙"}
RUBRIC = (Criterion("a", "标准丁", 5.0, (Level(5.0, "等级戊"),)),)
QUESTION = a_question(1, criteria=RUBRIC, knowledge=("考点己",), tolerance="0.125", **SECRETS)


def test_a_question_is_shown_without_anything_that_helps_to_answer_it() -> None:
    assert asked(QUESTION, 3).model_dump() == {
        "id": "q1",
        "number": 3,
        "text": "解方程 2x+3=7",
        "kind": "any",
        "points": 5.0,
    }


def test_a_task_has_no_word_that_is_for_graders() -> None:
    assignment = an_assignment(questions=(QUESTION,), due_at=NOW, hint_cap=2)
    shown = task_view(assignment, teacher_name="王老师", files={}, standing=TaskStanding()).model_dump_json()
    assert "解方程" in shown
    assert not [word for word in (*SECRETS.values(), "标准丁", "等级戊", "考点己", "0.125") if word in shown]


def test_a_task_says_where_the_student_stands() -> None:
    standing = TaskStanding("released", "s1", may_hand_in=False, may_withdraw=False, late_share=0.9)
    task = task_view(an_assignment(state="closed"), teacher_name="王老师", files={}, standing=standing)
    assert (task.closed, task.state, task.submission_id, task.late_share) == (True, "released", "s1", 0.9)
    assert (task.teacher_name, task.points, [one.number for one in task.questions]) == ("王老师", 10.0, [1, 2])
