"""The rights table, held against a real server: every command and route, by everybody, with every kind of bad token.

`make rights` runs this alone.
"""

import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from typing import Any, get_args

import aiohttp
import pytest
import socketio

from tests.factories import WAIT_S, Refused, Server
from tests.house.cast import BAD, LIKE, ROLES, TABLE, Cast, a_cast
from tutor.app import catalogue_of_the_house
from tutor.core.caller import Role
from tutor.core.clock import new_id
from tutor.core.doors import MANAGERS
from tutor.core.messages import Event
from tutor.core.sockets import DOOR

READERS = {"guardian", "admin", "operator"}  # who are told by the verbs, not by the door, what they may not
HEADERS = {
    "nothing after Bearer": "Bearer ",
    "another scheme": "Basic {token}",
    "no scheme": "{token}",
    "two tokens": "Bearer {token} {token}",
}


@pytest.fixture(scope="module")
async def cast(server: Server) -> AsyncIterator[Cast]:
    async with a_cast(server) as everybody:
        yield everybody


def declared() -> dict[str, str]:
    """Whom each command and route is declared for."""
    catalogue = catalogue_of_the_house()
    commands = {entry.name: str(entry.access) for entry in catalogue.entries}
    return commands | {f"{route.method} {route.path}": str(route.access) for route in catalogue.routes}


def admitted(access: str) -> set[str]:
    """The people of the table whom the door lets pass."""
    roles = {"user": set(ROLES.values()), "anyone": set(ROLES.values()), "manager": MANAGERS}.get(access, {access})
    return {who for who, role in ROLES.items() if role in roles}


DECLARED = declared()


def expected(name: str, row: dict[str, Any], who: str) -> str | None:
    """What somebody is answered; None when the table does not say."""
    answers: dict[str, str] = row["answers"]
    if who in answers:
        return answers[who]
    if who in BAD:
        return answers["nobody"] if row.get("open") else BAD[who]
    if who in LIKE:
        return expected(name, row, LIKE[who])
    if name in DECLARED and who not in admitted(DECLARED[name]):
        return "not_allowed"
    return answers["nobody"] if row.get("open") else None


def cases(kind: str) -> Iterator[Any]:
    for name, row in TABLE[kind].items():
        for who in (*ROLES, *LIKE, *BAD):
            if (code := expected(name, row, who)) is not None:
                yield pytest.param(name, row, who, code, id=f"{name} by {who}")


COMMANDS, ROUTES = list(cases("command")), list(cases("route"))


def test_every_command_route_and_event_has_a_row_and_no_row_is_left_over() -> None:
    catalogue = catalogue_of_the_house()
    assert {entry.name for entry in catalogue.entries} == set(TABLE["command"])
    assert {f"{route.method} {route.path}" for route in catalogue.routes} == set(TABLE["route"])
    assert {event.event for event in catalogue.events} == set(TABLE["event"])


def test_the_table_says_for_everybody_what_happens() -> None:
    assert len(COMMANDS) + len(ROUTES) >= 1200
    asked = Counter(case.values[2] for case in (*COMMANDS, *ROUTES))
    assert asked.keys() == {*ROLES, *LIKE, *BAD}
    entries = len(TABLE["command"]) + len(TABLE["route"])
    assert all(asked[who] >= entries * 0.9 for who in asked), asked


def test_events_name_roles_that_there_are() -> None:
    roles = set(get_args(Role))
    assert all(told and set(told) <= roles for told in TABLE["event"].values())


def test_every_other_address_of_the_server_is_known_to_be_public(server: Server) -> None:
    there = {(route.method, route.resource.canonical) for route in server.app.router.routes() if route.resource}
    public = {(method, path) for method, path in there if path in TABLE["public"]}
    assert {path for _, path in public} == set(TABLE["public"])
    assert {method for method, path in public if path != "/socket.io/"} <= {"GET", "HEAD"}
    assert {f"{method} {path}" for method, path in there - public if method != "HEAD"} == set(TABLE["route"])


def test_the_server_takes_no_other_command_and_sends_no_other_event(server: Server) -> None:
    assert set(server.app[DOOR]._entries) == set(TABLE["command"])
    events = [Event]
    for kind in events:
        events += kind.__subclasses__()
    ours = {kind.event for kind in events[1:] if kind.__module__.startswith("tutor.")}
    assert ours == set(TABLE["event"])


def test_who_may_do_something_is_answered_otherwise_than_who_may_not() -> None:
    refusals = {"not_allowed", "not_found"}
    silent = [
        name for name, row in {**TABLE["command"], **TABLE["route"]}.items() if set(row["answers"].values()) <= refusals
    ]
    assert silent == []


def test_the_table_and_the_declarations_agree_on_roles() -> None:
    for name, row in {**TABLE["command"], **TABLE["route"]}.items():
        answers = {who: answer for who, answer in row["answers"].items() if who not in LIKE}
        refused = {who for who, answer in answers.items() if answer == "not_allowed"}
        if (access := DECLARED[name]) in {"user", "anyone"}:
            assert refused <= READERS, name
        else:
            assert refused == answers.keys() - admitted(access) - BAD.keys(), name
            assert admitted(access) <= answers.keys(), name


PLACE = re.compile(r"\{(\w+)\}")


async def refusal_of_connect(server: Server, token: str | None) -> str:
    """The code that a CONNECT with a bad token is refused with."""
    refusals: list[dict[str, Any]] = []
    client = socketio.AsyncClient(reconnection=False)
    client.on("connect_error", refusals.append)
    with pytest.raises(socketio.exceptions.ConnectionError):
        await client.connect(server.address, auth={"token": token}, transports=["websocket"], wait_timeout=WAIT_S)
    (refusal,) = refusals
    code: str = refusal["data"]["code"]
    return code


@pytest.mark.no_cover  # there are two thousand, and they run no line that others do not
@pytest.mark.parametrize(("name", "row", "who", "due"), COMMANDS)
async def test_a_command(cast: Cast, name: str, row: dict[str, Any], who: str, due: str) -> None:
    here = cast.scene_of(who)
    if row.get("fresh") and due == "ok":
        here = await here.with_a_fresh_owner()
    if who in BAD:
        assert await refusal_of_connect(here.people.server, here.token(who)) == due
        return
    person = here.person(who)
    socket = await person.connect()
    payload = {field: here.fill(value, who) for field, value in row["payload"].items()}
    try:
        await socket.ask(name, **payload)
        code = "ok"
    except Refused as refused:
        code = refused.code
    await socket.close()
    person.sockets.clear()
    assert code == due


@pytest.mark.no_cover
@pytest.mark.parametrize(("name", "row", "who", "due"), ROUTES)
async def test_a_route(
    cast: Cast, http: aiohttp.ClientSession, name: str, row: dict[str, Any], who: str, due: str
) -> None:
    here = cast.scene_of(who)
    if row.get("fresh") and due == "ok":
        here = await here.with_a_fresh_owner()
    method, _, path = name.partition(" ")
    field, asks, value = row.get("query", "").partition("=")
    path = PLACE.sub(lambda place: here.fill(row[place[1]], who), path) + field + asks + here.fill(value, who)
    token = here.token(who)
    headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
    payload = {field: here.fill(value, who) for field, value in row.get("payload", {}).items()}
    body = payload if method in {"POST", "PUT", "PATCH"} else None
    async with http.request(method, path, json=body, headers=headers) as response:
        answer = await response.json() if response.content_type == "application/json" else {}
        assert (response.status < 400) == (due == "ok")
        assert answer.get("error", {}).get("code", "ok") == due


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
async def test_no_route_takes_a_token_that_is_shown_in_another_way(
    cast: Cast, http: aiohttp.ClientSession, header: str
) -> None:
    headers = {"Authorization": header.format(token=cast.scene.owner.access_token)}
    for name in TABLE["route"]:
        method, _, path = name.partition(" ")
        if DECLARED[name] != "anyone":
            async with http.request(method, PLACE.sub(new_id(), path), json={}, headers=headers) as response:
                assert (response.status, (await response.json())["error"]["code"]) == (401, "unauthenticated"), name
