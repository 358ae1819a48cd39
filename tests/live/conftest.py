"""Servers that ask AI services: a fake one, and llama.cpp with a tiny model."""

from collections.abc import AsyncIterator

import pytest

from tests.live.fake_ai import FakeAI
from tests.live.llama import Llama
from tutor.core.logs import set_up_logs


@pytest.fixture
async def fake() -> AsyncIterator[FakeAI]:
    async with FakeAI() as service:
        yield service


@pytest.fixture(scope="session")
async def llama() -> AsyncIterator[Llama]:
    async with Llama() as server:
        yield server


@pytest.fixture(scope="session", autouse=True)
def _quiet() -> None:
    """Only warnings of the servers, so that `pytest -s` shows the tables of these tests."""
    set_up_logs("WARNING", as_json=False)
