"""Fixtures for all tests: one embedded MongoDB and Redis for the session, and whole servers on real ports."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import uvloop

from tests.factories import People, Server, a_settings, start_server
from tutor.app import database_of
from tutor.core.embedded import EmbeddedStores
from tutor.core.logs import set_up_logs
from tutor.core.mongo import Database
from tutor.serve import with_addresses
from tutor.settings import Settings

Serve = Callable[..., Awaitable[Server]]


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Test on the loop that the product runs on."""
    return {"uvloop": uvloop.new_event_loop}


@pytest.fixture(scope="session", autouse=True)
def logs() -> None:
    """The product's own log set-up: without it, a traceback is drawn with all its local variables, in seconds."""
    set_up_logs("WARNING", as_json=True)


@pytest.fixture(scope="session")
async def settings(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Settings]:
    """Test settings whose stores run: real servers in a folder that is thrown away."""
    folder: Path = tmp_path_factory.mktemp("data")
    wanted = a_settings(data_dir=folder, chat={"drain_s": 1.0})  # no test waits for replies that it has left behind
    async with EmbeddedStores(folder) as addresses:
        yield with_addresses(wanted, addresses)


@pytest.fixture(scope="session")
async def server(settings: Settings) -> AsyncIterator[Server]:
    """A server with the built-in tutor that most tests share; people in it are always fresh."""
    async with start_server(settings) as started:
        yield started


@pytest.fixture
async def serve(settings: Settings) -> AsyncIterator[Serve]:
    """Start further servers on the same stores with other settings or another model."""
    async with AsyncExitStack() as stack:

        async def start(**changes: Any) -> Server:
            return await stack.enter_async_context(start_server(settings, **changes))

        yield start


@pytest.fixture
async def http(server: Server) -> AsyncIterator[aiohttp.ClientSession]:
    """A plain HTTP client of the shared server."""
    async with aiohttp.ClientSession(server.address) as session:
        yield session


@pytest.fixture
async def people(server: Server) -> AsyncIterator[People]:
    """Makes students and teachers of the shared server, with sockets that are closed afterwards."""
    async with People(server) as made:
        yield made


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    """The database behind the servers."""
    async with database_of(settings) as connected:
        yield connected
