"""One Chromium for all browser tests, and visitors with their own cookies. A test fails on what a page complains of."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.browser.chromium import launched
from tests.browser.visitor import PHONE, Visitor
from tests.factories import Person, Server
from tests.live.fake_ai import FakeAI
from web.build import Client

Visit = Callable[..., Awaitable[Visitor]]

WAIT_MS = 20_000
SIZES = pytest.mark.parametrize("options", [{}, PHONE], ids=["desk", "phone"])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")


@pytest.fixture(scope="session")
def client() -> Client:
    """The built web client."""
    made = Client()
    made.build()
    return made


@pytest.fixture(scope="session")
def axe(client: Client) -> str:
    """The source of axe, which pages run in spite of their policy because the tester, not the page, evaluates it."""
    return Path(client.folder / "node_modules/axe-core/axe.min.js").read_text()


@pytest.fixture(scope="session")
async def chromium(client: Client) -> AsyncIterator[Browser]:
    expect.set_options(timeout=WAIT_MS)
    async with launched() as browser:
        yield browser


@pytest.fixture
async def visit(chromium: Browser) -> AsyncIterator[Visit]:
    """Open the browser as somebody: `await visit(server, person, path="/chat")`; some pages are not `live`."""
    visitors: list[Visitor] = []

    async def open_as(
        server: Server, person: Person | None = None, path: str = "/", *, live: bool = True, **options: object
    ) -> Visitor:
        wanted = {"locale": "zh-CN", "viewport": {"width": 1280, "height": 800}, **options}
        context = await chromium.new_context(base_url=server.address, **wanted)  # type: ignore[arg-type]  # its keywords
        context.set_default_timeout(WAIT_MS)
        visitor = Visitor(server, context)
        visitors.append(visitor)
        await visitor.start(person, path, live=live)
        return visitor

    yield open_as
    for visitor in visitors:
        await visitor.context.close()
    for visitor in visitors:
        visitor.check()


@pytest.fixture
async def fake() -> AsyncIterator[FakeAI]:
    async with FakeAI() as service:
        yield service
