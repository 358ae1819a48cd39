"""Reviewing over HTTP: the queue, rulings, releases, results, statistics and tables."""

from aiohttp import web

from tutor.core.http import CALLER, Api
from tutor.core.messages import Nothing
from tutor.homework.context import GROUPS, OVERVIEW, RESULTS, RETURNING, REVIEWS
from tutor.homework.review_messages import (
    AcceptProposals,
    AnswerGroups,
    Cost,
    Regrade,
    Regrading,
    Released,
    Result,
    Review,
    ReviewQueue,
    Rule,
    Ruled,
    RuleGroup,
    Similar,
    Statistics,
)

api = Api("/api/v1")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@api.on("GET", "/assignments/{assignment_id}/queue", access="teacher")
async def queue(request: web.Request) -> ReviewQueue:
    """The newest submission of each student, the least certain first."""
    return await request.app[REVIEWS].queue(request[CALLER], request.match_info["assignment_id"])


@api.on("GET", "/submissions/{submission_id}/review", access="teacher")
async def review(request: web.Request) -> Review:
    """A submission with rubric, proposed points and their evidence, and all that was ruled."""
    return await request.app[REVIEWS].get(request[CALLER], request.match_info["submission_id"])


@api.on("POST", "/submissions/{submission_id}/rulings", access="teacher")
async def rule(request: web.Request, body: Rule) -> Review:
    """Accept or change points, or say something about them."""
    return await request.app[REVIEWS].rule(request[CALLER], request.match_info["submission_id"], body)


@api.on("GET", "/assignments/{assignment_id}/groups", access="teacher")
async def groups(request: web.Request) -> AnswerGroups:
    """Look-alike answers."""
    return await request.app[GROUPS].groups(request[CALLER], request.match_info["assignment_id"])


@api.on("POST", "/assignments/{assignment_id}/groups/rulings", access="teacher")
async def rule_group(request: web.Request, body: RuleGroup) -> Ruled:
    """Say the same of many answers."""
    return await request.app[GROUPS].rule(request[CALLER], request.match_info["assignment_id"], body)


@api.on("POST", "/assignments/{assignment_id}/accept", access="teacher")
async def accept(request: web.Request, body: AcceptProposals) -> Ruled:
    """Accept all proposals of a question that nothing speaks against."""
    return await request.app[GROUPS].accept(request[CALLER], request.match_info["assignment_id"], body)


@api.on("POST", "/submissions/{submission_id}/release", access="teacher")
async def release(request: web.Request) -> Released:
    """Give a result back."""
    return await request.app[RETURNING].release(request[CALLER], request.match_info["submission_id"])


@api.on("POST", "/assignments/{assignment_id}/release", access="teacher")
async def release_all(request: web.Request) -> Released:
    """Give back all results that are settled."""
    return await request.app[RETURNING].release_all(request[CALLER], request.match_info["assignment_id"])


@api.on("POST", "/assignments/{assignment_id}/regrade", access="teacher")
async def regrade(request: web.Request, body: Regrade) -> Regrading:  # noqa: ARG001  # a body that must be empty
    """Have work graded again that was not given back."""
    return await request.app[RETURNING].regrade(request[CALLER], request.match_info["assignment_id"])


@api.on("GET", "/assignments/{assignment_id}/cost", access="teacher")
async def cost(request: web.Request) -> Cost:
    """What grading would take of the AI service, before it runs."""
    return await request.app[OVERVIEW].cost(request[CALLER], request.match_info["assignment_id"])


@api.on("GET", "/assignments/{assignment_id}/statistics", access="teacher")
async def statistics(request: web.Request) -> Statistics:
    """How an assignment went."""
    return await request.app[OVERVIEW].statistics(request[CALLER], request.match_info["assignment_id"])


@api.on("GET", "/assignments/{assignment_id}/similar", access="teacher")
async def similar(request: web.Request) -> Similar:
    """Answers in words that are nearly the same."""
    return await request.app[OVERVIEW].similar(request[CALLER], request.match_info["assignment_id"])


@api.on("GET", "/assignments/{assignment_id}/table.csv", access="teacher", answers=Nothing, media="text/csv")
async def csv_table(request: web.Request) -> web.Response:
    """All results as a CSV file."""
    body = await request.app[OVERVIEW].csv(request[CALLER], request.match_info["assignment_id"])
    return web.Response(body=body, content_type="text/csv", charset="utf-8", headers=_as_file("results.csv"))


@api.on("GET", "/assignments/{assignment_id}/table.xlsx", access="teacher", answers=Nothing, media=XLSX)
async def xlsx_table(request: web.Request) -> web.Response:
    """All results as an XLSX file."""
    body = await request.app[OVERVIEW].xlsx(request[CALLER], request.match_info["assignment_id"])
    return web.Response(body=body, content_type=XLSX, headers=_as_file("results.xlsx"))


@api.on("GET", "/submissions/{submission_id}/result")
async def result(request: web.Request) -> Result:
    """What went back to a student, for the student and their guardians."""
    return await request.app[RESULTS].get(request[CALLER], request.match_info["submission_id"])


def _as_file(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
