"""The board: a teacher's whole class as live tiles, and the hands that students raise. Front page of the room."""

from aiohttp import web


def setup(app: web.Application) -> None:
    """Put the room into the application."""
