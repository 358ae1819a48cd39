"""Where accounts stand in the application: their keys, and the building of their parts when it starts."""

from collections.abc import AsyncIterator
from datetime import timedelta

from aiohttp import web

from tutor.accounts.models import AccountsSettings
from tutor.accounts.passwords import Passwords
from tutor.accounts.registry import SchoolStore, WardStore
from tutor.accounts.schools import Schools
from tutor.accounts.service import Accounts
from tutor.accounts.sessions import Sessions
from tutor.accounts.store import Invitations, SessionStore, Users
from tutor.accounts.tickets import Tickets
from tutor.accounts.wards import Wards
from tutor.core.clock import CLOCK
from tutor.core.http import AUTHENTICATE
from tutor.core.mongo import MONGO
from tutor.core.sockets import DOOR
from tutor.core.tokens import SECRET, Tokens

ACCOUNTS: web.AppKey[Accounts] = web.AppKey("accounts", Accounts)
SCHOOLS: web.AppKey[Schools] = web.AppKey("schools", Schools)
TICKETS: web.AppKey[Tickets] = web.AppKey("tickets", Tickets)
WARDS: web.AppKey[Wards] = web.AppKey("wards", Wards)
SESSIONS: web.AppKey[Sessions] = web.AppKey("sessions", Sessions)
ACCOUNTS_SETTINGS: web.AppKey[AccountsSettings] = web.AppKey("accounts_settings", AccountsSettings)


async def accounts_context(app: web.Application) -> AsyncIterator[None]:
    """Build the services, and let both doors read tokens with them."""
    settings, clock, database = app[ACCOUNTS_SETTINGS], app[CLOCK], app[MONGO]
    users, invitations, store = Users(database), Invitations(database), SessionStore(database)
    wards = WardStore(database)
    for part in (users, invitations, store, wards):
        await part.prepare()
    tokens = Tokens(app[SECRET], clock, timedelta(minutes=settings.access_minutes))
    sessions = Sessions(store, users, tokens, clock, settings, app[DOOR].end_session)
    app[SESSIONS] = sessions
    tickets = Tickets(invitations, clock, timedelta(days=settings.invitation_days))
    app[TICKETS] = tickets
    app[WARDS] = Wards(wards, users, tickets, clock)
    app[SCHOOLS] = Schools(SchoolStore(database), users, tickets, clock)
    app[ACCOUNTS] = Accounts(users, tickets, app[WARDS], sessions, Passwords(), clock)
    app[AUTHENTICATE] = sessions.authenticate
    app[DOOR].admit_with(sessions.authenticate)
    yield
