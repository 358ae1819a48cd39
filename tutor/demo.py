"""Demo data: a school with its admin, a teacher, her class of three students with homework, and a guardian, each with a
fresh password that is shown once.

`serve --demo` makes them when they are missing; the `demo` command makes them or gives them new passwords.
"""

from dataclasses import dataclass

from aiohttp import web
from pydantic import SecretStr

from tutor.accounts.context import ACCOUNTS, SCHOOLS
from tutor.accounts.messages import Register
from tutor.accounts.models import User
from tutor.accounts.service import Accounts
from tutor.classes.context import CLASSES, GUARDIANSHIP
from tutor.classes.messages import ClassView, CreateClass, JoinClass
from tutor.core.caller import Caller, Role
from tutor.core.clock import CLOCK, Clock
from tutor.core.tokens import new_secret
from tutor.demo_homework import make_homework

PASSWORD_LENGTH = 12


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """A demo account. `password` is None when it was there already and was left alone."""

    role: Role
    username: str
    display_name: str
    password: str | None


@dataclass(frozen=True, slots=True)
class Demo:
    """The demo class, its join code, and its people."""

    class_id: str
    class_name: str
    class_code: str
    people: tuple[DemoPerson, ...]


@dataclass(frozen=True, slots=True)
class Script:
    """How a demo account is made."""

    role: Role
    username: str
    display_name: str
    grade: int | None


PEOPLE = (
    Script("teacher", "demo.wang", "王老师", None),
    Script("student", "demo.ming", "小明", 7),
    Script("student", "demo.hong", "小红", 7),
    Script("student", "demo.lee", "Lee", 8),
    Script("admin", "demo.zhao", "赵校长", None),
)
GUARDIAN = Script("guardian", "demo.ma", "小明妈妈", None)  # of the first student
SCHOOL = "示范中学"


async def make_demo(app: web.Application, *, renew: bool) -> Demo:
    """Create what is missing. With `renew`, accounts that are there get new passwords and their sign-ins end."""
    clock, school_id = app[CLOCK], await _school(app)
    users: list[User] = []
    people: list[DemoPerson] = []
    for script in PEOPLE:
        user, password = await _person(app[ACCOUNTS], script, renew=renew, school_id=school_id)
        users.append(user)
        people.append(DemoPerson(script.role, script.username, script.display_name, password))
    teacher, *students, _ = users
    classes = app[CLASSES]
    own = await classes.list_own(_caller(teacher, clock))
    shown = own[0] if own else await _new_class(app, teacher, clock)
    code = shown.code or ""
    callers = [_caller(student, clock) for student in students]
    for caller in callers:
        await classes.join(caller, JoinClass(code=code))
    await make_homework(app, _caller(teacher, clock), shown.id, callers)
    guardian_code: str | None = None
    if await app[ACCOUNTS].find(GUARDIAN.username) is None:
        guardian_code = (await app[GUARDIANSHIP].invite(_caller(teacher, clock), shown.id, students[0].id)).code
    _, password = await _person(app[ACCOUNTS], GUARDIAN, renew=renew, guardian_code=guardian_code)
    people.append(DemoPerson(GUARDIAN.role, GUARDIAN.username, GUARDIAN.display_name, password))
    return Demo(shown.id, shown.name, code, tuple(people))


async def _school(app: web.Application) -> str | None:
    """The demo teacher's school; a new one when there is no demo teacher yet."""
    teacher = await app[ACCOUNTS].find(PEOPLE[0].username)
    return teacher.school_id if teacher is not None else (await app[SCHOOLS].create(SCHOOL)).id


async def _new_class(app: web.Application, teacher: User, clock: Clock) -> ClassView:
    command = CreateClass(name="七年级数学班", subject="math", grade=7)
    return await app[CLASSES].create(_caller(teacher, clock), command)


async def _person(
    accounts: Accounts, script: Script, *, renew: bool, school_id: str | None = None, guardian_code: str | None = None
) -> tuple[User, str | None]:
    password = new_secret()[:PASSWORD_LENGTH]
    user = await accounts.find(script.username)
    if user is None:
        command = Register(
            username=script.username,
            email=f"{script.username}@example.com",
            password=SecretStr(password),
            display_name=script.display_name,
            grade=script.grade,
            guardian_code=guardian_code,
        )
        return await _create(accounts, script.role, command, school_id), password
    if not renew:
        return user, None
    await accounts.set_password(user.username, password)
    return user, password


async def _create(accounts: Accounts, role: Role, command: Register, school_id: str | None) -> User:
    match role:
        case "student":
            return await accounts.create_student(command)
        case "guardian":
            return (await accounts.register(command, "zh")).user
        case _:
            return await accounts.appoint(command, role, school_id)


def _caller(user: User, clock: Clock) -> Caller:
    return Caller(user.id, user.role, user.display_name, user.language, "demo", clock.now())
