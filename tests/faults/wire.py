"""The lightest client of the live room: one WebSocket that speaks Engine.IO 4 and Socket.IO 5 by hand.

`client.py` keeps one open; tests with hundreds of sockets use it bare. A library would bring habits.
"""

import asyncio
import itertools
from collections.abc import Callable

import aiohttp
import orjson

from tests.factories import Json, Refused

PATH = "/socket.io/?EIO=4&transport=websocket"
GREET_S = 20.0
Hear = Callable[[str, Json], None]


class Lost(Exception):
    """The connection ended; whether the command arrived nobody knows."""


class Wire:
    """An admitted connection. `closed` is set when it is over, with `code`, the WebSocket's close code (1006: none).

    `tap` takes every frame as it came.
    """

    def __init__(self, ws: aiohttp.ClientWebSocketResponse, hear: Hear, tap: list[str] | None = None) -> None:
        self._tap = tap
        self._ws = ws
        self._hear = hear
        self._ids = itertools.count(1)
        self._asked: dict[int, asyncio.Future[Json]] = {}
        self._reader: asyncio.Task[None] | None = None
        self.sid = ""
        self.silence_s = 40.0
        self.code: int | None = None
        self.bye: Json | None = None
        self.closed = asyncio.Event()

    @classmethod
    async def open(
        cls, http: aiohttp.ClientSession, address: str, token: str, hear: Hear, tap: list[str] | None = None
    ) -> "Wire":
        """Connect and be admitted. Raises: Refused, Lost."""
        try:
            async with asyncio.timeout(GREET_S):
                ws = await http.ws_connect(address + PATH, autoping=True, max_msg_size=0)
                wire = cls(ws, hear, tap)
                await wire._greet(token)
        except (aiohttp.ClientError, OSError, TypeError, TimeoutError) as error:
            raise Lost(type(error).__name__) from error
        wire._reader = asyncio.create_task(wire._read())
        return wire

    async def _greet(self, token: str) -> None:
        hello = orjson.loads((await self._ws.receive_str())[1:])
        self.silence_s = (hello["pingInterval"] + hello["pingTimeout"]) / 1000
        await self._ws.send_str("40" + orjson.dumps({"token": token, "client": "faults", "version": "1"}).decode())
        while (frame := await self._ws.receive_str())[:2] not in {"40", "44"}:
            self._take(frame)
        if frame.startswith("44"):
            await self._ws.close()
            raise Refused(orjson.loads(frame[2:])["data"])
        self.sid = orjson.loads(frame[2:])["sid"]

    async def ask(self, command: str, /, within_s: float = 10.0, **payload: object) -> Json:
        """Send a command and return its ack's data. Raises: Refused, Lost, TimeoutError."""
        number = next(self._ids)
        answer: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._asked[number] = answer
        try:
            async with asyncio.timeout(within_s):
                await self.say(f"42{number}" + orjson.dumps([command, payload]).decode())
                ack = await answer
        finally:
            self._asked.pop(number, None)
        if not ack.get("success"):
            raise Refused(ack["error"])
        return ack["data"]

    async def say(self, frame: str) -> None:
        """Send a frame as it is. Raises: Lost."""
        if self.closed.is_set():
            raise Lost("closed")
        try:
            await self._ws.send_str(frame)
        except (aiohttp.ClientError, OSError, RuntimeError) as error:
            raise Lost(type(error).__name__) from error

    async def close(self) -> None:
        """Leave in good order."""
        if not self.closed.is_set():
            await self._ws.close()
            await self.closed.wait()

    def abort(self) -> None:
        """Vanish without a word."""
        if (connection := self._ws._response.connection) is not None and connection.transport is not None:
            connection.transport.abort()

    async def _read(self) -> None:
        try:
            while True:
                message = await self._ws.receive(self.silence_s)
                if message.type is not aiohttp.WSMsgType.TEXT:
                    break
                if message.data == "2":
                    await self._ws.send_str("3")
                else:
                    self._take(message.data)
        except (aiohttp.ClientError, OSError, RuntimeError, TimeoutError):
            self.abort()
        finally:
            self._end()

    def _end(self) -> None:
        self.code = self._ws.close_code
        self.closed.set()
        for answer in self._asked.values():
            if not answer.done():
                answer.set_exception(Lost("closed"))

    def _take(self, frame: str) -> None:
        if self._tap is not None:
            self._tap.append(frame)
        if frame.startswith("42"):
            name, body = orjson.loads(frame[2:])
            if name == "bye":
                self.bye = body
            self._hear(name, body)
        elif frame.startswith("43"):
            digits, _, rest = frame[2:].partition("[")
            answer = self._asked.get(int(digits))
            if answer is not None and not answer.done():
                # An empty ack is what libraries send for a handler that was cancelled: no answer at all.
                ack = orjson.loads("[" + rest)
                answer.set_result(ack[0]) if ack else answer.set_exception(Lost("empty ack"))
