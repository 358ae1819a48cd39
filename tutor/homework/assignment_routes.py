"""Assignments over HTTP, for teachers: writing, giving, copying and listing them."""

from aiohttp import web

from tutor.core.http import CALLER, Api
from tutor.core.messages import Nothing
from tutor.homework.assignment_messages import (
    AssignmentList,
    CopyAssignment,
    CreateAssignment,
    ListAssignments,
    OneAssignment,
    UpdateAssignment,
)
from tutor.homework.context import ASSIGNMENTS, AUTHORING

api = Api("/api/v1")


@api.on("POST", "/assignments", access="teacher", status=201)
async def create(request: web.Request, body: CreateAssignment) -> OneAssignment:
    """Write a draft of an assignment, or a template. The same `client_id` again gives the same one."""
    return OneAssignment(assignment=await request.app[AUTHORING].create(request[CALLER], body))


@api.on("GET", "/assignments", access="teacher")
async def list_some(request: web.Request, query: ListAssignments) -> AssignmentList:
    """A page of the assignments of a class, or of the caller's own, or of her templates; newest first."""
    return await request.app[ASSIGNMENTS].page(request[CALLER], query)


@api.on("GET", "/assignments/{assignment_id}", access="teacher")
async def get(request: web.Request) -> OneAssignment:
    """Read an assignment with its keys, as its author or a teacher of one of its classes."""
    found = await request.app[ASSIGNMENTS].get(request[CALLER], request.match_info["assignment_id"])
    return OneAssignment(assignment=found)


@api.on("PATCH", "/assignments/{assignment_id}", access="teacher")
async def update(request: web.Request, body: UpdateAssignment) -> OneAssignment:
    """Change parts of an assignment; once it is given, whom it is for can only grow."""
    changed = await request.app[AUTHORING].update(request[CALLER], request.match_info["assignment_id"], body)
    return OneAssignment(assignment=changed)


@api.on("DELETE", "/assignments/{assignment_id}", access="teacher")
async def delete(request: web.Request) -> Nothing:
    """Take an assignment away that nobody has yet."""
    await request.app[AUTHORING].delete(request[CALLER], request.match_info["assignment_id"])
    return Nothing()


@api.on("POST", "/assignments/{assignment_id}/publish", access="teacher")
async def publish(request: web.Request) -> OneAssignment:
    """Give an assignment now, or at its `opens_at` when that is to come; open a closed one again."""
    changed = await request.app[AUTHORING].publish(request[CALLER], request.match_info["assignment_id"])
    return OneAssignment(assignment=changed)


@api.on("POST", "/assignments/{assignment_id}/close", access="teacher")
async def close(request: web.Request) -> OneAssignment:
    """Take no more work for an assignment, until it is published again."""
    changed = await request.app[AUTHORING].close(request[CALLER], request.match_info["assignment_id"])
    return OneAssignment(assignment=changed)


@api.on("POST", "/assignments/{assignment_id}/copy", access="teacher", status=201)
async def copy(request: web.Request, body: CopyAssignment) -> OneAssignment:
    """Make a draft or a template of the caller's own of an assignment, without whom it is for and when."""
    made = await request.app[AUTHORING].copy(request[CALLER], request.match_info["assignment_id"], body)
    return OneAssignment(assignment=made)
