"""The chat's pages: shells without personal data, filled by the browser's script once it has signed in."""

from dataclasses import dataclass

from aiohttp import web

from tutor.core.pages import render

pages = web.RouteTableDef()


@dataclass(frozen=True, slots=True)
class RoomPage:
    """Which room a page begins with."""

    conversation_id: str | None


@pages.get("/")
async def front(_request: web.Request) -> web.Response:
    """The page itself sends teachers and strangers where they belong."""
    raise web.HTTPSeeOther("/chat")


@pages.get("/chat")
@pages.get("/chat/{conversation_id:[0-9a-f]{24}}")
async def student(request: web.Request) -> web.Response:
    """A student's conversations."""
    return await render(request, "chat/student.html", RoomPage(request.match_info.get("conversation_id")))


@pages.get("/teacher")
@pages.get("/teacher/rooms/{conversation_id:[0-9a-f]{24}}")
async def teacher(request: web.Request) -> web.Response:
    """A teacher's classes and their live rooms."""
    return await render(request, "chat/teacher.html", RoomPage(request.match_info.get("conversation_id")))


@pages.get("/family")
async def family(request: web.Request) -> web.Response:
    """A guardian's children and their conversations."""
    return await render(request, "chat/family.html", None)


@pages.get("/family/rooms/{conversation_id:[0-9a-f]{24}}")
async def family_room(request: web.Request) -> web.Response:
    """A conversation of a guardian's child."""
    return await render(request, "chat/family_room.html", RoomPage(request.match_info["conversation_id"]))
