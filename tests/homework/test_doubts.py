"""How doubtful a grade is."""

from tests.homework.factories import a_question_grade
from tutor.homework.doubts import doubt_of, outcome_of
from tutor.homework.models import Award

CERTAIN = a_question_grade()
OPEN = a_question_grade(2, by="nobody", awards=(Award("whole", None),), flags=("undecided",))
JUDGED = a_question_grade(3, by="model", confidence=0.9)
INVALID = a_question_grade(4, by="nobody", awards=(Award("whole", None),), flags=("invalid",))


def test_what_was_calculated_is_not_in_doubt() -> None:
    assert doubt_of([CERTAIN, CERTAIN]) == 0.0
    assert outcome_of([CERTAIN, CERTAIN]) == "graded"


def test_doubt_grows_from_judged_to_flagged_to_suspicious() -> None:
    grades = [
        [CERTAIN, JUDGED],
        [CERTAIN, a_question_grade(3, by="model", confidence=0.5)],
        [CERTAIN, OPEN],
        [OPEN, OPEN],
        [CERTAIN, a_question_grade(flags=("suspicious",))],
    ]
    doubts = [doubt_of(one) for one in grades]
    assert doubts == sorted(doubts)
    assert len(set(doubts)) == len(doubts)
    assert 0 < doubts[0] < doubts[-1] <= 1


def test_anything_open_needs_a_teacher() -> None:
    assert outcome_of([CERTAIN, JUDGED]) == "graded"
    assert outcome_of([CERTAIN, OPEN]) == "needs_teacher"
    assert outcome_of([CERTAIN, a_question_grade(flags=("picture",))]) == "needs_teacher"
    assert outcome_of([]) == "needs_teacher"
    assert doubt_of([]) == 1.0


def test_only_work_without_any_valid_answer_has_failed() -> None:
    assert outcome_of([INVALID, INVALID]) == "failed"
    assert outcome_of([INVALID, OPEN]) == "needs_teacher"
    assert outcome_of([INVALID, CERTAIN]) == "needs_teacher"
