"""Accounts over HTTP: sign-up, sign-in, refresh, sign-out, password, invitations, the own profile and wards."""

from aiohttp import web

from tutor.accounts.context import ACCOUNTS, SESSIONS, WARDS
from tutor.accounts.cookies import admitted, forget_cookie, is_page, refresh_token_of
from tutor.accounts.errors import InvitationInvalid, WrongPassword
from tutor.accounts.messages import (
    AddWard,
    ChangePassword,
    Invited,
    Me,
    OneWard,
    Refresh,
    Register,
    SignedIn,
    SignIn,
    UpdateMe,
    UserView,
    Wards,
)
from tutor.accounts.models import folded
from tutor.core.address import client_address
from tutor.core.errors import Unauthenticated
from tutor.core.http import AUTHENTICATE, CALLER, Api, by_caller, language_of, reply
from tutor.core.messages import Nothing
from tutor.core.throttle import Limit, by_address

api = Api("/api/v1")


def _by_name(_request: web.Request, body: SignIn) -> str:
    return folded(body.username)


def _by_name_here(request: web.Request, body: SignIn) -> str:
    return f"{folded(body.username)} {client_address(request)}"


def _by_session(request: web.Request, body: Refresh) -> str | None:
    token = refresh_token_of(request, body)
    return None if token is None else token.partition(".")[0]


# Strict for one name from one address, loose for a name from everywhere: who guesses must not lock its owner out.
SIGN_INS = Limit("sign_in", {"here": _by_name_here, "name": _by_name, "address": by_address}, failure=WrongPassword)
PASSWORDS = Limit("password", {"user": by_caller}, failure=WrongPassword)
REGISTRATIONS = Limit("register", {"address": by_address})
REFRESHES = Limit("refresh", {"session": _by_session})
INVITATIONS = Limit("invite", {"user": by_caller})
GUESSES = Limit("join", {"user": by_caller, "address": by_address}, failure=InvitationInvalid)


@api.on("POST", "/auth/register", access="anyone", status=201, answers=SignedIn, limit=REGISTRATIONS)
async def register(request: web.Request, body: Register) -> web.Response:
    """Open an account and sign in."""
    page = is_page(request)
    admission = await request.app[ACCOUNTS].register(body, language_of(request))
    return admitted(request, admission, page=page, status=201)


@api.on("POST", "/auth/login", access="anyone", answers=SignedIn, limit=SIGN_INS)
async def sign_in(request: web.Request, body: SignIn) -> web.Response:
    """Sign in with username or e-mail address, and password."""
    page = is_page(request)
    return admitted(request, await request.app[ACCOUNTS].sign_in(body), page=page)


@api.on("POST", "/auth/refresh", access="anyone", answers=SignedIn, limit=REFRESHES)
async def refresh(request: web.Request, body: Refresh) -> web.Response:
    """Trade a refresh token for a fresh pair."""
    page = is_page(request)
    token = refresh_token_of(request, body)
    if token is None:
        raise Unauthenticated
    return admitted(request, await request.app[SESSIONS].refresh(token), page=page)


@api.on("POST", "/auth/logout", access="anyone", answers=Nothing)
async def sign_out(request: web.Request, body: Refresh) -> web.Response:
    """Sign this device out: the session of the refresh token, or else of the access token."""
    token = refresh_token_of(request, body)
    if token is not None:
        await request.app[SESSIONS].end_by_token(token)
    else:
        bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
        await request.app[SESSIONS].end([(await request.app[AUTHENTICATE](bearer)).session_id])
    return forget_cookie(request, reply(Nothing()))


@api.on("POST", "/auth/logout-all", answers=Nothing)
async def sign_out_everywhere(request: web.Request) -> web.Response:
    """Sign every device of the caller out."""
    await request.app[SESSIONS].end_all(request[CALLER].id)
    return forget_cookie(request, reply(Nothing()))


@api.on("POST", "/auth/password", limit=PASSWORDS)
async def change_password(request: web.Request, body: ChangePassword) -> Nothing:
    """Replace the password and sign every other device out."""
    await request.app[ACCOUNTS].change_password(request[CALLER], body)
    return Nothing()


@api.on("POST", "/auth/invitations", access="teacher", status=201, limit=INVITATIONS)
async def invite(request: web.Request) -> Invited:
    """Make an invitation for one more teacher."""
    return await request.app[ACCOUNTS].invite(request[CALLER])


@api.on("GET", "/users/me")
async def me(request: web.Request) -> Me:
    """Read the own profile."""
    return Me(user=UserView.of(await request.app[ACCOUNTS].me(request[CALLER])))


@api.on("PATCH", "/users/me")
async def update_me(request: web.Request, body: UpdateMe) -> Me:
    """Change parts of the own profile."""
    return Me(user=UserView.of(await request.app[ACCOUNTS].update_me(request[CALLER], body)))


@api.on("GET", "/wards", access="guardian")
async def wards(request: web.Request) -> Wards:
    """List the children with whom the caller may read along."""
    return Wards(items=await request.app[WARDS].list_own(request[CALLER]))


@api.on("POST", "/wards", access="guardian", status=201, limit=GUESSES)
async def add_ward(request: web.Request, body: AddWard) -> OneWard:
    """Read along with one more child, with a code from its teacher."""
    return OneWard(ward=await request.app[WARDS].add(request[CALLER], body))


@api.on("DELETE", "/wards/{student_id}", access="guardian")
async def remove_ward(request: web.Request) -> Nothing:
    """Stop reading along with a child."""
    await request.app[WARDS].remove(request[CALLER], request.match_info["student_id"])
    return Nothing()
