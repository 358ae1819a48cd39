"""Accounts: who people are, how they sign in and stay signed in, and how that ends. Front page of the room.

Other rooms use `ACCOUNTS` (names behind ids), `WARDS` (who may read along with whom) and `SCHOOLS`; both doors ask
`SESSIONS` who is behind a token.
"""

from aiohttp import web

from tutor.accounts import pages, routes, school_routes, sockets
from tutor.accounts.context import accounts_context
from tutor.accounts.jobs import sweep_context
from tutor.core.sockets import DOOR


def setup(app: web.Application) -> None:
    """Put the room into the application. Needs ACCOUNTS_SETTINGS, CLOCK, DOOR, MONGO, SECRET and TASKS."""
    app.add_routes(pages.pages)
    routes.api.add_to(app)
    school_routes.api.add_to(app)
    app[DOOR].add([sockets.events])
    app.cleanup_ctx.append(accounts_context)
    app.cleanup_ctx.append(sweep_context)
