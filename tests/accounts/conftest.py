"""What the tests of accounts stand on."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.accounts.people import Household, household
from tutor.core.mongo import Database


@pytest_asyncio.fixture
async def house(database: Database) -> AsyncIterator[Household]:
    async with household(database) as parts:
        yield parts
