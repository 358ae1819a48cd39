"""Classes: a teacher opens one and gives out its code, students join. Front page of the room.

The chat asks `CLASSES` who teaches whom before it lets a teacher into a student's room, and what their policies allow.
"""

from aiohttp import web

from tutor.classes import pages, routes
from tutor.classes.context import classes_context


def setup(app: web.Application) -> None:
    """Put the room into the application. Needs accounts, CLOCK, MONGO and SECRET."""
    app.add_routes(pages.pages)
    routes.api.add_to(app)
    app.cleanup_ctx.append(classes_context)
