"""The WebSocket of one client as engineio asks for it, on aiohttp: uncompressed, read by message, written by frame.

`core/transport.py` gives it to engineio in place of its own wrapper; `core/line.py` reads and writes it.
"""

import asyncio
import socket
from typing import Final

from aiohttp import WSMessage, web
from engineio.async_drivers import aiohttp as driver

Environ = dict[str, object]

CLOSE_S: Final = 1.0
SILENT_PEER_S: Final = 30
KERNEL_BUFFER: Final = 128 * 1024


def request_of(environ: Environ) -> web.Request:
    """The aiohttp request behind an engineio environ."""
    request = environ["aiohttp.request"]
    if not isinstance(request, web.Request):
        raise TypeError("not an aiohttp request")
    return request


class PlainWebSocket(driver.WebSocket):
    """engineio's wrapper with permessage-deflate off (it has no option for it), written to without aiohttp's writer.

    Nothing else writes to the connection: pings are answered by the Line, and a compressed or half-written frame
    never waits in aiohttp, so whole frames may go straight to its transport.
    """

    async def __call__(self, environ: Environ) -> web.WebSocketResponse:
        request = request_of(environ)
        # aiohttp refuses a message of exactly this size, too
        limit = self.server.max_http_buffer_size + 1
        self._sock = web.WebSocketResponse(
            max_msg_size=limit, compress=False, autoping=False, autoclose=False, timeout=CLOSE_S
        )
        await self._sock.prepare(request)
        environ.clear()  # engineio holds it until the client goes, and nobody reads it again
        if request.transport is not None:
            self._protocol, self._writer, self._transport = request.protocol, request.writer, request.transport
            _bound_the_kernel(request.transport)
            await self.handler(self)
        return self._sock

    async def receive(self) -> WSMessage:
        """The next message, also a ping, a close or the end of the connection."""
        message: WSMessage = await self._sock.receive()
        return message

    @property
    def full(self) -> bool:
        """Whether so much waits in the transport that nothing more should be written now."""
        return self._protocol.writing_paused

    @property
    def held(self) -> int:
        """Bytes that wait in the transport because the client has not taken them."""
        return self._transport.get_write_buffer_size()

    @property
    def gone(self) -> bool:
        """Whether nothing can be written any more."""
        return self._transport.is_closing()

    def write(self, frame: bytes) -> None:
        """Write a frame behind the earlier ones; on a connection that is going it is forgotten."""
        if not self._transport.is_closing():
            self._transport.write(frame)

    async def has_room(self) -> None:
        """Wait until the client has taken most of what waits in the transport, or is gone.

        Raises:
            ConnectionError: it is gone.

        """
        await self._writer.drain()

    def end(self) -> None:
        """Close the TCP connection when what was written has been sent, or after a moment."""
        self._transport.close()
        if self.held:
            asyncio.get_running_loop().call_later(CLOSE_S, self.abort)

    def abort(self) -> None:
        """Cut the TCP connection now."""
        self._transport.abort()


def _bound_the_kernel(transport: asyncio.Transport) -> None:
    """Let the kernel keep less for a client that does not read, and drop one that acknowledges nothing for a while."""
    connection = transport.get_extra_info("socket")
    if connection is None:
        return
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BUFFER)  # it would grow to megabytes by itself
    if connection.family in {socket.AF_INET, socket.AF_INET6} and hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux only
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SILENT_PEER_S * 1000)
