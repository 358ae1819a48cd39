"""The rights table, held against a real server: every command and route, by everybody, with every kind of bad token."""

import re
import tomllib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import socketio

from tests.factories import WAIT_S, People, Person, Refused, Server, a_client_id
from tutor.app import catalogue_of_the_house
from tutor.core.caller import Caller
from tutor.core.clock import Clock, new_id
from tutor.core.doors import MANAGERS
from tutor.core.tokens import SECRET, Tokens

TABLE = tomllib.loads((Path(__file__).parent / "rights.toml").read_text())
ROLES = {
    "owner": "student",
    "other": "student",
    "teacher": "teacher",
    "stranger": "teacher",
    "guardian": "guardian",
    "admin": "admin",
    "operator": "operator",
}
READERS = {"guardian", "admin", "operator"}  # who are told by the verbs, not by the door, what they may not
BAD = {
    "nobody": "unauthenticated",
    "expired": "token_expired",
    "ended": "session_ended",
    "refresh": "unauthenticated",
    "garbage": "unauthenticated",
    "of another key": "unauthenticated",
    "of no session": "session_ended",
    "with another's id": "session_ended",
}
HEADERS = {
    "nothing after Bearer": "Bearer ",
    "another scheme": "Basic {token}",
    "no scheme": "{token}",
    "two tokens": "Bearer {token} {token}",
}


@dataclass
class Scene:
    """Everybody in the table, and the owner's things."""

    people: People
    owner: Person
    other: Person
    teacher: Person
    stranger: Person
    admin: Person
    operator: Person
    school_id: str
    class_id: str
    guardian: Person | None = None
    conversation_id: str = ""
    reply_id: str = ""
    broadcast_id: str = ""
    ended: str = ""

    async def with_a_fresh_owner(self) -> "Scene":
        """The same scene with an owner who has asked one question and had one answer."""
        owner = await self.people.student()
        code = (await self.teacher.call("GET", f"/classes/{self.class_id}"))["class"]["code"]
        await owner.call("POST", "/classes/join", {"code": code})
        socket = await owner.connect()
        conversation_id = await owner.converse(socket)
        question = {"client_id": a_client_id(), "text": "2x=6"}
        sent = await socket.ask("message.send", conversation_id=conversation_id, **question)
        await socket.until("reply.finished")
        await socket.close()
        reply_id, said = sent["reply"]["id"], await self._said_to(owner)
        return replace(self, owner=owner, conversation_id=conversation_id, reply_id=reply_id, broadcast_id=said)

    def person(self, who: str) -> Person:
        """Somebody of the table with a good token."""
        person: Person = getattr(self, who)
        return person

    async def _said_to(self, student: Person) -> str:
        """A broadcast for the student alone."""
        desk = await self.teacher.connect()
        said = {"class_id": self.class_id, "client_id": a_client_id(), "text": "带尺子", "student_ids": [student.id]}
        broadcast_id: str = (await desk.ask("broadcast.send", **said))["broadcast"]["id"]
        await desk.close()
        self.teacher.sockets.clear()
        return broadcast_id

    def token(self, who: str) -> str | None:
        """What somebody of the table shows: a good token, a bad one or none."""
        if who in ROLES:
            return self.person(who).access_token
        good, past = self._reader().read(self.owner.access_token), Clock().now() - timedelta(seconds=1)
        return {
            "nobody": None,
            "expired": self._signed(Caller(self.owner.id, "student", "x", "zh", "0" * 24, past)),
            "ended": self.ended,
            "refresh": self.owner.refresh_token,
            "garbage": "a.b.c",
            "of another key": self._signed(good, key="another-key-that-is-long-enough-for-it"),
            "of no session": self._signed(replace(good, session_id=new_id())),
            "with another's id": self._signed(replace(good, id=new_id())),
        }[who]

    def _reader(self, key: str | None = None) -> Tokens:
        return Tokens(key or self.people.server.app[SECRET], Clock(), timedelta(minutes=15))

    def _signed(self, caller: Caller, key: str | None = None) -> str:
        return self._reader(key).sign(caller)

    def fill(self, value: str, who: str) -> str:
        """The value that a word with a $ stands for."""
        words = {
            "$conversation": self.conversation_id,
            "$reply": self.reply_id,
            "$broadcast": self.broadcast_id,
            "$class": self.class_id,
            "$school": self.school_id,
            "$owner": self.owner.id,
            "$other": self.other.id,
            "$teacher": self.teacher.id,
            "$token": self.token(who) or "",
            "$uuid": a_client_id(),
        }
        return words.get(value, value)


@pytest.fixture(scope="module")
async def scene(server: Server) -> AsyncIterator[Scene]:
    async with People(server) as people:
        school = await people.school()
        teacher, (leaver,), class_id = await people.classroom(school=school)
        await leaver.call("POST", "/auth/logout", {"refresh_token": leaver.refresh_token})
        stranger, _, _ = await people.classroom(school=await people.school())
        base = Scene(
            people=people,
            owner=leaver,
            other=await people.student(),
            teacher=teacher,
            stranger=stranger,
            admin=await people.appointed("admin", school),
            operator=await people.appointed("operator"),
            school_id=school,
            class_id=class_id,
            ended=leaver.access_token,
        )
        made = await base.with_a_fresh_owner()
        yield replace(made, guardian=await people.guardian(teacher, class_id, made.owner))


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


def cases(kind: str) -> Iterator[Any]:
    for name, row in TABLE[kind].items():
        for who in (*ROLES, *BAD):
            if who in row["answers"]:
                expected = row["answers"][who]
            elif who in ROLES and name in DECLARED and who not in admitted(DECLARED[name]):
                expected = "not_allowed"
            elif row.get("open"):
                expected = row["answers"]["nobody"]
            elif who in BAD:
                expected = BAD[who]
            else:
                continue
            yield pytest.param(name, row, who, expected, id=f"{name} by {who}")


COMMANDS, ROUTES = list(cases("command")), list(cases("route"))


def test_every_command_and_route_has_a_row_and_no_row_is_left_over() -> None:
    catalogue = catalogue_of_the_house()
    assert {entry.name for entry in catalogue.entries} == set(TABLE["command"])
    assert {f"{route.method} {route.path}" for route in catalogue.routes} == set(TABLE["route"])


def test_the_table_says_for_everybody_what_happens() -> None:
    assert len(COMMANDS) + len(ROUTES) >= 400


def test_every_other_address_of_the_server_is_known_to_be_public(server: Server) -> None:
    known = {path.partition(" ")[2] for path in TABLE["route"]} | set(TABLE["public"])
    there = {resource.canonical for resource in server.app.router.resources()}
    assert there == known


def test_the_table_and_the_declarations_agree_on_roles() -> None:
    for name, row in {**TABLE["command"], **TABLE["route"]}.items():
        refused = {who for who, answer in row["answers"].items() if answer == "not_allowed"}
        if (access := DECLARED[name]) in {"user", "anyone"}:
            assert refused <= READERS, name
        else:
            assert refused == row["answers"].keys() - admitted(access) - BAD.keys(), name
            assert admitted(access) <= row["answers"].keys(), name


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


@pytest.mark.parametrize(("name", "row", "who", "expected"), COMMANDS)
async def test_a_command(scene: Scene, name: str, row: dict[str, Any], who: str, expected: str) -> None:
    here = await scene.with_a_fresh_owner() if row.get("fresh") and expected == "ok" else scene
    if who in BAD:
        assert await refusal_of_connect(scene.people.server, here.token(who)) == expected
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
    assert code == expected


@pytest.mark.parametrize(("name", "row", "who", "expected"), ROUTES)
async def test_a_route(
    scene: Scene, http: aiohttp.ClientSession, name: str, row: dict[str, Any], who: str, expected: str
) -> None:
    here = await scene.with_a_fresh_owner() if row.get("fresh") and expected == "ok" else scene
    method, _, path = name.partition(" ")
    field, asks, value = row.get("query", "").partition("=")
    path = PLACE.sub(lambda place: here.fill(row[place[1]], who), path) + field + asks + here.fill(value, who)
    token = here.token(who)
    headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
    payload = {field: here.fill(value, who) for field, value in row.get("payload", {}).items()}
    body = payload if method in {"POST", "PATCH"} else None
    async with http.request(method, path, json=body, headers=headers) as response:
        answer = await response.json() if response.content_type == "application/json" else {}
        assert (response.status < 400) == (expected == "ok")
        assert answer.get("error", {}).get("code", "ok") == expected


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
async def test_no_route_takes_a_token_that_is_shown_in_another_way(
    scene: Scene, http: aiohttp.ClientSession, header: str
) -> None:
    headers = {"Authorization": header.format(token=scene.owner.access_token)}
    for name in TABLE["route"]:
        method, _, path = name.partition(" ")
        if DECLARED[name] != "anyone":
            async with http.request(method, PLACE.sub(new_id(), path), json={}, headers=headers) as response:
                assert (response.status, (await response.json())["error"]["code"]) == (401, "unauthenticated"), name
