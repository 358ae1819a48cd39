"""No text hangs or breaks the checker. Here a slice; `make grade-bench` sends ten thousand to a worker."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.grading.fuzz import ALPHABET, fuzzed
from tests.grading.measuring import beaten
from tutor.ai.checking.decider import decide
from tutor.ai.checking.items import Item

KEYS = st.sampled_from(
    ["5", "x=2或x=3", "x>3", "60 cm^2", "x^2+2x+1", "2:3", "3……1", "{1,2}", "(1,2)", "√", "B", "无解", "2√3"]
)


@settings(max_examples=300, deadline=None)
@given(KEYS, st.text(alphabet=ALPHABET, max_size=60))
def test_any_text_gets_a_verdict(expected: str, answer: str) -> None:
    assert decide(Item(expected, answer)).outcome in {"right", "wrong", "undecided"}


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=40), st.text(max_size=40))
def test_any_key_gets_a_verdict(expected: str, answer: str) -> None:
    assert decide(Item(expected, answer)).outcome in {"right", "wrong", "undecided"}


async def test_noise_breaks_no_worker() -> None:
    found = await beaten(7, 300)
    assert (found.broken, found.memory_mb < 1024) == (0, True)


def test_the_same_seed_makes_the_same_noise() -> None:
    assert list(fuzzed(3, 250)) == list(fuzzed(3, 250))
