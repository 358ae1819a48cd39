"""Makes what tests need: settings, servers, people with sockets, conversations. Every maker takes changes."""

import asyncio
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from types import TracebackType
from typing import Any, Protocol, Self

import aiohttp
import socketio
from aiohttp import web
from PIL import Image

from tutor.accounts.context import ACCOUNTS, SCHOOLS
from tutor.accounts.messages import Register
from tutor.ai.model import Model
from tutor.app import make_app
from tutor.core.caller import Role
from tutor.core.clock import Clock
from tutor.homework.ports import Grading
from tutor.serve import running_app
from tutor.settings import Settings, load

PASSWORD = "correct horse battery"
WAIT_S = 20.0

Json = dict[str, Any]


def a_settings(**changes: Any) -> Settings:
    """Settings for tests; a section is changed with a mapping: `chat={"max_replies": 1}`."""
    base = load(env="test")
    return changed(base, **changes)


def changed(settings: Settings, **changes: Any) -> Settings:
    """The settings with some values replaced."""
    update = {
        name: getattr(settings, name).model_copy(update=dict(value)) if isinstance(value, Mapping) else value
        for name, value in changes.items()
    }
    return settings.model_copy(update=update)


def an_ai_service(base_url: str, **changes: Any) -> Json:
    """The section `ai` of the settings for a service at this address."""
    return {"base_url": base_url, "model": "some-model", "first_token_s": 30.0, **changes}


@dataclass(frozen=True)
class Server:
    """A running server."""

    app: web.Application
    address: str
    port: int
    settings: Settings


class Addressed(Protocol):
    """A server wherever it runs: in this process or in another."""

    @property
    def address(self) -> str: ...


class FakeClock(Clock):
    """A clock that also moves when a test says so; its seconds go on at their own pace."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def advance(self, seconds: float) -> None:
        self._ahead += timedelta(seconds=seconds)

    def now(self) -> datetime:
        return super().now() + self._ahead


@asynccontextmanager
async def start_server(
    settings: Settings,
    *,
    model: Model | None = None,
    clock: Clock | None = None,
    grading: Grading | None = None,
    **changes: Any,
) -> AsyncIterator[Server]:
    """A whole server on a free port of this machine."""
    wanted = changed(settings, **changes)
    async with running_app(make_app(wanted, clock=clock, model=model, grading=grading), "127.0.0.1", 0) as served:
        yield Server(served.app, served.address, served.port, wanted)


def a_client_id() -> str:
    """A fresh id as clients make them."""
    return str(uuid.uuid4())


def a_registration(**changes: Any) -> Json:
    """The body of a sign-up nobody has used."""
    name = f"pupil{uuid.uuid4().hex[:12]}"
    body: Json = {
        "username": name,
        "email": f"{name}@example.com",
        "password": PASSWORD,
        "display_name": "小明",
        "grade": 7,
    }
    return {**body, **changes}


def a_photo(
    size: tuple[int, int] = (60, 40), form: str = "JPEG", colour: str = "navy", mode: str = "RGB", **options: Any
) -> bytes:
    """A photo of one colour with a white corner at the upper left, as a camera or an editor writes it."""
    picture = Image.new(mode, size, colour)
    picture.paste(Image.new(mode, (size[0] // 4, size[1] // 4), "white"), (0, 0))
    with BytesIO() as written:
        picture.save(written, form, **options)
        return written.getvalue()


class Refused(Exception):
    """A command or request was answered with an error."""

    def __init__(self, error: Json, status: int | None = None) -> None:
        super().__init__(error["code"])
        self.code: str = error["code"]
        self.message: str = error["message"]
        self.details: Json = error["details"]
        self.status = status


@dataclass
class Socket:
    """A real python-socketio client with everything that it was told."""

    client: socketio.AsyncClient
    heard: dict[str, list[Json]] = field(default_factory=lambda: defaultdict(list))
    order: list[tuple[str, Json]] = field(default_factory=list)
    news: asyncio.Condition = field(default_factory=asyncio.Condition)
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    async def ask(self, command: str, /, **payload: Any) -> Json:
        """Send a command and return the ack's data; an error raises Refused."""
        ack = await self.client.call(command, payload, timeout=WAIT_S)
        if not ack["success"]:
            raise Refused(ack["error"])
        data: Json = ack["data"]
        return data

    async def take(self, event: str, body: Json) -> None:
        self.heard[event].append(body)
        self.order.append((event, body))
        async with self.news:
            self.news.notify_all()

    async def until(self, event: str, count: int = 1, /, **fields: Any) -> Json:
        """Wait for the `count`-th event whose fields fit, and return it."""

        def found() -> list[Json]:
            return [
                body for body in self.heard[event] if all(body.get(name) == value for name, value in fields.items())
            ]

        async with asyncio.timeout(WAIT_S), self.news:
            await self.news.wait_for(lambda: len(found()) >= count)
        return found()[count - 1]

    async def until_gone(self) -> None:
        """Wait until the server has closed the connection."""
        async with asyncio.timeout(WAIT_S):
            await self.gone.wait()

    async def close(self) -> None:
        if not self.gone.is_set():  # a client that was sent away waits 20 s for itself
            await self.client.disconnect()


@dataclass
class Person:
    """A signed-in user of a server."""

    server: Addressed
    http: aiohttp.ClientSession
    user: Json
    access_token: str
    refresh_token: str
    password: str = PASSWORD
    sockets: list[Socket] = field(default_factory=list)

    @property
    def id(self) -> str:
        user_id: str = self.user["id"]
        return user_id

    async def call(self, method: str, path: str, body: Json | None = None, **changes: Any) -> Json:
        """An API request as this person; an error raises Refused."""
        headers = {"Authorization": f"Bearer {self.access_token}", **changes.pop("headers", {})}
        async with self.http.request(method, f"/api/v1{path}", json=body, headers=headers, **changes) as response:
            answer: Json = await response.json()
            if response.status >= 400:
                raise Refused(answer["error"], response.status)
            return answer

    async def send_file(self, content: bytes, name: str = "IMG_2041.jpg", *, client_id: str | None = None) -> Json:
        """Send a file as a browser does, and return its view; an error raises Refused."""
        form = aiohttp.FormData(quote_fields=False)  # browsers write names as they are
        form.add_field("file", BytesIO(content), filename=name, content_type="application/octet-stream")
        query = {"client_id": client_id} if client_id is not None else {}
        view: Json = (await self.call("POST", "/files", None, data=form, params=query))["file"]
        return view

    async def picture(self, file_id: str, **query: Any) -> bytes:
        """A picture of a file; an error raises Refused."""
        headers = {"Authorization": f"Bearer {self.access_token}"}
        async with self.http.get(f"/api/v1/files/{file_id}", params=query, headers=headers) as response:
            if response.status >= 400:
                raise Refused((await response.json())["error"], response.status)
            return await response.read()

    async def connect(self, **changes: Any) -> Socket:
        """A socket of this person."""
        socket = await connect(self.server, {"token": self.access_token, "client": "test", "version": "1", **changes})
        self.sockets.append(socket)
        return socket

    async def converse(self, socket: Socket, **changes: Any) -> str:
        """A new conversation, opened on the socket; returns its id."""
        created = await socket.ask("conversation.create", client_id=a_client_id(), **changes)
        conversation_id: str = created["conversation"]["id"]
        await socket.ask("conversation.open", conversation_id=conversation_id)
        return conversation_id


async def connect(server: Addressed, auth: Any) -> Socket:
    """A socket with whatever it says in CONNECT; a refusal raises socketio's ConnectionError."""
    client = socketio.AsyncClient(reconnection=False)
    socket = Socket(client)

    @client.on("*")
    async def hear(event: str, body: Json) -> None:
        await socket.take(event, body)

    @client.on("disconnect")
    async def lost(_reason: str) -> None:
        socket.gone.set()

    try:
        await client.connect(server.address, auth=auth, transports=["websocket"], wait_timeout=WAIT_S)
    except socketio.exceptions.ConnectionError:
        if client.eio.http is not None:  # which the library forgets
            await client.eio.http.close()
        raise
    return socket


class People:
    """Makes people on one server, and closes their sockets at the end."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._http = aiohttp.ClientSession(server.address)
        self._made: list[Person] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for person in self._made:
            for socket in person.sockets:
                await socket.close()
        await self._http.close()

    async def register(self, **changes: Any) -> Person:
        """Sign somebody up over HTTP."""
        return await self._enter("register", a_registration(**changes))

    async def _enter(self, how: str, body: Json) -> Person:
        async with self._http.post(f"/api/v1/auth/{how}", json=body) as response:
            answer = await response.json()
            if response.status >= 400:
                raise Refused(answer["error"], response.status)
        person = Person(self.server, self._http, answer["user"], answer["access_token"], answer["refresh_token"])
        self._made.append(person)
        return person

    async def student(self, **changes: Any) -> Person:
        """A fresh student."""
        return await self.register(**changes)

    async def teacher(self, *, school: str | None = None, **changes: Any) -> Person:
        """A fresh teacher, who came by invitation."""
        inviter = await self.appointed("teacher", school)
        invited = await inviter.call("POST", "/auth/invitations", {})
        body = {"display_name": "王老师", "invitation": invited["code"], "grade": None, **changes}
        return await self.register(**body)

    async def school(self) -> str:
        """The id of a fresh school."""
        return (await self.server.app[SCHOOLS].create("实验中学")).id

    async def appointed(self, role: Role, school: str | None = None) -> Person:
        """A teacher, admin or operator made as the command line does it."""
        from_cli = a_registration(display_name="校长", grade=None)
        await appoint(self.server, from_cli, role, school)
        return await self.sign_in(from_cli["username"], PASSWORD)

    async def guardian(self, teacher: Person, class_id: str, student: Person, **changes: Any) -> Person:
        """A fresh guardian of a teacher's student."""
        path = f"/classes/{class_id}/students/{student.id}/guardian-code"
        code = (await teacher.call("POST", path, {}))["code"]
        return await self.register(**{"display_name": "妈妈", "guardian_code": code, "grade": None, **changes})

    async def sign_in(self, username: str, password: str = PASSWORD) -> Person:
        """Sign somebody in over HTTP."""
        return await self._enter("login", {"username": username, "password": password})

    async def classroom(self, students: int = 1, *, school: str | None = None) -> tuple[Person, list[Person], str]:
        """A teacher, students who joined her class, and the class's id."""
        teacher = await self.teacher(school=school)
        made = (await teacher.call("POST", "/classes", {"name": "七年级一班", "subject": "数学", "grade": 7}))["class"]
        joined = [await self.student() for _ in range(students)]
        for student in joined:
            await student.call("POST", "/classes/join", {"code": made["code"]})
        return teacher, joined, made["id"]


async def appoint(server: Server, registration: Json, role: Role = "teacher", school: str | None = None) -> None:
    """Somebody with a post, made as the command line does it."""
    await server.app[ACCOUNTS].appoint(Register.model_validate(registration), role, school)
