"""The way of httpx to AI services: HTTP/1.1 on `connection.Connection`, with a pool. Made and used by `openai.py`.

httpx's own transport costs four times as much for each event of a stream, and loses places of its pool when streams
are cancelled. HTTP/2, proxies, HEAD and request bodies of unknown length are not supported.
"""

import asyncio
import ssl
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

import httpx

from tutor.ai.connection import Connection

_FOREVER = float("inf")
_BODY = "tutor.body"
_Origin = tuple[str, str, int]


class Body(httpx.AsyncByteStream):
    """The body of one response. `read` is the short way past httpx's iterators; `aclose` may be called twice."""

    def __init__(self, connection: Connection, read_s: float, done: Callable[[Connection], None]) -> None:
        self._connection: Connection | None = connection
        self._read_s = read_s
        self._done = done

    def read(self, until: float) -> Awaitable[bytes]:
        """All bytes that are there; waits for the first until the loop's moment `until`. Empty at the end.

        Raises:
            httpx.StreamClosed: the body was closed.
            httpx.TransportError: see `Connection.read`.

        """
        if self._connection is None:
            raise httpx.StreamClosed
        return self._connection.read(until)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        now = asyncio.get_running_loop().time
        while data := await self.read(now() + self._read_s):
            yield data

    async def aclose(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            self._done(connection)


def body_of(response: httpx.Response) -> Body:
    """The body of a response of `Transport`, for reading without httpx's iterators.

    Raises:
        TypeError: another transport made the response.

    """
    body = response.extensions.get(_BODY)
    if not isinstance(body, Body):
        raise TypeError("a response of another transport")
    return body


class Transport(httpx.AsyncBaseTransport):
    """A pool of connections, for use as `httpx.AsyncClient(transport=...)`.

    At most `places` requests run at once; more wait, for httpx's pool timeout. An idle connection is kept for
    `keep_s` seconds. `tls` is the context for https. A request on a kept connection that the service closed without
    a byte of an answer is sent once more on a new one; nothing else is repeated.
    """

    def __init__(self, *, places: int, keep_s: float, tls: ssl.SSLContext | None = None) -> None:
        self._places = asyncio.Semaphore(places)
        self._keep_s = keep_s
        self._tls = tls
        self._idle: dict[_Origin, list[Connection]] = defaultdict(list)
        self._closing = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """See httpx. Cancelling it at any point leaves no connection and no place behind.

        Raises:
            httpx.TransportError: a child of it.

        """
        origin = _origin(request.url)
        timeouts: Mapping[str, float | None] = request.extensions.get("timeout", {})
        data = _head(request) + await request.aread()
        await self._take_place(timeouts.get("pool"))
        connection: Connection | None = None
        try:
            connection = await self._answered(origin, data, timeouts)
        finally:
            if connection is None:
                self._places.release()
        body = Body(connection, _or_forever(timeouts.get("read")), lambda used: self._give_back(origin, used))
        return httpx.Response(
            connection.status, headers=connection.headers, stream=body, request=request, extensions={_BODY: body}
        )

    async def aclose(self) -> None:
        """Close the idle connections; those in use are closed when their responses are."""
        self._closing = True
        for connections in self._idle.values():
            for connection in connections:
                connection.close()
        self._idle.clear()

    async def _take_place(self, within_s: float | None) -> None:
        try:
            async with asyncio.timeout(within_s):
                await self._places.acquire()
        except TimeoutError as error:
            raise httpx.PoolTimeout("all connections are in use") from error

    async def _answered(self, origin: _Origin, data: bytes, timeouts: Mapping[str, float | None]) -> Connection:
        """A connection that has sent `data` and heard the head of the response."""
        until = asyncio.get_running_loop().time() + _or_forever(timeouts.get("read"))
        while kept := self._kept(origin):
            try:
                return await _asked(kept, data, until)
            except (httpx.NetworkError, httpx.RemoteProtocolError):
                if kept.heard:
                    raise
        return await _asked(await self._connected(origin, timeouts.get("connect")), data, until)

    def _kept(self, origin: _Origin) -> Connection | None:
        connections = self._idle[origin]
        while connections:
            connection = connections.pop()
            if not connection.closed:
                return connection
        return None

    async def _connected(self, origin: _Origin, within_s: float | None) -> Connection:
        scheme, host, port = origin
        loop = asyncio.get_running_loop()
        connection, stands = Connection(loop), False
        tls = self._context() if scheme == "https" else None
        try:
            async with asyncio.timeout(within_s):
                await loop.create_connection(lambda: connection, host, port, ssl=tls)
            stands = True
        except TimeoutError as error:
            raise httpx.ConnectTimeout("no connection in time") from error
        except OSError as error:
            raise httpx.ConnectError(str(error)) from error
        finally:
            if not stands:
                connection.close()
        return connection

    def _context(self) -> ssl.SSLContext:
        if self._tls is None:
            raise httpx.UnsupportedProtocol("https needs a TLS context")
        return self._tls

    def _give_back(self, origin: _Origin, connection: Connection) -> None:
        self._places.release()
        if self._closing:
            connection.close()
        elif connection.rest(self._keep_s):
            living = [other for other in self._idle[origin] if not other.closed]
            self._idle[origin] = [*living, connection]


async def _asked(connection: Connection, data: bytes, until: float) -> Connection:
    answered = False
    try:
        connection.ask(data)
        await connection.head(until)
        answered = True
    finally:
        if not answered:
            connection.close()
    return connection


def _origin(url: httpx.URL) -> _Origin:
    if url.scheme not in {"http", "https"}:
        raise httpx.UnsupportedProtocol(f"no way to {url.scheme}")
    return url.scheme, url.raw_host.decode("ascii"), url.port or (443 if url.scheme == "https" else 80)


def _head(request: httpx.Request) -> bytes:
    """The request line and the headers.

    Raises:
        httpx.LocalProtocolError: a header would break the lines, or the body's length is not known.
        httpx.UnsupportedProtocol: the method has responses that end in ways of their own.

    """
    if request.method in {"HEAD", "CONNECT"}:
        raise httpx.UnsupportedProtocol(f"no {request.method} here")
    if "transfer-encoding" in request.headers:
        raise httpx.LocalProtocolError("a request body needs a length")
    lines = [b"%s %s HTTP/1.1" % (request.method.encode(), request.url.raw_path)]
    lines += [name + b": " + value for name, value in request.headers.raw]
    if any(b"\r" in line or b"\n" in line or b"\0" in line for line in lines):
        raise httpx.LocalProtocolError("a header may not contain a line end")
    return b"\r\n".join([*lines, b"", b""])


def _or_forever(seconds: float | None) -> float:
    return _FOREVER if seconds is None else seconds
