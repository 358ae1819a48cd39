"""Broadcasts: what a teacher says to a class or some of it, live and kept for absentees. Front page of the room."""

from aiohttp import web


def setup(app: web.Application) -> None:
    """Put the room into the application."""
