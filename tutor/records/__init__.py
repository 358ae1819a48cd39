"""Records: what is kept of a lesson beside its words. Who has read it, and how it went, to be replayed. Front page."""

from aiohttp import web


def setup(app: web.Application) -> None:
    """Put the room into the application."""
