"""Connections on which nothing is asked are closed, whatever they began to say; those in use are left alone.

This is aiohttp's `keepalive_timeout`, which also counts from the start of a connection: the tests hold it to that.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
import pytest
from aiohttp import web

from tests.factories import WAIT_S
from tutor.serve import running_app

IDLE_S = 0.4
LONGER_S = 1.2
ASK = b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 4\r\n\r\n"


@dataclass(frozen=True)
class Raw:
    """A connection that says its bytes by hand."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def say(self, said: bytes) -> None:
        self.writer.write(said)

    async def hear(self, wanted: bytes) -> None:
        async with asyncio.timeout(WAIT_S):
            await self.reader.readuntil(wanted)

    async def until_closed(self) -> bytes:
        """What still comes before the end."""
        async with asyncio.timeout(WAIT_S):
            return await self.reader.read()


async def slowly(request: web.Request) -> web.Response:
    if request.query:
        await asyncio.sleep(LONGER_S)
    return web.Response(text=f"<{await request.text()}>")


async def a_socket(request: web.Request) -> web.WebSocketResponse:
    answer = web.WebSocketResponse()
    await answer.prepare(request)
    async for message in answer:
        await answer.send_str(message.data)
    return answer


@pytest.fixture(scope="module")
async def port() -> AsyncIterator[int]:
    app = web.Application()
    app.router.add_post("/", slowly)
    app.router.add_get("/socket", a_socket)
    async with running_app(app, "127.0.0.1", 0, idle_s=IDLE_S) as served:
        yield served.port


@asynccontextmanager
async def a_connection(port: int) -> AsyncIterator[Raw]:
    raw = Raw(*await asyncio.open_connection("127.0.0.1", port))
    try:
        yield raw
    finally:
        raw.writer.close()


@pytest.mark.parametrize("said", [b"", b"POST / HT", ASK[:-2]], ids=["nothing", "half a line", "half a request"])
async def test_a_connection_without_a_whole_request_is_closed(port: int, said: bytes) -> None:
    began = time.monotonic()
    async with a_connection(port) as raw:
        raw.say(said)
        assert await raw.until_closed() == b""
    assert time.monotonic() - began >= IDLE_S


async def test_headers_that_come_drop_by_drop_win_no_time(port: int) -> None:
    async with a_connection(port) as raw:
        ended = asyncio.create_task(raw.until_closed())
        async with asyncio.timeout(WAIT_S):
            while not ended.done():
                raw.say(b"X")
                await asyncio.sleep(IDLE_S / 10)


@pytest.mark.parametrize("said", [b"", ASK[:-2]], ids=["nothing", "half a request"])
async def test_a_connection_that_asks_nothing_more_is_closed(port: int, said: bytes) -> None:
    async with a_connection(port) as raw:
        raw.say(ASK + b"body")
        await raw.hear(b"<body>")
        raw.say(said)
        assert await raw.until_closed() == b""


async def test_a_connection_that_goes_on_asking_stays(port: int) -> None:
    async with a_connection(port) as raw:
        for _ in range(8):
            raw.say(ASK + b"body")
            await raw.hear(b"<body>")
            await asyncio.sleep(IDLE_S / 2)


async def test_a_request_may_take_longer(port: int) -> None:
    async with a_connection(port) as raw:
        raw.say(ASK.replace(b"/ ", b"/?slow ", 1) + b"body")
        await raw.hear(b"<body>")


async def test_a_body_may_come_slowly(port: int) -> None:
    async with a_connection(port) as raw:
        raw.say(ASK)
        for byte in (b"b", b"o", b"d", b"y"):
            await asyncio.sleep(LONGER_S / 4)
            raw.say(byte)
        await raw.hear(b"<body>")


async def test_a_websocket_may_be_silent(port: int) -> None:
    async with aiohttp.ClientSession() as http, http.ws_connect(f"http://127.0.0.1:{port}/socket") as ws:
        await asyncio.sleep(LONGER_S)
        await ws.send_str("still there?")
        assert await ws.receive_str(timeout=WAIT_S) == "still there?"
