"""`/health/live` and `/health/ready`: whether the process runs, and whether it can take work. `app.py` adds them."""

from typing import Literal

from aiohttp import web

from tutor.core.http import reply
from tutor.core.messages import Answer
from tutor.core.mongo import MONGO, StoreFault, ping
from tutor.core.redis import REDIS, REDIS_FAULTS
from tutor.core.sockets import DOOR


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
    """Whether the process can take work; 503 when it cannot."""
    mongodb, redis = await _mongodb_answers(request.app), await _redis_answers(request.app)
    if not request.app[DOOR].open:
        return reply(Readiness(status="stopping", mongodb=mongodb, redis=redis), 503)
    if not mongodb:
        return reply(Readiness(status="unready", mongodb=mongodb, redis=redis), 503)
    return reply(Readiness(status="ready" if redis else "degraded", mongodb=mongodb, redis=redis))


async def _mongodb_answers(app: web.Application) -> bool:
    try:
        await ping(app[MONGO])
    except StoreFault:
        return False
    return True


async def _redis_answers(app: web.Application) -> bool:
    try:
        await app[REDIS].ping()
    except REDIS_FAULTS:
        return False
    return True


def setup(app: web.Application) -> None:
    """Add the two addresses."""
    app.router.add_get("/health/live", live)
    app.router.add_get("/health/ready", ready)
