"""The board's background work on every node: telling news, looking at watched classes, and who stopped typing."""

from collections.abc import AsyncIterator

from aiohttp import web

from tutor.board.context import LIVE, NEWS, TYPING
from tutor.core.tasks import TASKS


async def background(app: web.Application) -> AsyncIterator[None]:
    """All of it, for as long as the application runs."""
    works = {"board-news": app[NEWS].run, "board-live": app[LIVE].run, "board-typing": app[TYPING].run}
    running = [app[TASKS].keep(work, name) for name, work in works.items()]
    yield
    for task in running:
        task.cancel()
