"""Classes over HTTP: open, change and archive one, its code, its roster, its teachers, students and guardians."""

from aiohttp import web

from tutor.accounts.messages import Invited
from tutor.classes.context import CLASSES, ENROLMENT, GUARDIANSHIP
from tutor.classes.errors import ClassCodeUnknown
from tutor.classes.messages import (
    AddTeacher,
    Classes,
    ClassRoster,
    CreateClass,
    Guardians,
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
CODES = Limit("guardian_code", {"user": by_caller})


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
    """Read a class with its people, as its teacher or an admin of its school."""
    return await request.app[CLASSES].roster(request[CALLER], request.match_info["id"])


@api.on("PATCH", "/classes/{id}", access="manager")
async def update(request: web.Request, body: UpdateClass) -> OneClass:
    """Rename or archive a class, or change its subject, grade or policy."""
    return OneClass(class_=await request.app[CLASSES].update(request[CALLER], request.match_info["id"], body))


@api.on("POST", "/classes/{id}/code", access="manager")
async def rotate_code(request: web.Request, body: RotateCode) -> OneClass:
    """Give a class a new join code; the old one opens nothing any more."""
    return OneClass(class_=await request.app[CLASSES].rotate_code(request[CALLER], request.match_info["id"], body))


@api.on("POST", "/classes/{id}/roster", access="manager")
async def take_roster(request: web.Request, body: ImportRoster) -> RosterTaken:
    """Take a roster into a class: good rows are taken, bad ones listed with their reasons."""
    return await request.app[ENROLMENT].take(request[CALLER], request.match_info["id"], body)


@api.on("POST", "/classes/{id}/teachers", access="manager")
async def add_teacher(request: web.Request, body: AddTeacher) -> ClassRoster:
    """Let one more teacher have a class."""
    return await request.app[CLASSES].add_teacher(request[CALLER], request.match_info["id"], body)


@api.on("DELETE", "/classes/{id}/teachers/{teacher_id}", access="manager")
async def remove_teacher(request: web.Request) -> OneClass:
    """Take a class from one of its teachers."""
    ids = request.match_info
    return OneClass(class_=await request.app[CLASSES].remove_teacher(request[CALLER], ids["id"], ids["teacher_id"]))


@api.on("DELETE", "/classes/{id}/students/{student_id}", access="manager")
async def remove_student(request: web.Request) -> ClassRoster:
    """Take a student out of a class."""
    ids = request.match_info
    return await request.app[CLASSES].remove_student(request[CALLER], ids["id"], ids["student_id"])


@api.on("POST", "/classes/{id}/students/{student_id}/move", access="manager")
async def move_student(request: web.Request, body: MoveStudent) -> ClassRoster:
    """Put a student into another class that the caller manages."""
    ids = request.match_info
    return await request.app[CLASSES].move_student(request[CALLER], ids["id"], ids["student_id"], body)


@api.on("POST", "/classes/{id}/students/{student_id}/guardian-code", access="teacher", status=201, limit=CODES)
async def invite_guardian(request: web.Request) -> Invited:
    """Make a code with which a guardian may read along with a student."""
    ids = request.match_info
    return await request.app[GUARDIANSHIP].invite(request[CALLER], ids["id"], ids["student_id"])


@api.on("GET", "/classes/{id}/students/{student_id}/guardians", access="manager")
async def guardians(request: web.Request) -> Guardians:
    """List who reads along with a student."""
    ids = request.match_info
    return await request.app[GUARDIANSHIP].list_of(request[CALLER], ids["id"], ids["student_id"])


@api.on("DELETE", "/classes/{id}/students/{student_id}/guardians/{guardian_id}", access="manager")
async def remove_guardian(request: web.Request) -> Guardians:
    """Let a guardian read along with a student no more."""
    ids = request.match_info
    whose = ids["id"], ids["student_id"], ids["guardian_id"]
    return await request.app[GUARDIANSHIP].remove(request[CALLER], *whose)


@api.on("GET", "/school/classes", access="admin")
async def list_of_school(request: web.Request) -> Classes:
    """List the classes of the own school, newest first, the archived ones last."""
    return Classes(items=await request.app[CLASSES].of_school(request[CALLER]))
