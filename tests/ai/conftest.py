"""The fake service and models that speak to it, closed after each test."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.ai.factories import MakeModel, some_settings
from tests.live.fake_ai import FakeAI
from tutor.ai.openai import OpenAIModel


@pytest.fixture
async def fake() -> AsyncIterator[FakeAI]:
    async with FakeAI() as service:
        yield service


@pytest.fixture
async def make_model(fake: FakeAI) -> AsyncIterator[MakeModel]:
    """Makes models; keywords change their settings."""
    models: list[OpenAIModel] = []

    def make(base_url: str = "", **changes: Any) -> OpenAIModel:
        models.append(OpenAIModel(some_settings(base_url or fake.base_url, **changes)))
        return models[-1]

    yield make
    for model in models:
        await model.close()


@pytest.fixture
async def model(make_model: MakeModel) -> OpenAIModel:
    return make_model()
