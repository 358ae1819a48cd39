"""Servers that ask AI services: a fake one, and llama.cpp with a tiny model."""

from collections.abc import AsyncIterator

import pytest

from tests.live.fake_ai import FakeAI
from tests.live.llama import Llama


@pytest.fixture
async def fake() -> AsyncIterator[FakeAI]:
    async with FakeAI() as service:
        yield service


@pytest.fixture(scope="session")
async def llama() -> AsyncIterator[Llama]:
    async with Llama() as server:
        yield server
