"""`/health/live` and `/health/ready`: whether the process runs, and whether it can take work. `app.py` adds them."""

from typing import Literal

from aiohttp import web

from tutor.core.http import reply
from tutor.core.messages import Answer
from tutor.core.sockets import DOOR
from tutor.core.status import STATUS


class Alive(Answer):
    """The process answers."""

    status: Literal["alive"] = "alive"


class Readiness(Answer):
    """`degraded`: Redis is away, so this node works alone. `unready`: MongoDB is away. `stopping`: going down."""

    status: Literal["ready", "degraded", "unready", "stopping"]
    mongodb: bool
    redis: bool


async def live(_request: web.Request) -> web.Response:
    """Whether the process runs."""
    return reply(Alive())


async def ready(request: web.Request) -> web.Response:
    """Whether the process can take work; 503 when it cannot. Asks nobody: it says what is known, so it never waits."""
    now = request.app[STATUS].now
    if not request.app[DOOR].open:
        return reply(Readiness(status="stopping", mongodb=now.mongodb, redis=now.redis), 503)
    if not now.mongodb:
        return reply(Readiness(status="unready", mongodb=now.mongodb, redis=now.redis), 503)
    return reply(Readiness(status="ready" if now.redis else "degraded", mongodb=now.mongodb, redis=now.redis))


def setup(app: web.Application) -> None:
    """Add the two addresses."""
    app.router.add_get("/health/live", live)
    app.router.add_get("/health/ready", ready)
