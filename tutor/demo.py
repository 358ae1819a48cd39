"""Demo data: a teacher, her class and three students, each with a fresh password that is shown once.

`serve --demo` makes them when they are missing; the `demo` command makes them or gives them new passwords.
"""

from dataclasses import dataclass

from aiohttp import web
from pydantic import SecretStr

from tutor.accounts.context import ACCOUNTS
from tutor.accounts.messages import Register
from tutor.accounts.models import User
from tutor.accounts.service import Accounts
from tutor.classes.context import CLASSES
from tutor.classes.messages import ClassView, CreateClass, JoinClass
from tutor.core.caller import Caller, Role
from tutor.core.clock import CLOCK, Clock
from tutor.core.tokens import new_secret

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
)


async def make_demo(app: web.Application, *, renew: bool) -> Demo:
    """Create what is missing. With `renew`, accounts that are there get new passwords and their sign-ins end."""
    accounts, clock = app[ACCOUNTS], app[CLOCK]
    users: list[User] = []
    people: list[DemoPerson] = []
    for script in PEOPLE:
        user, password = await _person(accounts, script, renew=renew)
        users.append(user)
        people.append(DemoPerson(script.role, script.username, script.display_name, password))
    teacher, *students = users
    classes = app[CLASSES]
    own = await classes.list_own(_caller(teacher, clock))
    shown = own[0] if own else await _new_class(app, teacher, clock)
    code = shown.code or ""
    for student in students:
        await classes.join(_caller(student, clock), JoinClass(code=code))
    return Demo(shown.id, shown.name, code, tuple(people))


async def _new_class(app: web.Application, teacher: User, clock: Clock) -> ClassView:
    command = CreateClass(name="七年级数学班", subject="math", grade=7)
    return await app[CLASSES].create(_caller(teacher, clock), command)


async def _person(accounts: Accounts, script: Script, *, renew: bool) -> tuple[User, str | None]:
    password = new_secret()[:PASSWORD_LENGTH]
    user = await accounts.find(script.username)
    if user is None:
        return await _create(accounts, script, password), password
    if not renew:
        return user, None
    await accounts.set_password(user.username, password)
    return user, password


async def _create(accounts: Accounts, script: Script, password: str) -> User:
    command = Register(
        username=script.username,
        email=f"{script.username}@example.com",
        password=SecretStr(password),
        display_name=script.display_name,
        grade=script.grade,
    )
    if script.role == "student":
        return await accounts.create_student(command)
    return await accounts.appoint(command, script.role)


def _caller(user: User, clock: Clock) -> Caller:
    return Caller(user.id, user.role, user.display_name, user.language, "demo", clock.now())
