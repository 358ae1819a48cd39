"""The board: a teacher's whole class as live tiles, and the hands that students raise. Front page of the room.

Which state a tile is in is decided in `tiles.py`, who is told when in `live.py`, hands are in `hands.py`.
"""

from aiohttp import web

from tutor.board import context, jobs, sockets
from tutor.core.sockets import DOOR


def setup(app: web.Application) -> None:
    """Put the room into the application. Needs accounts, classes and the chat."""
    app[DOOR].add([sockets.events])
    app.cleanup_ctx.append(context.board)
    app.cleanup_ctx.append(jobs.background)
