"""Right and wrong are certain, everything else is left undecided."""

import tomllib

import pytest

from tests.ai.checking.conftest import Check
from tests.grading.generator import examples
from tests.grading.heldout import FILE
from tests.grading.measuring import Tally
from tutor.ai.checking.decider import decide

PAIRS = tomllib.loads(FILE.with_name("pairs.toml").read_text(encoding="utf-8"))["pairs"]
TRAPS = tomllib.loads(FILE.with_name("traps.toml").read_text(encoding="utf-8"))["items"]
HELD_OUT = tomllib.loads(FILE.read_text(encoding="utf-8"))["items"]


@pytest.mark.parametrize(("kind", "expected", "answer", "same"), PAIRS)
def test_the_pairs_of_the_study_are_told_apart(kind: str, expected: str, answer: str, same: bool, check: Check) -> None:
    assert check(expected, answer).outcome == ("right" if same else "wrong")


@pytest.mark.parametrize(("question", "expected", "answer", "truth"), HELD_OUT + TRAPS)
def test_what_pupils_write_is_decided_as_a_careful_teacher_does(
    question: str, expected: str, answer: str, truth: str, check: Check
) -> None:
    outcome = check(expected, answer, question).outcome
    assert outcome == ("undecided" if truth == "open" else truth)


def test_no_answer_of_a_slice_of_the_bench_gets_wrong_full_marks() -> None:
    tally = Tally()
    for example in examples(1, 2):
        tally.add(example, decide(example.item).outcome, 0)
    assert (tally.wrong_full_marks, tally.accuracy >= 0.99, tally.undecided <= 0.05) == (0, True, True), tally.amiss


@pytest.mark.parametrize(
    ("expected", "answer", "question", "reason"),
    [
        ("x=2或x=3", "x=2", "", "missing_root"),
        ("x=2", "x=2或x=3", "", "extra_root"),
        ("5", "-5", "", "sign"),
        ("x>3", "x>=3", "", "strictness"),
        ("x>3", "x<3", "", "direction"),
        ("(1,2)", "(2,1)", "", "order"),
        ("5 cm", "5", "", "missing_unit"),
        ("5 cm", "5 m", "", "wrong_unit"),
        ("5 cm", "5 kg", "", "wrong_unit"),
        ("1/3", "0.33", "", "rounded"),
        ("15%", "15", "", "percent"),
        ("1/2", "2/4", "约分 4/8", "not_simplified"),
        ("(x+1)(x-1)", "x^2-1", "因式分解", "not_factored"),
        ("x^2-1", "(x+1)(x-1)", "展开", "not_expanded"),
        ("x=3", "2x=6", "", "not_solved"),
        ("7", "3+4", "计算 3+4", "not_worked_out"),
        ("x^2+C", "x^2", "求不定积分", "missing_constant"),
        ("AB", "A", "", "missing_choice"),
        ("A", "AB", "", "extra_choice"),
        ("无解", "x=1", "", "other_kind"),
        ("5", "", "", "empty"),
    ],
)
def test_a_wrong_answer_has_its_reason(expected: str, answer: str, question: str, reason: str, check: Check) -> None:
    verdict = check(expected, answer, question)
    assert (verdict.outcome, verdict.reason) == ("wrong", reason)


@pytest.mark.parametrize(
    ("expected", "answer", "reason"),
    [
        ("5", "我不会", "unreadable"),
        ("见解析", "5", "key_unreadable"),
        ("102", "一百二", "ambiguous"),
        ("x=1,y=2", "1,2", "other_form"),
        ("(x+y+z+w)^30", "(w+x+y+z)^30", "too_hard"),
    ],
)
def test_what_is_left_undecided_has_its_reason(expected: str, answer: str, reason: str, check: Check) -> None:
    verdict = check(expected, answer)
    assert (verdict.outcome, verdict.reason, verdict.checked_by) == ("undecided", reason, "")


def test_the_first_false_line_is_named_and_costs_the_certainty(check: Check) -> None:
    verdict = check("x=5", "2x+1=11\n2x=12\nx=5")
    assert (verdict.outcome, verdict.reason, verdict.wrong_line) == ("undecided", "working", 2)


def test_a_wrong_answer_shows_the_first_false_line(check: Check) -> None:
    verdict = check("11", "3+4×2\n=7×2\n=14")
    assert (verdict.outcome, verdict.wrong_line) == ("wrong", 2)


def test_sound_working_has_no_false_line(check: Check) -> None:
    verdict = check("x=5", "解：2x+1=11\n2x=11-1\n2x=10\nx=10/2\nx=5")
    assert (verdict.outcome, verdict.wrong_line) == ("right", None)


def test_the_forms_that_were_compared_are_shown(check: Check) -> None:
    verdict = check("3/4", "６／８")
    assert (verdict.expected_tex, verdict.answer_tex) == (r"\frac{3}{4}", r"\frac{6}{8}")


@pytest.mark.parametrize(("answer", "outcome"), [("3.14", "right"), ("3.15", "right"), ("3.2", "wrong")])
def test_a_tolerance_is_kept(answer: str, outcome: str, check: Check) -> None:
    assert check("3.14", answer, tolerance="0.01").outcome == outcome


@pytest.mark.parametrize(
    ("expected", "answer", "changes", "outcome"),
    [
        ("(1,3)", "1<x<3", {"kind": "range"}, "right"),
        ("(1,3)", "1<x<3", {"kind": "point"}, "undecided"),
        ("b", "B", {"kind": "choice"}, "right"),
        ("T", "对", {"kind": "judge"}, "right"),
        ("2, 3", "3, 2", {"kind": "solutions"}, "right"),
        ("2, 3", "3, 2", {"kind": "list"}, "wrong"),
        ("2x=6", "6=2x", {"kind": "equation"}, "right"),
        ("2x=6", "x=3", {"kind": "equation"}, "undecided"),
        ("5 cm", "5", {"unit": "free"}, "right"),
        ("1/2", "2/4", {"demand": "simplest"}, "wrong"),
    ],
)
def test_an_item_can_say_how_it_is_meant(
    expected: str, answer: str, changes: dict[str, str], outcome: str, check: Check
) -> None:
    assert check(expected, answer, **changes).outcome == outcome


@pytest.mark.parametrize(
    ("expected", "answer", "outcome"),
    [
        ("x=3, y=2", "x+y=5\n2x=6\nx=3\n3+y=5\ny=2", "right"),
        ("x=3, y=2", "2x=6\nx=3\n3+y=5\ny=3", "wrong"),
        ("x=3, y=2", "2x=6\nx=3", "wrong"),
        ("x=2", "x=2\n2×2+3=7", "right"),
        ("x=2", "x=3\n2×3+3=9", "wrong"),
        ("x=2", "x=2\n检验：2×2+3=7", "right"),
        ("x=2", "x=2\n检验：左边=2×2+3=7=右边", "right"),
        ("无解", "x=2\n经检验x=2是增根，所以原方程无解", "right"),
        ("x=2", "2x=4\n4=4", "wrong"),
    ],
)
def test_an_answer_is_found_before_its_check_and_among_the_values_of_a_system(
    expected: str, answer: str, outcome: str, check: Check
) -> None:
    assert check(expected, answer).outcome == outcome
