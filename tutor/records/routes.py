"""The records over HTTP: who read what, the same as a file, and a lesson to be replayed."""

from aiohttp import web

from tutor.core.http import CALLER, Api
from tutor.core.messages import Nothing
from tutor.records.context import READ_LOG, REPLAYS
from tutor.records.messages import ExportReads, ListReads, ReadReplay, Reads, Replay

api = Api("/api/v1")

CSV_HEADERS = {"Content-Disposition": 'attachment; filename="reads.csv"', "Cache-Control": "no-store"}


@api.on("GET", "/reads")
async def reads(request: web.Request, query: ListReads) -> Reads:
    """A page of who read a student's conversations while the student was away."""
    return await request.app[READ_LOG].reads(request[CALLER], query)


@api.on("GET", "/reads.csv", answers=Nothing, media="text/csv")
async def table(request: web.Request, query: ExportReads) -> web.Response:
    """All of it as a CSV file."""
    body = await request.app[READ_LOG].table(request[CALLER], query)
    return web.Response(body=body, content_type="text/csv", charset="utf-8", headers=CSV_HEADERS)


@api.on("GET", "/conversations/{id}/replay", access="teacher")
async def replay(request: web.Request, query: ReadReplay) -> Replay:
    """A stretch of a lesson in the order of time."""
    return await request.app[REPLAYS].stretch(request[CALLER], request.match_info["id"], query)
