"""A scripted AI service on a real port that speaks OpenAI's streaming, with every fault we know of.

Tests queue a `Script` per request, or put `[[name key=value ...]]` into the last user message; else the reply is
`default`. `heard` keeps what came in and what text went out: tests ask it for byte-equal text and look for leaks.
"""

import asyncio
import re
from collections import deque
from contextlib import suppress
from dataclasses import fields
from types import TracebackType
from typing import Self

import orjson
from aiohttp import web

from tests.live.fake_scripts import SCRIPTS
from tests.live.fake_wire import Heard, Script, Wire

_KEYWORD = re.compile(r"\[\[(\w+)((?:\s+\w+=[^\s\]]+)*)\s*\]\]")
_TYPES = {each.name: type(getattr(Script(), each.name)) for each in fields(Script)}


class FakeAI:
    """The service, as a context manager: `async with FakeAI() as ai`.

    `heard` are all requests, oldest first; `open` counts the ones being answered now.
    """

    def __init__(self, default: Script | None = None) -> None:
        self.default = default or Script()
        self.heard: list[Heard] = []
        self.open = 0
        self._changed = asyncio.Event()
        self._queue: deque[Script] = deque()
        self._runner: web.AppRunner | None = None
        self.base_url = ""

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=8 * 1024 * 1024)
        app.router.add_post("/v1/chat/completions", self._answer)
        # A script ends when its client goes away, so that `open` tells which streams really are.
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0, backlog=4096)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.base_url = f"http://{host}:{port}/v1"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._runner:
            await self._runner.cleanup()

    def next(self, *scripts: Script) -> None:
        """What the next requests get, in this order; before any keyword."""
        self._queue.extend(scripts)

    @property
    def last(self) -> Heard:
        return self.heard[-1]

    async def until_open(self, count: int, within_s: float = 10.0) -> None:
        """Wait until exactly `count` requests are being answered."""
        async with asyncio.timeout(within_s):
            while self.open != count:
                await self._changed.wait()

    def _count(self, step: int) -> None:
        self.open += step
        self._changed.set()
        self._changed = asyncio.Event()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        body = orjson.loads(raw)
        heard = Heard(
            body=body, raw=raw, headers=request.headers.copy(), script=self._choose(body), peer=_peer(request)
        )
        self.heard.append(heard)
        wire = Wire(request, heard)
        self._count(1)
        try:
            with suppress(ConnectionError):  # the client may leave at any time
                await SCRIPTS[heard.script.name](wire)
        finally:
            self._count(-1)
        return wire.response

    def _choose(self, body: dict[str, object]) -> Script:
        return self._queue.popleft() if self._queue else (_asked_for(body) or self.default)


def _asked_for(body: dict[str, object]) -> Script | None:
    match body:
        case {"messages": [*_, {"role": "user", "content": str(text)}]} if found := _KEYWORD.search(text):
            pairs = (pair.split("=", 1) for pair in found[2].split())
            return Script(found[1], **{key: _TYPES[key](value) for key, value in pairs})
    return None


def _peer(request: web.Request) -> object:
    return request.transport.get_extra_info("peername") if request.transport else None
