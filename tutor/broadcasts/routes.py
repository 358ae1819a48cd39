"""Broadcasts over HTTP: what there is to read, and who has."""

from aiohttp import web

from tutor.broadcasts.context import BROADCASTS
from tutor.broadcasts.messages import Broadcasts, ListBroadcasts
from tutor.core.http import CALLER, Api

api = Api("/api/v1")


@api.on("GET", "/broadcasts")
async def broadcasts(request: web.Request, query: ListBroadcasts) -> Broadcasts:
    """A page of broadcasts: a student's own, or those of a class with their read counts."""
    return await request.app[BROADCASTS].list(request[CALLER], query)
