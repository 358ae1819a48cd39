"""Schools over HTTP: operators found them and invite admins; admins read the people and invite teachers."""

from aiohttp import web

from tutor.accounts.context import SCHOOLS
from tutor.accounts.messages import (
    CreateSchool,
    Invited,
    ListPeople,
    OneSchool,
    SchoolPeople,
    Schools,
    SchoolView,
)
from tutor.core.http import CALLER, Api, by_caller
from tutor.core.throttle import Limit

api = Api("/api/v1")

INVITATIONS = Limit("invite", {"user": by_caller})


@api.on("GET", "/schools", access="operator")
async def list_all(request: web.Request) -> Schools:
    """List all schools, the oldest first."""
    return Schools(items=[SchoolView.of(school) for school in await request.app[SCHOOLS].all()])


@api.on("POST", "/schools", access="operator", status=201)
async def create(request: web.Request, body: CreateSchool) -> OneSchool:
    """Found a school."""
    return OneSchool(school=SchoolView.of(await request.app[SCHOOLS].create(body.name, request[CALLER])))


@api.on("POST", "/schools/{id}/invitations", access="operator", status=201, limit=INVITATIONS)
async def invite_admin(request: web.Request) -> Invited:
    """Make an invitation for one more admin of a school."""
    return await request.app[SCHOOLS].invite_admin(request[CALLER], request.match_info["id"])


@api.on("GET", "/school", access="admin")
async def own(request: web.Request) -> OneSchool:
    """Read the own school."""
    return OneSchool(school=SchoolView.of(await request.app[SCHOOLS].of_admin(request[CALLER])))


@api.on("GET", "/school/people", access="admin")
async def people(request: web.Request, query: ListPeople) -> SchoolPeople:
    """A page of the own school's people, those who came first before the others."""
    return await request.app[SCHOOLS].people(request[CALLER], query)


@api.on("POST", "/school/invitations", access="admin", status=201, limit=INVITATIONS)
async def invite_teacher(request: web.Request) -> Invited:
    """Make an invitation for one more teacher of the own school."""
    return await request.app[SCHOOLS].invite_teacher(request[CALLER])
