"""A hardened transport alone on a port, a listener that tests can steer, and clients that speak frames by hand."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from tests.factories import WAIT_S
from tutor.core import http
from tutor.core.errors import TutorError
from tutor.core.line import Bounds
from tutor.core.transport import Transport
from tutor.core.words import Words
from tutor.settings import ROOT

PATH = "/socket.io/?EIO=4&transport=websocket"
CONNECT = '40{"token":"good"}'


@dataclass
class Steered:
    """A listener that does as a test says: `refuse` is raised by connect, `wait` holds it, `heard` are its events."""

    refuse: BaseException | None = None
    wait: asyncio.Event | None = None
    heard: list[tuple[list[object], int | None]] = field(default_factory=list)
    connected: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    spoke: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    auth: list[object] = field(default_factory=list)

    async def connect(self, sid: str, auth: object) -> None:
        self.auth.append(auth)
        if self.wait is not None:
            await self.wait.wait()
        if self.refuse is not None:
            raise self.refuse
        self.connected.append(sid)

    def admitted(self, sid: str) -> None:
        self.told.append(sid)

    def receive(self, sid: str, data: list[object], ack_id: int | None) -> None:
        self.spoke.append(sid)
        self.heard.append((data, ack_id))

    async def disconnect(self, sid: str) -> None:
        self.gone.append(sid)

    def refusal(self, error: TutorError) -> str:
        return json.dumps({"message": error.code, "data": {"code": error.code}})


@dataclass
class Line:
    """A transport on a port, with its listener."""

    transport: Transport
    listener: Steered
    port: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def until_empty(self) -> None:
        """Wait until no connection is left, and see that nothing else is."""
        await until(lambda: not self.transport.lines)
        assert not self.transport._admitted


async def until(happened: Any, within_s: float = WAIT_S) -> None:
    """Wait for something that happens without telling anybody."""
    async with asyncio.timeout(within_s):
        while not happened():  # noqa: ASYNC110  # what is waited for tells nobody
            await asyncio.sleep(0.005)


@asynccontextmanager
async def a_line(
    listener: Steered | None = None,
    *,
    origins: frozenset[str] = frozenset(),
    same_host: bool = True,
    kind: type[Transport] = Transport,
    **bounds: Any,
) -> AsyncIterator[Line]:
    """A transport on a free port; keywords are its Bounds."""
    app = web.Application(middlewares=[http.errors])
    app[http.WORDS] = Words(ROOT / "web/locales")
    transport = kind(Bounds(**bounds), origins, same_host=same_host)
    transport.listener = listener or Steered()
    transport.attach(app)
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield Line(transport, transport.listener, runner.addresses[0][1])
    finally:
        for line in tuple(transport.lines.values()):
            line.cut()
        await runner.cleanup()


@dataclass
class Frames:
    """One WebSocket, frame by frame."""

    ws: aiohttp.ClientWebSocketResponse

    async def say(self, *frames: str) -> None:
        for frame in frames:
            await self.ws.send_str(frame)

    async def hear(self) -> str:
        """The next text frame."""
        text: str = await self.ws.receive_str(timeout=WAIT_S)
        return text

    async def greet(self) -> str:
        """Be admitted; returns the sid."""
        assert (await self.hear()).startswith("0")
        await self.say(CONNECT)
        answer = await self.hear()
        assert answer.startswith("40"), answer
        sid: str = json.loads(answer[2:])["sid"]
        return sid

    async def until_cut(self) -> list[str]:
        """Everything that still comes, until the server closes or cuts the connection."""
        heard: list[str] = []
        async with asyncio.timeout(WAIT_S):
            while (message := await self.ws.receive()).type is aiohttp.WSMsgType.TEXT:
                heard.append(message.data)
        return heard


@asynccontextmanager
async def frames(address: str, **changes: Any) -> AsyncIterator[Frames]:
    """A WebSocket to a server; keywords go to aiohttp."""
    async with (
        aiohttp.ClientSession(address) as session,
        session.ws_connect(PATH, autoclose=True, **changes) as ws,
    ):
        yield Frames(ws)


@dataclass
class Slow:
    """A client that reads only when it is told to; its window is as small as it can be."""

    connection: socket.socket
    pending: bytes = b""

    async def say(self, *said: str) -> None:
        """Send short text frames."""
        await asyncio.get_running_loop().sock_sendall(self.connection, b"".join(_frame(text) for text in said))

    async def hear(self, count: int) -> list[str]:
        """Read so many frames of the server."""
        return [(await self._frame()).decode(errors="replace") for _ in range(count)]

    async def skip_head(self) -> None:
        """Read the answer to the upgrade."""
        while b"\r\n\r\n" not in self.pending:
            await self._more()
        self.pending = self.pending.partition(b"\r\n\r\n")[2]

    async def _frame(self) -> bytes:
        length = (await self._take(2))[1]
        if extended := {126: 2, 127: 8}.get(length):
            length = int.from_bytes(await self._take(extended))
        return await self._take(length)

    async def _take(self, size: int) -> bytes:
        while len(self.pending) < size:
            await self._more()
        taken, self.pending = self.pending[:size], self.pending[size:]
        return taken

    async def _more(self) -> None:
        async with asyncio.timeout(WAIT_S):
            data = await asyncio.get_running_loop().sock_recv(self.connection, 1 << 16)
        if not data:
            raise ConnectionError
        self.pending += data


@asynccontextmanager
async def slow(port: int, *said: str) -> AsyncIterator[Slow]:
    """A client that connects, says something, and reads nothing until it is told to."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(connection, ("127.0.0.1", port))
    try:
        await loop.sock_sendall(connection, upgrade(port))
        client = Slow(connection)
        await client.say(*said)
        yield client
    finally:
        connection.close()


def upgrade(port: int, *further: str) -> bytes:
    """A complete upgrade request, with further headers."""
    lines = [
        f"GET {PATH} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==",
        *further,
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _frame(text: str) -> bytes:
    """A short masked text frame (RFC 6455, 5.2) whose mask is zero."""
    data = text.encode()
    assert len(data) < 126
    return bytes([0x81, 0x80 | len(data), 0, 0, 0, 0]) + data
