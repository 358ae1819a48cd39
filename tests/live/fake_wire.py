"""What a fake AI service sends and remembers: the script of a request, the words, and the wire they go out on.

Used by `fake_scripts.py` and `fake_ai.py`.
"""

import asyncio
import socket
import struct
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import orjson
from aiohttp import web

_WORDS = (
    "我们",
    "先",
    "看",
    " $x^2-5x+6=0$ ",
    "，",
    "设 ",
    "$$\\frac{a}{b}=\\sqrt{2}$$",
    "。\n\n",
    "So ",
    "**x** ",
    "= 2 ",
    "🎓",
)
_FIRST_TURN = {"role": "assistant", "content": ""}


Mind = Callable[[Mapping[str, object]], str]


@dataclass(frozen=True, slots=True)
class Script:
    """What one request gets.

    `name` is a key of SCRIPTS, `tokens` the length of a whole reply, `n` where the fault comes (in tokens), `delay_s`
    the time before each token, `first_s` the time before the first. `status`, `retry_after` and `body` are for `http`,
    `say` is for `says` and `tells`, `mind` makes the whole reply of `minds` out of the request.
    """

    name: str = "ok"
    tokens: int = 12
    n: int = 3
    delay_s: float = 0.0
    first_s: float = 0.0
    reason: str = "stop"
    status: int = 500
    retry_after: str = ""
    body: str = '{"error": {"message": "made to fail"}}'
    message: str = "the model fell over"
    say: str = ""
    mind: Mind | None = None

    @property
    def text(self) -> str:
        """The text of a whole reply."""
        return "".join(word(i) for i in range(self.tokens))


def word(i: int) -> str:
    """The text of token `i`: each is different, so that a lost, doubled or moved one shows."""
    return f"{i}{_WORDS[i % len(_WORDS)]}"


@dataclass(slots=True)
class Heard:
    """One request: its body, headers and TCP peer, and in `sent` the pieces of text that went out for it.

    `asked_at` and `said_at` are when it came and when the newest piece went out, on the monotonic clock.
    """

    body: dict[str, object]
    raw: bytes
    headers: Mapping[str, str]
    script: Script
    sent: list[str] = field(default_factory=list)
    peer: object = None
    asked_at: float = field(default_factory=time.monotonic)
    said_at: float = 0.0

    @property
    def text(self) -> str:
        return "".join(self.sent)


class Wire:
    """One reply on its way out; the scripts below write with it."""

    def __init__(self, request: web.Request, heard: Heard) -> None:
        self.request = request
        self.heard = heard
        self.script = heard.script
        self.response = web.StreamResponse(headers={"Content-Type": "text/event-stream; charset=utf-8"})

    async def begin(self) -> None:
        await self.response.prepare(self.request)

    async def raw(self, data: bytes) -> None:
        await self.response.write(data)

    async def event(self, payload: object) -> None:
        await self.raw(b"data: " + orjson.dumps(payload) + b"\n\n")

    async def choice(self, delta: dict[str, object], reason: str | None = None) -> None:
        await self.event(chunk([{"index": 0, "delta": delta, "finish_reason": reason}]))

    async def text(self, text: str) -> None:
        self.heard.sent.append(text)
        self.heard.said_at = time.monotonic()
        await self.choice({"content": text})

    async def words(self, count: int, start: int = 0) -> None:
        for i in range(start, count):
            if self.script.delay_s:
                await asyncio.sleep(self.script.delay_s)
            await self.text(word(i))

    async def head(self, count: int) -> None:
        """Everything up to the first `count` tokens."""
        await self.begin()
        await self.choice(dict(_FIRST_TURN))
        await asyncio.sleep(self.script.first_s)
        await self.words(count)

    async def finish(self) -> None:
        await self.choice({}, self.script.reason)

    async def usage(self) -> None:
        count = len(self.heard.sent)
        usage = {"prompt_tokens": 7, "completion_tokens": count, "total_tokens": 7 + count}
        await self.event(chunk([]) | {"usage": usage})

    async def tail(self) -> None:
        """Everything behind the last token, as a service with good manners sends it."""
        await self.finish()
        if "stream_options" in self.heard.body:
            await self.usage()
        await self.raw(b"data: [DONE]\n\n")

    def drop(self, *, reset: bool) -> None:
        """Close the connection in the middle of the body: orderly, or with a TCP reset."""
        transport = self.request.transport
        if transport is None:
            return
        if reset:
            linger = struct.pack("ii", 1, 0)
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        transport.abort() if reset else transport.close()


def chunk(choices: list[dict[str, object]]) -> dict[str, object]:
    """One streamed object around `choices`."""
    return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "fake", "choices": choices}
