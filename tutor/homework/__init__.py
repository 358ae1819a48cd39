"""Homework: teachers give it, students hand it in, it is graded with evidence, teachers rule, and results go back."""

from aiohttp import web

from tutor.core.sockets import DOOR
from tutor.homework import assignment_routes, pages, review_routes, sockets, submission_routes
from tutor.homework.context import grading_context, homework_context
from tutor.homework.jobs import background


def setup(app: web.Application) -> None:
    """Put the room into the application. Needs classes, files, the stores and HOMEWORK_SETTINGS."""
    app.add_routes(pages.pages)
    app[DOOR].add([sockets.events])
    for routes in (assignment_routes, submission_routes, review_routes):
        routes.api.add_to(app)
    app.cleanup_ctx.append(grading_context)
    app.cleanup_ctx.append(homework_context)
    app.cleanup_ctx.append(background)
