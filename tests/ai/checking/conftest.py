"""Shared by the checker's tests: a decision without processes."""

from collections.abc import Callable

import pytest

from tutor.ai.checking.decider import decide
from tutor.ai.checking.items import Item, Verdict

Check = Callable[..., Verdict]


@pytest.fixture(scope="session")
def check() -> Check:
    def checked(expected: str, answer: str, question: str = "", **changes: str) -> Verdict:
        return decide(Item(expected, answer, question, **changes))  # type: ignore[arg-type]  # literals, from tables

    return checked
