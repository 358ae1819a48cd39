"""Files: what people send, kept as clean pictures until a room uses it or it is swept away. Front page of the room.

A room that uses files claims them (`app[FILES].claim(ids, owner_id, Use("submission", id))`, `release` when it is done)
and says who else may look at them (`app[READERS].let("submission", may_read)`).
"""

from aiohttp import web

from tutor.files import routes
from tutor.files.context import files_context
from tutor.files.jobs import background


def setup(app: web.Application) -> None:
    """Put the room into the application. Needs accounts, CLOCK, MONGO and FILES_SETTINGS."""
    routes.api.add_to(app)
    app.cleanup_ctx.append(files_context)
    app.cleanup_ctx.append(background)
