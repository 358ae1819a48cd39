"""How an assignment went, in numbers."""

from dataclasses import replace

from tests.homework.factories import (
    NOW,
    a_grade,
    a_question,
    a_question_grade,
    a_ruling,
    a_submission,
    an_assignment,
)
from tutor.homework.deciding import standing
from tutor.homework.gradebook import Entry
from tutor.homework.models import Assignment, LatePolicy, QuestionGrade, Release, Ruling
from tutor.homework.statistics import agreement_of, bins_of, statistics_of


def an_entry(
    assignment: Assignment, *questions: QuestionGrade, rulings: tuple[Ruling, ...] = (), late_s: int = 0
) -> Entry:
    """A graded submission; without questions one that is not graded."""
    submission = a_submission(assignment, late_s=late_s)
    if not questions:
        return Entry(submission, None, None, None, ())
    grade = a_grade(submission, questions=questions)
    about = tuple(replace(one, grade_id=grade.id) for one in rulings)
    release = Release(submission.id, assignment.id, submission.student_id, None, NOW)
    return Entry(submission, grade, standing(grade, about), release, about)


def graded(assignment: Assignment, one: float | None, two: float | None, late_s: int = 0) -> Entry:
    return an_entry(assignment, a_question_grade(1, one), a_question_grade(2, two), late_s=late_s)


def test_the_numbers_of_an_assignment() -> None:
    assignment = an_assignment(late=LatePolicy("deduct", 50))
    entries = [
        graded(assignment, 5.0, 5.0),
        graded(assignment, 5.0, 0.0),
        graded(assignment, 5.0, 5.0, late_s=60),
        graded(assignment, None, 5.0),
        an_entry(assignment),
    ]
    found = statistics_of(assignment, 7, entries)
    assert (found.students, found.handed_in, found.late, found.released, found.graded) == (7, 5, 1, 4, 4)
    assert (found.mean, found.median, found.best, found.worst, found.max_points) == (6.67, 5.0, 10.0, 5.0, 10.0)
    assert found.bins == [0, 0, 0, 0, 0, 2, 0, 0, 0, 1]


def test_how_a_question_went() -> None:
    assignment = an_assignment()
    wrong = a_question_grade(1, 0.0, answer="x=4")
    entries = [
        an_entry(assignment, a_question_grade(1)),
        an_entry(assignment, wrong),
        an_entry(assignment, wrong),
        an_entry(assignment, a_question_grade(1, 2.0, error="漏写单位")),
        an_entry(assignment, a_question_grade(1, None)),
    ]
    first = statistics_of(assignment, 5, entries).questions[0]
    assert (first.full, first.part, first.none, first.undecided) == (1, 1, 2, 1)
    assert first.mean_share == 0.35
    assert first.commonest == ["x=4", "漏写单位"]


def test_no_submission_has_no_mean() -> None:
    found = statistics_of(an_assignment(), 3, [])
    assert (found.mean, found.best, sum(found.bins)) == (None, None, 0)
    assert [one.mean_share for one in found.questions] == [None, None]


def test_bins_are_tenths_and_all_points_count_to_the_last() -> None:
    assert bins_of([0.0, 0.99, 1.0, 9.99, 10.0], 10.0) == [2, 1, 0, 0, 0, 0, 0, 0, 0, 2]
    assert bins_of([0.3], 1.0)[3] == 1
    assert bins_of([0.0], 0.0)[0] == 1


def test_how_often_a_proposal_was_kept() -> None:
    assignment = an_assignment(questions=(a_question(1),))
    grade = a_grade(a_submission(assignment))
    kept, changed = a_ruling(grade, points=5.0, kind="accept"), a_ruling(grade, points=3.0)
    entries = [
        an_entry(assignment, a_question_grade(1, by="model"), rulings=(kept,)),
        an_entry(assignment, a_question_grade(1, by="model"), rulings=(changed,)),
        an_entry(assignment, a_question_grade(1, None, by="nobody"), rulings=(changed,)),
        an_entry(assignment, a_question_grade(1)),
    ]
    (agreed,) = agreement_of(assignment, entries)
    assert (agreed.question_number, agreed.ruled, agreed.kept, agreed.off) == (1, 2, 1, 1.0)
