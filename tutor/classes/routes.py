"""Classes over HTTP: open, change and archive one, its code, its roster, its teachers and students."""

from aiohttp import web

from tutor.classes.context import CLASSES, ENROLMENT
from tutor.classes.errors import ClassCodeUnknown
from tutor.classes.messages import (
    AddTeacher,
    Classes,
    ClassRoster,
    CreateClass,
    ImportRoster,
    JoinClass,
    MoveStudent,
    OneClass,
    RosterTaken,
    RotateCode,
    UpdateClass,
)
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
    """List the classes that the caller teaches or is in, newest first, the archived ones last."""
    return Classes(items=await request.app[CLASSES].list_own(request[CALLER]))


@api.on("POST", "/classes/join", access="student", limit=GUESSES)
async def join(request: web.Request, body: JoinClass) -> OneClass:
    """Join the class that a code opens."""
    return OneClass(class_=await request.app[CLASSES].join(request[CALLER], body))


@api.on("GET", "/classes/{id}")
async def roster(request: web.Request) -> ClassRoster:
    """Read a class with its students, as its teacher."""
    return await request.app[CLASSES].roster(request[CALLER], request.match_info["id"])


@api.on("PATCH", "/classes/{id}", access="teacher")
async def update(request: web.Request, body: UpdateClass) -> OneClass:
    """Rename or archive a class, or change its subject or grade."""
    return OneClass(class_=await request.app[CLASSES].update(request[CALLER], request.match_info["id"], body))


@api.on("POST", "/classes/{id}/code", access="teacher")
async def rotate_code(request: web.Request, body: RotateCode) -> OneClass:
    """Give a class a new join code; the old one opens nothing any more."""
    return OneClass(class_=await request.app[CLASSES].rotate_code(request[CALLER], request.match_info["id"], body))


@api.on("POST", "/classes/{id}/roster", access="teacher")
async def take_roster(request: web.Request, body: ImportRoster) -> RosterTaken:
    """Take a roster into a class: good rows are taken, bad ones listed with their reasons."""
    return await request.app[ENROLMENT].take(request[CALLER], request.match_info["id"], body)


@api.on("POST", "/classes/{id}/teachers", access="teacher")
async def add_teacher(request: web.Request, body: AddTeacher) -> ClassRoster:
    """Let one more teacher have a class."""
    return await request.app[CLASSES].add_teacher(request[CALLER], request.match_info["id"], body)


@api.on("DELETE", "/classes/{id}/teachers/{teacher_id}", access="teacher")
async def remove_teacher(request: web.Request) -> OneClass:
    """Take a class from one of its teachers."""
    ids = request.match_info
    return OneClass(class_=await request.app[CLASSES].remove_teacher(request[CALLER], ids["id"], ids["teacher_id"]))


@api.on("DELETE", "/classes/{id}/students/{student_id}", access="teacher")
async def remove_student(request: web.Request) -> ClassRoster:
    """Take a student out of a class."""
    ids = request.match_info
    return await request.app[CLASSES].remove_student(request[CALLER], ids["id"], ids["student_id"])


@api.on("POST", "/classes/{id}/students/{student_id}/move", access="teacher")
async def move_student(request: web.Request, body: MoveStudent) -> ClassRoster:
    """Put a student into another class of the caller's."""
    ids = request.match_info
    return await request.app[CLASSES].move_student(request[CALLER], ids["id"], ids["student_id"], body)
