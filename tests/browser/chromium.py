"""Chromium for the browser tests and for the bench of the board."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, async_playwright

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@asynccontextmanager
async def launched() -> AsyncIterator[Browser]:
    """The machine's own Chromium, without a window; where it is there, the one that has no frame to draw around it
    either: it begins a page twice as fast.
    """
    path = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    assert path, "Chromium is needed"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        await browser.close()
