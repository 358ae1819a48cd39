"""Students of Wuhao Tutor for the bench, and a teacher: real accounts, written by the accounts' own store.

One password hash serves all students, because nobody types it.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from tests.bench.machine import pin, prefer
from tests.factories import PASSWORD, a_settings
from tutor.accounts.models import AccountsSettings, User
from tutor.accounts.passwords import Passwords
from tutor.accounts.sessions import Sessions
from tutor.accounts.store import SessionStore, Users
from tutor.app import database_of
from tutor.core.clock import Clock, new_id
from tutor.core.embedded import EmbeddedStores
from tutor.core.mongo import Database
from tutor.core.tokens import Tokens
from tutor.serve import with_addresses
from tutor.settings import Settings

AT_ONCE = 16
LIFE = timedelta(hours=6)
NOBODYS_HASH = "$argon2id$v=19$m=65536,t=3,p=4$bm9ib2R5$bm9ib2R5"
ACCOUNTS = AccountsSettings(
    access_minutes=360,
    refresh_days=1,
    refresh_grace_s=20,
    invitation_days=1,
    secure_cookies=False,
    address="",
    origins=(),
)


@asynccontextmanager
async def stores(folder: Path, core: int) -> AsyncIterator[tuple[Settings, tuple[int, ...]]]:
    """Embedded MongoDB and Redis on one core: the settings that lead to them, and their process ids."""
    embedded = EmbeddedStores(folder)
    async with embedded as addresses:
        for pid in embedded.pids:
            pin(pid, core)
            prefer(pid)
        yield with_addresses(a_settings(data_dir=folder), addresses), tuple(embedded.pids)


async def enrol(settings: Settings, count: int, secret: str) -> tuple[str, ...]:
    """So many new students, each signed in once; their access tokens."""
    async with database_of(settings) as database:
        return await _enrol(database, count, secret)


async def hire(settings: Settings) -> str:
    """A new teacher with the password of all tests; the user name."""
    async with database_of(settings) as database:
        teacher = replace(
            _student(0, Clock()),
            display_name="王老师",
            role="teacher",
            grade=None,
            password_hash=await Passwords().hash(PASSWORD),
        )
        await Users(database).insert(teacher)
    return teacher.username


async def _enrol(database: Database, count: int, secret: str) -> tuple[str, ...]:
    clock, users, kept = Clock(), Users(database), SessionStore(database)
    await users.prepare()
    await kept.prepare()
    sessions = Sessions(kept, users, Tokens(secret, clock, LIFE), clock, ACCOUNTS, lambda _session, _code: None)
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> str:
        async with gate:
            student = _student(number, clock)
            await users.insert(student)
            return (await sessions.begin(student)).access_token

    return tuple(await asyncio.gather(*(one(number) for number in range(count))))


def _student(number: int, clock: Clock) -> User:
    name, now = f"bench{new_id()}", clock.now()
    return User(
        id=new_id(),
        username=name,
        email=f"{name}@example.com",
        password_hash=NOBODYS_HASH,
        display_name=f"学生{number}",
        role="student",
        grade=7,
        language="zh",
        created_at=now,
        updated_at=now,
    )
