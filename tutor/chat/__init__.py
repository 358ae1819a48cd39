"""The chat: a student's conversations, the tutor's streamed replies, and teachers who watch and join.

Commands and events are in `messages.py`, the verbs in `service.py`, a running reply in `reply.py`.
"""

from aiohttp import web

from tutor.chat import context, floor_sockets, jobs, pages, routes, sockets
from tutor.core.sockets import DOOR


def setup(app: web.Application) -> None:
    """Put the chat into the application."""
    app.add_routes(pages.pages)
    routes.api.add_to(app)
    app[DOOR].add([sockets.events, floor_sockets.events])
    app.cleanup_ctx.append(context.chat)
    app.cleanup_ctx.append(jobs.background)
