"""Who may call which route of accounts and classes: one table, and every role and every bad token against it."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import aiohttp
import pytest

from tests.factories import People, Person, Server
from tutor.accounts import routes as accounts_routes
from tutor.accounts import sockets as accounts_sockets
from tutor.classes import routes as classes_routes
from tutor.core.clock import Clock, new_id
from tutor.core.http import Route
from tutor.core.tokens import SECRET, Tokens

# Route -> who gets past the door. Other people's objects behind it are not found: the tests of the services say so.
RIGHTS = {
    "POST /api/v1/auth/register": {"anyone"},
    "POST /api/v1/auth/login": {"anyone"},
    "POST /api/v1/auth/refresh": {"anyone"},
    "POST /api/v1/auth/logout": {"anyone"},
    "POST /api/v1/auth/logout-all": {"student", "teacher"},
    "POST /api/v1/auth/password": {"student", "teacher"},
    "POST /api/v1/auth/invitations": {"teacher"},
    "GET /api/v1/users/me": {"student", "teacher"},
    "PATCH /api/v1/users/me": {"student", "teacher"},
    "POST /api/v1/classes": {"teacher"},
    "GET /api/v1/classes": {"student", "teacher"},
    "POST /api/v1/classes/join": {"student"},
    "GET /api/v1/classes/{id}": {"student", "teacher"},
    "PATCH /api/v1/classes/{id}": {"teacher"},
    "POST /api/v1/classes/{id}/code": {"teacher"},
    "POST /api/v1/classes/{id}/roster": {"teacher"},
    "POST /api/v1/classes/{id}/teachers": {"teacher"},
    "DELETE /api/v1/classes/{id}/teachers/{teacher_id}": {"teacher"},
    "DELETE /api/v1/classes/{id}/students/{student_id}": {"teacher"},
    "POST /api/v1/classes/{id}/students/{student_id}/move": {"teacher"},
}
COMMANDS = {"session.renew": "user"}
ROUTES = [*accounts_routes.api.routes, *classes_routes.api.routes]
GUARDED = [route for route in ROUTES if route.access != "anyone"]


def name_of(route: Route) -> str:
    return f"{route.method} {route.path}"


async def code_at(http: aiohttp.ClientSession, route: Route, authorization: str | None) -> tuple[int, str | None]:
    """Call a route with an empty body: past the door, the body is what is refused."""
    headers = {"Authorization": authorization} if authorization is not None else {}
    path = re.sub(r"\{\w+\}", lambda _: new_id(), route.path)
    async with http.request(route.method, path, json={}, headers=headers) as response:
        answer = await response.json()
        return response.status, answer.get("error", {}).get("code")


def test_every_route_and_command_has_a_row() -> None:
    assert {name_of(route) for route in ROUTES} == set(RIGHTS)
    assert {entry.name: entry.access for entry in accounts_sockets.events.entries} == COMMANDS


@pytest.mark.parametrize("route", [route for route in ROUTES if route not in GUARDED], ids=name_of)
def test_a_route_is_open_to_anyone_only_when_the_table_says_so(route: Route) -> None:
    assert RIGHTS[name_of(route)] == {"anyone"}


@pytest.mark.parametrize("role", ["student", "teacher"])
@pytest.mark.parametrize("route", GUARDED, ids=name_of)
async def test_a_route_admits_exactly_its_roles(
    http: aiohttp.ClientSession, people: People, route: Route, role: str
) -> None:
    person = await (people.student() if role == "student" else people.teacher())
    status, code = await code_at(http, route, f"Bearer {person.access_token}")
    if role in RIGHTS[name_of(route)]:
        assert status not in {401, 403}
    else:
        assert (status, code) == (403, "not_allowed")


def signed(server: Server, person: Person, **changes: object) -> str:
    tokens = Tokens(server.app[SECRET], Clock(), timedelta(minutes=15))
    return tokens.sign(replace(tokens.read(person.access_token), **changes))  # type: ignore[arg-type]  # test's changes


def expired(server: Server, person: Person) -> str:
    return signed(server, person, expires_at=Clock().now() - timedelta(seconds=1))


def of_another_key(server: Server, person: Person) -> str:
    tokens = Tokens(server.app[SECRET], Clock(), timedelta(minutes=15))
    return Tokens("another-key-that-is-long-enough-for-it", Clock(), tokens.life).sign(tokens.read(person.access_token))


BAD_TOKENS: dict[str, tuple[Callable[[Server, Person], str | None], str]] = {
    "no token": (lambda _server, _person: None, "unauthenticated"),
    "nothing after Bearer": (lambda _server, _person: "Bearer ", "unauthenticated"),
    "another scheme": (lambda _server, person: f"Basic {person.access_token}", "unauthenticated"),
    "no scheme": (lambda _server, person: person.access_token, "unauthenticated"),
    "garbage": (lambda _server, _person: "Bearer a.b.c", "unauthenticated"),
    "a refresh token": (lambda _server, person: f"Bearer {person.refresh_token}", "unauthenticated"),
    "another key": (lambda server, person: f"Bearer {of_another_key(server, person)}", "unauthenticated"),
    "expired": (lambda server, person: f"Bearer {expired(server, person)}", "token_expired"),
    "a session that never was": (
        lambda server, person: f"Bearer {signed(server, person, session_id=new_id())}",
        "session_ended",
    ),
    "somebody else's id": (lambda server, person: f"Bearer {signed(server, person, id=new_id())}", "session_ended"),
}


@pytest.mark.parametrize("bad", BAD_TOKENS)
@pytest.mark.parametrize("route", GUARDED, ids=name_of)
async def test_no_route_takes_a_bad_token(
    http: aiohttp.ClientSession, server: Server, people: People, route: Route, bad: str
) -> None:
    make, code = BAD_TOKENS[bad]
    person = await people.student()
    assert await code_at(http, route, make(server, person)) == (401, code)


@pytest.mark.parametrize("route", GUARDED, ids=name_of)
async def test_no_route_takes_a_token_whose_session_was_ended(
    http: aiohttp.ClientSession, people: People, route: Route
) -> None:
    person = await people.student()
    await person.call("POST", "/auth/logout", {})
    assert await code_at(http, route, f"Bearer {person.access_token}") == (401, "session_ended")
