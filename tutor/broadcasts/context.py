"""Where broadcasts stand in the application: their key, and the building of the service when it starts."""

from collections.abc import AsyncIterator

from aiohttp import web

from tutor.broadcasts.service import BroadcastService
from tutor.broadcasts.store import BroadcastStore
from tutor.classes.context import CLASSES
from tutor.core.clock import CLOCK
from tutor.core.limits import LIMITS
from tutor.core.mongo import MONGO
from tutor.core.rooms import ROOMS

BROADCASTS: web.AppKey[BroadcastService] = web.AppKey("broadcasts", BroadcastService)


async def broadcasts_context(app: web.Application) -> AsyncIterator[None]:
    """Build the service."""
    store = BroadcastStore(app[MONGO])
    await store.prepare()
    app[BROADCASTS] = BroadcastService(store, app[CLASSES], app[ROOMS], app[LIMITS], app[CLOCK])
    yield
