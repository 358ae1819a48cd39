"""The pages of homework: shells without personal data, filled by the browser's script."""

from aiohttp import web

from tutor.core.pages import render

pages = web.RouteTableDef()


@pages.get("/teacher/homework")
async def assignments(request: web.Request) -> web.Response:
    """A teacher's assignments and templates."""
    return await render(request, "homework/assignments.html", None)


@pages.get("/teacher/homework/new")
@pages.get("/teacher/homework/{assignment_id:[0-9a-f]{24}}/edit")
async def editor(request: web.Request) -> web.Response:
    """Writing an assignment; the script reads its id in the address."""
    return await render(request, "homework/editor.html", None)


@pages.get("/teacher/homework/{assignment_id:[0-9a-f]{24}}")
async def assignment(request: web.Request) -> web.Response:
    """What was handed in for an assignment, and how it went."""
    return await render(request, "homework/assignment.html", None)


@pages.get("/teacher/homework/{assignment_id:[0-9a-f]{24}}/submissions/{submission_id:[0-9a-f]{24}}")
async def review(request: web.Request) -> web.Response:
    """A submission on the teacher's desk."""
    return await render(request, "homework/review.html", None)
