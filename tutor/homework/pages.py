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


@pages.get("/homework")
async def tasks(request: web.Request) -> web.Response:
    """A student's homework: to do, handed in, returned."""
    return await render(request, "homework/student_tasks.html", None)


@pages.get("/homework/own")
async def own_work(request: web.Request) -> web.Response:
    """Work of a student's own, to be checked."""
    return await render(request, "homework/student_own.html", None)


@pages.get("/homework/{assignment_id:[0-9a-f]{24}}")
async def task(request: web.Request) -> web.Response:
    """One homework of a student; the script reads its id in the address."""
    return await render(request, "homework/student_task.html", None)


@pages.get("/homework/results/{submission_id:[0-9a-f]{24}}")
async def result(request: web.Request) -> web.Response:
    """What came back of a submission."""
    return await render(request, "homework/student_result.html", None)
