"""The services of accounts and classes on a database of their own, without a web around them, and people in them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.factories import PASSWORD, a_registration, changed
from tutor.accounts.messages import Register, SignIn
from tutor.accounts.models import AccountsSettings, Admission, User
from tutor.accounts.passwords import Passwords
from tutor.accounts.registry import SchoolStore, WardStore
from tutor.accounts.schools import Schools
from tutor.accounts.service import Accounts
from tutor.accounts.sessions import Sessions
from tutor.accounts.store import Invitations, SessionStore, Users
from tutor.accounts.tickets import Tickets
from tutor.accounts.wards import Wards
from tutor.app import database_of
from tutor.classes.service import Classes
from tutor.classes.store import ClassStore
from tutor.core.caller import Caller, Role
from tutor.core.clock import Clock, new_id
from tutor.core.mongo import Database
from tutor.core.tokens import Tokens
from tutor.settings import Settings

SECRET = "a-key-of-the-tests-that-is-long-enough-0"
SETTINGS = AccountsSettings(
    access_minutes=15,
    refresh_days=30,
    refresh_grace_s=20,
    invitation_days=14,
    secure_cookies=False,
    address="http://tutor.test",
    origins=("https://school.test",),
)


class MovableClock(Clock):
    """The machine's clock, moved ahead by hand."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead

    def advance(self, **by: float) -> None:
        self.ahead += timedelta(**by)


@dataclass
class Household:
    """The services of accounts and classes on one database. `closed` has the sessions whose sockets were closed."""

    users: Users
    store: SessionStore
    tokens: Tokens
    tickets: Tickets
    sessions: Sessions
    accounts: Accounts
    schools: Schools
    wards: Wards
    classes: Classes
    clock: MovableClock
    closed: list[str] = field(default_factory=list)

    async def student(self, **changes: object) -> Admission:
        return await self.accounts.register(registration(**changes), "zh")

    async def teacher(self, **changes: object) -> Admission:
        return await self.appointed("teacher", None, **changes)

    async def appointed(self, role: Role, school_id: str | None, /, **changes: object) -> Admission:
        user = await self.accounts.appoint(registration(**changes), role, school_id)
        return await self.accounts.sign_in(signing_in(user))

    async def caller(self, admission: Admission) -> Caller:
        return await self.sessions.authenticate(admission.access_token)

    async def admits(self, admission: Admission) -> bool:
        return (await self.caller(admission)).id == admission.user.id


@asynccontextmanager
async def fresh_database(settings: Settings) -> AsyncIterator[Database]:
    """An empty database that is dropped afterwards."""
    async with database_of(changed(settings, mongodb={"database": f"test-{new_id()}"})) as database:
        yield database
        await database.client.drop_database(database.name)


@asynccontextmanager
async def household(database: Database) -> AsyncIterator[Household]:
    clock = MovableClock()
    users, store, invitations = Users(database), SessionStore(database), Invitations(database)
    classes, ward_store = ClassStore(database), WardStore(database)
    for part in (users, store, invitations, classes, ward_store):
        await part.prepare()
    closed: list[str] = []
    tokens = Tokens(SECRET, clock, timedelta(minutes=SETTINGS.access_minutes))

    def close(session_id: str, code: str) -> None:
        assert code == "session_ended"
        closed.append(session_id)

    sessions = Sessions(store, users, tokens, clock, SETTINGS, close)
    tickets = Tickets(invitations, clock, timedelta(days=SETTINGS.invitation_days))
    wards = Wards(ward_store, users, tickets, clock)
    schools = Schools(SchoolStore(database), users, tickets, clock)
    accounts = Accounts(users, tickets, wards, sessions, cheap_passwords(), clock)
    yield Household(
        users=users,
        store=store,
        tokens=tokens,
        tickets=tickets,
        sessions=sessions,
        accounts=accounts,
        schools=schools,
        wards=wards,
        classes=Classes(classes, accounts, clock),
        clock=clock,
        closed=closed,
    )


def cheap_passwords() -> Passwords:
    """Argon2 with its smallest parameters: the same code, a hundred times faster."""
    return Passwords(memory_kib=64, passes=1)


def registration(**changes: object) -> Register:
    """A sign-up nobody has used; None leaves a field out."""
    body = {name: value for name, value in a_registration(**changes).items() if value is not None}
    return Register.model_validate(body, strict=False)


def signing_in(user: User, password: str = PASSWORD) -> SignIn:
    return SignIn.model_validate({"username": user.username, "password": password}, strict=False)


def session_of(admission: Admission) -> str:
    return admission.refresh_token.partition(".")[0]


def address_of(admission: Admission) -> str:
    assert admission.user.email is not None
    return admission.user.email
