"""The page of a class: a shell without personal data, filled by the browser's script."""

from aiohttp import web

from tutor.core.pages import render

pages = web.RouteTableDef()


@pages.get("/teacher/classes/{class_id:[0-9a-f]{24}}")
async def manage(request: web.Request) -> web.Response:
    """A class with its people, its code and its rules; the script reads its id in the address."""
    return await render(request, "classes/manage.html", None)
