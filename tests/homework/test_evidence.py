"""Quotes in answers."""

import pytest

from tutor.homework.evidence import find_quote


@pytest.mark.parametrize(
    ("answer", "quote", "found", "start"),
    [
        ("水蒸发了。", "蒸发", "蒸发", 1),
        ("x ＝ 2", "x=2", "x ＝ 2", 0),
        ("The  Water\nboils", "the water boils", "The  Water\nboils", 0),
        ("所以 x=2", " x = 2 ", "x=2", 3),
        ("面积是½", "1⁄2", "½", 3),
    ],
)
def test_a_quote_is_found_as_the_answer_has_it(answer: str, quote: str, found: str, start: int) -> None:
    evidence = find_quote(answer, quote)
    assert evidence is not None
    assert (evidence.quote, evidence.start) == (found, start)
    assert answer[start : start + len(found)] == found


@pytest.mark.parametrize(
    ("answer", "quote"), [("水蒸发了", "凝结"), ("水", ""), ("水", " \n"), ("", "水"), ("12", "21")]
)
def test_what_does_not_occur_is_no_evidence(answer: str, quote: str) -> None:
    assert find_quote(answer, quote) is None
