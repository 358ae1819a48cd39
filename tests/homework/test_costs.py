"""What grading would ask of the AI service."""

from tests.homework.factories import a_question, an_assignment
from tests.homework.grading import work_of
from tutor.homework.costs import estimate

MATHS = an_assignment()
MIXED = an_assignment(questions=(a_question(1), a_question(2, kind="text", key="")))


def test_typed_mathematics_costs_nothing() -> None:
    cost = estimate(MATHS, [work_of(MATHS, {"q1": "x=2", "q2": "5/6"})] * 3)
    assert (cost.submissions, cost.questions, cost.calculated) == (3, 6, 6)
    assert (cost.calls, cost.pictures, cost.tokens) == (0, 0, 0)


def test_texts_cost_a_call_or_two_each_and_more_when_they_are_long() -> None:
    short, long = (estimate(MIXED, [work_of(MIXED, {"q1": "x=2", "q2": text})]) for text in ("短", "长" * 900))
    assert (short.questions, short.calculated, short.calls) == (2, 1, 2)
    assert long.tokens - short.tokens > 500
    assert estimate(MIXED, [work_of(MIXED, {"q1": "x=2"})]).calls == 0


def test_pictures_are_counted_with_all_their_pages() -> None:
    work = work_of(MATHS, {}, file_ids=("a", "b"))
    cost = estimate(MATHS, [work], {"b": 5})
    assert (cost.pictures, cost.calls) == (6, 2)
    assert cost.tokens > 6 * 1000
