"""The bench's own AI service: OpenAI's streaming over one asyncio Protocol, cheap enough never to be the limit.

Started as a process of its own: `python -m tests.bench.upstream`; its first line of output is its port. One token is
one event, one HTTP chunk and one write. The clock is open: a slow reader gets what is due in one write later, until
its connection holds HIGH bytes; from there its own pace counts.
"""

import asyncio
import os
import socket
from contextlib import suppress
from typing import cast

import uvloop

from tests.bench.marks import now_us, own_delay, since, token
from tests.bench.question import Question, newest

HIGH = 32 * 1024
SHORTEST_TICK_S = 0.008  # fast streams are due several tokens at a time, as a busy service writes them
HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n"
    b"cache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n"
)
OPENING = (
    b'data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1700000000,"model":"bench",'
    b'"system_fingerprint":"fp_bench","choices":[{"index":0,"delta":{'
)
CLOSING = b'},"logprobs":null,"finish_reason":null}]}\n\n'
LAST = OPENING + b'},"logprobs":null,"finish_reason":"stop"}]}\n\n'


def chunk(body: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(body), body)


def event(text: bytes) -> bytes:
    return chunk(OPENING + b'"content":"' + text + b'"' + CLOSING)


BEGIN = HEAD + chunk(OPENING + b'"role":"assistant","content":""' + CLOSING)
END = chunk(LAST) + chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n"


class Upstream(asyncio.Protocol):
    """One connection of a server to the service; one reply at a time."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._transport: asyncio.Transport | None = None
        self._received = b""
        self._timer: asyncio.TimerHandle | None = None
        self._full = False
        self._question = Question(0, 1)
        self._asked_us = 0
        self._sent = 0
        self._due_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own class says nothing of it
        self._transport.set_write_buffer_limits(high=HIGH)
        self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, HIGH)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._transport = None
        if self._timer is not None:
            self._timer.cancel()

    def pause_writing(self) -> None:
        self._full = True

    def resume_writing(self) -> None:
        self._full = False

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, rest = self._received.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0] or 0)
        if len(rest) < length:
            return
        self._received = rest[length:]
        self._begin(newest(rest[:length]) or Question(20, 100))

    def _begin(self, question: Question) -> None:
        self._question, self._asked_us, self._sent = question, now_us(), 0
        self._write(BEGIN)
        if question.delay_ms:
            self._timer = self._loop.call_later(question.delay_ms / 1000, self._first)
        else:
            self._first()

    def _first(self) -> None:
        self._due_at = self._loop.time()
        self._tick()

    def _tick(self) -> None:
        """Write what is due by now; a full connection waits, and its clock with it."""
        question, now = self._question, self._loop.time()
        pause = max(1 / question.rate, SHORTEST_TICK_S)
        if self._full:
            self._due_at = now + pause
        else:
            due = min(max(int((now - self._due_at) * question.rate) + 1, 1), question.tokens - self._sent)
            self._write(b"".join(self._token(self._sent + i) for i in range(due)))
            self._sent += due
            self._due_at += due / question.rate
            if self._sent >= question.tokens:
                self._write(END)
                return
        self._timer = self._loop.call_at(max(self._due_at, now + SHORTEST_TICK_S), self._tick)

    def _token(self, number: int) -> bytes:
        at = now_us()
        text = token(number, at, self._question.padding)
        return event(text if number else text + own_delay(since(self._asked_us, at)))

    def _write(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)


async def serve() -> None:
    """Listen on a free port, say which, and answer until the process is ended."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Upstream(loop), "127.0.0.1", 0, backlog=4096)
    os.write(1, b"%d\n" % server.sockets[0].getsockname()[1])
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        uvloop.run(serve())
