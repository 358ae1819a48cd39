"""Broadcasts: what a teacher says to a class or some of it, live and kept for absentees. Front page of the room."""

from aiohttp import web

from tutor.broadcasts import context, routes, sockets
from tutor.core.sockets import DOOR


def setup(app: web.Application) -> None:
    """Put the room into the application."""
    routes.api.add_to(app)
    app[DOOR].add([sockets.events])
    app.cleanup_ctx.append(context.broadcasts_context)
