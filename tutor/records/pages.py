"""The pages of records: shells without personal data, filled by the browser's script."""

from dataclasses import dataclass

from aiohttp import web

from tutor.core.pages import render

pages = web.RouteTableDef()


@dataclass(frozen=True, slots=True)
class ReplayPage:
    """Which lesson is played."""

    conversation_id: str


@pages.get("/reads")
async def reads(request: web.Request) -> web.Response:
    """Who read a student's conversations."""
    return await render(request, "records/reads.html", None)


@pages.get("/teacher/rooms/{conversation_id:[0-9a-f]{24}}/replay")
async def replay(request: web.Request) -> web.Response:
    """A lesson, played again."""
    return await render(request, "records/replay.html", ReplayPage(request.match_info["conversation_id"]))
