"""One HTTP/1.1 connection to an AI service, read with httptools straight from the event loop. Used by `transport.py`.

It exists for its speed: a streamed reply is tens of thousands of small reads, and here each costs one wake-up.
"""

import asyncio
from math import isfinite
from typing import cast

import httptools
import httpx

HEAD_LIMIT = 64 * 1024  # bytes of status line and headers
HIGH_WATER = 32 * 1024  # bytes of a body that nobody has read yet; above it the socket is not read either


class Connection(asyncio.Protocol):
    """Sends one request at a time and gives its response: `ask`, then `head`, then `read` until it gives nothing.

    Only one task may wait here. Moments (`until`) are the loop's, in seconds. One timer serves all waits: it is moved
    only when it goes off, so that a wait costs no timer of its own.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._until = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._rest: asyncio.TimerHandle | None = None
        self._asked = False
        self.closed = False
        self._prepare()

    def _prepare(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._fault: httpx.TransportError | None = None
        self._chunks: list[bytes] = []
        self._size = 0
        self._paused = False
        self._head_size = 0
        self._has_head = False
        self._has_all = False
        self._until_close = True
        self._keep = False
        self.heard = False
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []

    def ask(self, request: bytes) -> None:
        """Send a whole request.

        Raises:
            httpx.WriteError: the connection is closed.

        """
        if self.closed or self._transport is None or self._transport.is_closing():
            raise httpx.WriteError("the connection is closed")
        if self._rest is not None:
            self._rest.cancel()
        self._prepare()
        self._asked = True
        self._transport.write(request)

    async def head(self, until: float) -> None:
        """Wait for status and headers. Raises what `read` raises."""
        while not self._has_head:
            if self._fault is not None:
                raise self._fault
            await self._wait(until)

    async def read(self, until: float) -> bytes:
        """All of the body that is there, at least one byte; nothing at its end.

        Raises:
            httpx.ReadTimeout: nothing came until the moment.
            httpx.ReadError: the connection broke.
            httpx.RemoteProtocolError: it was closed before the end, or what came is no HTTP.

        """
        while not self._chunks:
            if self._fault is not None:
                raise self._fault
            if self._has_all:
                return b""
            await self._wait(until)
        chunks = self._chunks
        data = chunks[0] if len(chunks) == 1 else b"".join(chunks)
        chunks.clear()
        self._size = 0
        if self._paused and not self.closed and self._transport is not None:
            self._paused = False
            self._transport.resume_reading()
        return data

    def rest(self, for_s: float) -> bool:
        """Keep the connection for the next request, for so long. Says whether that is possible; else it is closed."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._has_all and self._keep and not self._chunks and not self.closed:
            self._asked = False
            self._rest = self._loop.call_later(for_s, self.close)
            return True
        self.close()
        return False

    def close(self) -> None:
        """Close at once. Whoever waits is told."""
        self.closed = True
        for timer in (self._timer, self._rest):
            if timer is not None:
                timer.cancel()
        self._timer = self._rest = None
        if self._transport is not None:
            self._transport.abort()

    async def _wait(self, until: float) -> None:
        self._until = until
        if self._timer is None or self._timer.when() > until:
            self._set_timer()
        self._waiter = waiter = self._loop.create_future()
        try:
            await waiter
        finally:
            self._waiter = None

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(self._until, self._late) if isfinite(self._until) else None

    def _late(self) -> None:
        self._timer = None
        if self._waiter is None or self._waiter.done():
            return
        if self._loop.time() < self._until:
            self._set_timer()
        else:
            self._waiter.set_exception(httpx.ReadTimeout("nothing came in time"))

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _fail(self, fault: httpx.TransportError) -> None:
        if self._fault is None and not self._has_all:
            self._fault = fault
        self.close()
        self._wake()

    # What the event loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's do not inherit from it
        if self.closed:  # whoever wanted it has left meanwhile
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        if not self._asked or self.closed:
            self.close()  # nobody asked: whatever it says, the next request must not take it for its answer
            return
        self.heard = True
        if not self._has_head:
            self._head_size += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._fail(httpx.RemoteProtocolError("this is no HTTP response"))
            return
        if not self._has_head:
            if self._head_size > HEAD_LIMIT:
                self._fail(httpx.RemoteProtocolError("the headers are too long"))
        elif self._chunks or self._has_all:
            self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._asked and not self._has_all:
            if self._has_head and self._until_close and exc is None:
                self._has_all = True
            elif self._fault is None:
                error = httpx.RemoteProtocolError if exc is None else httpx.ReadError
                self._fault = error("the connection was closed before the end of the response")
        self.close()
        self._wake()

    # What the parser calls.

    def on_message_begin(self) -> None:
        if self._has_all:
            self._keep = False  # a second response to one request

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._has_head:
            return  # a trailer
        self.headers.append((name, value))
        if name.lower() in {b"content-length", b"transfer-encoding"}:
            self._until_close = False

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if status >= 200 and not self._has_head:  # noqa: PLR2004  # below it stands an announcement, not the response
            self.status = status
            self._has_head = True
            self._wake()

    def on_body(self, body: bytes) -> None:
        if self._has_all:
            return
        self._chunks.append(body)
        self._size += len(body)
        if self._size > HIGH_WATER and not self._paused and self._transport is not None:
            self._paused = True
            self._transport.pause_reading()

    def on_message_complete(self) -> None:
        if self._has_head:
            self._keep = not self._has_all and self._parser.should_keep_alive()
            self._has_all = True
        else:
            self.headers.clear()
            self._until_close = True
