"""Classes over HTTP: open one, list the own ones, join by code, read the roster."""

from aiohttp import web

from tutor.classes.context import CLASSES
from tutor.classes.errors import ClassCodeUnknown
from tutor.classes.messages import Classes, ClassRoster, CreateClass, JoinClass, OneClass
from tutor.core.http import CALLER, Api, by_caller
from tutor.core.throttle import Limit, by_address

api = Api("/api/v1")

GUESSES = Limit("join", {"user": by_caller, "address": by_address}, failure=ClassCodeUnknown)


@api.on("POST", "/classes", access="teacher", status=201)
async def create(request: web.Request, body: CreateClass) -> OneClass:
    """Open a class; the caller becomes its teacher."""
    return OneClass(class_=await request.app[CLASSES].create(request[CALLER], body))


@api.on("GET", "/classes")
async def list_own(request: web.Request) -> Classes:
    """List the classes that the caller teaches or is in, newest first."""
    return Classes(items=await request.app[CLASSES].list_own(request[CALLER]))


@api.on("POST", "/classes/join", access="student", limit=GUESSES)
async def join(request: web.Request, body: JoinClass) -> OneClass:
    """Join the class that a code opens."""
    return OneClass(class_=await request.app[CLASSES].join(request[CALLER], body))


@api.on("GET", "/classes/{id}")
async def roster(request: web.Request) -> ClassRoster:
    """Read a class with its students, as its teacher."""
    return await request.app[CLASSES].roster(request[CALLER], request.match_info["id"])
