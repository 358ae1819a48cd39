"""What counts after teachers have ruled."""

from datetime import timedelta

from tests.homework.factories import NOW, a_grade, a_question_grade, a_ruling, a_submission, an_assignment
from tutor.homework.deciding import standing
from tutor.homework.models import Award

SUBMISSION = a_submission(an_assignment())


def test_what_was_proposed_counts_until_somebody_rules() -> None:
    now = standing(a_grade(SUBMISSION), [])
    assert now.points == 10.0
    assert now.settled


def test_the_newest_ruling_counts() -> None:
    grade = a_grade(SUBMISSION)
    rulings = [a_ruling(grade, points=1.0), a_ruling(grade, points=2.5, made_at=NOW + timedelta(seconds=1))]
    assert standing(grade, rulings).points == 7.5


def test_a_ruling_about_an_older_rubric_does_not_count() -> None:
    grade = a_grade(SUBMISSION)
    assert standing(grade, [a_ruling(grade, grade_id=f"{SUBMISSION.id}:0")]).points == 10.0


def test_what_a_model_decided_is_settled_only_when_a_teacher_has_ruled_all_of_it() -> None:
    judged = a_question_grade(1, awards=(Award("a", 1.0), Award("b", 2.0)), by="model")
    grade = a_grade(SUBMISSION, questions=(judged,))
    one = a_ruling(grade, criterion_id="a", points=1.0, kind="accept")
    both = [one, a_ruling(grade, criterion_id="b", points=2.0, kind="accept")]
    assert not standing(grade, []).settled
    assert not standing(grade, [one]).settled
    assert standing(grade, both).settled


def test_a_flag_keeps_even_a_calculated_question_from_being_settled() -> None:
    grade = a_grade(SUBMISSION, questions=(a_question_grade(1, flags=("suspicious",)),))
    assert not standing(grade, []).settled


def test_a_comment_alone_leaves_the_points_and_an_empty_one_takes_it_back() -> None:
    grade = a_grade(SUBMISSION)
    said = a_ruling(grade, points=None, kind="comment", criterion_id=None, comment="步骤写全")
    unsaid = a_ruling(grade, points=None, kind="comment", criterion_id=None, made_at=NOW + timedelta(seconds=1))
    assert standing(grade, [said]).questions[0].comment == "步骤写全"
    assert standing(grade, [said]).points == 10.0
    assert standing(grade, [said, unsaid]).questions[0].comment == ""


def test_undecided_points_make_no_sum() -> None:
    grade = a_grade(SUBMISSION, questions=(a_question_grade(1, points=None, by="nobody"), a_question_grade(2)))
    assert standing(grade, []).points is None
    assert standing(grade, []).after(0.5) is None


def test_late_work_keeps_its_share() -> None:
    assert standing(a_grade(SUBMISSION), []).after(0.85) == 8.5
