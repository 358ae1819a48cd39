"""The rights table, held against a real server: every command and route, by everybody, with every kind of bad token."""

import tomllib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import socketio

from tests.factories import WAIT_S, People, Person, Refused, Server, a_client_id
from tutor.app import catalogue_of_the_house
from tutor.core.caller import Caller
from tutor.core.clock import Clock
from tutor.core.tokens import SECRET, Tokens

TABLE = tomllib.loads((Path(__file__).parent / "rights.toml").read_text())
PEOPLE = ("owner", "other", "teacher", "stranger")
BAD = {"nobody": "unauthenticated", "expired": "token_expired", "ended": "session_ended", "refresh": "unauthenticated"}


@dataclass
class Scene:
    """Everybody in the table, and the owner's things."""

    people: People
    owner: Person
    other: Person
    teacher: Person
    stranger: Person
    code: str
    class_id: str
    conversation_id: str = ""
    reply_id: str = ""
    broadcast_id: str = ""
    ended: str = ""

    async def with_a_fresh_owner(self) -> "Scene":
        """The same scene with an owner who has asked one question and had one answer."""
        owner = await self.people.student()
        await owner.call("POST", "/classes/join", {"code": self.code})
        socket = await owner.connect()
        conversation_id = await owner.converse(socket)
        question = {"client_id": a_client_id(), "text": "2x=6"}
        sent = await socket.ask("message.send", conversation_id=conversation_id, **question)
        await socket.until("reply.finished")
        await socket.close()
        return Scene(
            self.people, owner, self.other, self.teacher, self.stranger, self.code, self.class_id,
            conversation_id, sent["reply"]["id"], await self._said_to(owner), self.ended,
        )  # fmt: skip

    async def _said_to(self, student: Person) -> str:
        """A broadcast for the student alone."""
        desk = await self.teacher.connect()
        said = {"class_id": self.class_id, "client_id": a_client_id(), "text": "带尺子", "student_ids": [student.id]}
        broadcast_id: str = (await desk.ask("broadcast.send", **said))["broadcast"]["id"]
        await desk.close()
        self.teacher.sockets.clear()
        return broadcast_id

    def token(self, who: str) -> str | None:
        if who in PEOPLE:
            person: Person = getattr(self, who)
            return person.access_token
        return {"nobody": None, "expired": self._expired(), "ended": self.ended, "refresh": self.owner.refresh_token}[
            who
        ]

    def _expired(self) -> str:
        tokens = Tokens(self.people.server.app[SECRET], Clock(), timedelta(minutes=15))
        past = Clock().now() - timedelta(seconds=1)
        return tokens.sign(Caller(self.owner.id, "student", "x", "zh", "0" * 24, past))

    def fill(self, value: str, who: str) -> str:
        """The value that a word with a $ stands for."""
        words = {
            "$conversation": self.conversation_id,
            "$reply": self.reply_id,
            "$broadcast": self.broadcast_id,
            "$owner": self.owner.id,
            "$class": self.class_id,
            "$token": self.token(who) or "",
            "$uuid": a_client_id(),
        }
        return words.get(value, value)


@pytest.fixture(scope="module")
async def scene(server: Server) -> AsyncIterator[Scene]:
    async with People(server) as people:
        teacher, (other,), class_id = await people.classroom()
        await other.call("POST", "/auth/logout", {"refresh_token": other.refresh_token})
        code = (await teacher.call("GET", f"/classes/{class_id}"))["class"]["code"]
        gone = other.access_token
        stranger, _, _ = await people.classroom()
        base = Scene(people, await people.student(), await people.student(), teacher, stranger, code, class_id)
        made = await base.with_a_fresh_owner()
        made.ended = gone
        yield made


def cases(kind: str) -> Iterator[Any]:
    for name, row in TABLE[kind].items():
        for who in (*PEOPLE, *BAD):
            if who in row["answers"]:
                expected = row["answers"][who]
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
    assert len(COMMANDS) + len(ROUTES) >= 200


def test_every_other_address_of_the_server_is_known_to_be_public(server: Server) -> None:
    known = {path.partition(" ")[2] for path in TABLE["route"]} | set(TABLE["public"])
    there = {resource.canonical for resource in server.app.router.resources()}
    assert there == known


def test_the_table_and_the_declarations_agree_on_roles() -> None:
    catalogue = catalogue_of_the_house()
    declared = {entry.name: entry.access for entry in catalogue.entries}
    declared |= {f"{route.method} {route.path}": route.access for route in catalogue.routes}
    for name, row in {**TABLE["command"], **TABLE["route"]}.items():
        refused = {who for who, answer in row["answers"].items() if answer == "not_allowed"}
        roles = {"student": {"teacher", "stranger"}, "teacher": {"owner", "other"}}
        assert refused == roles.get(declared[name], set()), name


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
    here = await scene.with_a_fresh_owner() if row.get("fresh") and who == "owner" else scene
    if who in BAD:
        assert await refusal_of_connect(scene.people.server, here.token(who)) == expected
        return
    person: Person = getattr(here, who)
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
    here = await scene.with_a_fresh_owner() if row.get("fresh") and who == "owner" else scene
    method, _, path = name.partition(" ")
    field, asks, value = row.get("query", "").partition("=")
    path = path.replace("{id}", here.fill(row.get("id", ""), who)) + field + asks + here.fill(value, who)
    token = here.token(who)
    headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
    payload = {field: here.fill(value, who) for field, value in row.get("payload", {}).items()}
    body = payload if method in {"POST", "PATCH"} else None
    async with http.request(method, path, json=body, headers=headers) as response:
        answer = await response.json() if response.content_type == "application/json" else {}
        assert (response.status < 400) == (expected == "ok")
        assert answer.get("error", {}).get("code", "ok") == expected
