"""What the tests of classes stand on."""

from collections.abc import AsyncIterator

import pytest

from tests.accounts.household import Household, fresh_database, household
from tutor.core.mongo import Database
from tutor.settings import Settings


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    """A database of the test's own, so that it may count."""
    async with fresh_database(settings) as empty:
        yield empty


@pytest.fixture
async def house(database: Database) -> AsyncIterator[Household]:
    async with household(database) as parts:
        yield parts
