"""How often a route may be used, as the rooms declare it beside the route, and how many sockets may begin.

`core/http.py` runs every handler inside `counted`; `limit_sockets` is a middleware of `app.py`.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass

from aiohttp import web
from aiohttp.typedefs import Handler

from tutor.core.address import client_address
from tutor.core.errors import TutorError
from tutor.core.limits import LIMITS
from tutor.core.messages import Command

# Names whom a request is counted for, from the request and its body; None counts it for nobody.
Whose = Callable[..., str | None]


@dataclass(frozen=True, slots=True)
class Limit:
    """How often a route may be used, beside what everybody may: the settings `<what>_<per>` of [limits] say how often,
    for each `per` that is counted. With `failure` only requests count that end with this error.
    """

    what: str
    per: Mapping[str, Whose]
    failure: type[TutorError] | None = None


def counted(request: web.Request, limit: Limit | None, body: Command | None) -> AbstractAsyncContextManager[None]:
    """The block in which a request is handled; entering it raises RateLimited when somebody has none left."""
    if limit is None:
        return nullcontext()
    named = {per: whose(request, body) for per, whose in limit.per.items()}
    known = {per: who for per, who in named.items() if who is not None}
    return request.app[LIMITS].counted(limit.what, known, (limit.failure,) if limit.failure else ())


def by_address(request: web.Request, _body: Command | None) -> str:
    """Count a request for the address it comes from."""
    return client_address(request)


@web.middleware
async def limit_sockets(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let only so many sockets begin from one address: a whole school that comes back may, a flood may not."""
    if request.path.startswith("/socket.io"):
        await request.app[LIMITS].take("connect", "address", client_address(request))
    return await handler(request)
