"""The hardened Socket.IO server: WebSocket only, no compression, bounded queues, and no library dispatch.

python-socketio and engineio keep the protocol (handshake, packets); every hook that is overridden here is named in
`tests/core/test_transport.py`, one contract test each. `core/sockets.py` is the listener behind it.
Why the library is not trusted with more: DECISIONS.md.
"""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Protocol

import orjson
import socketio
import structlog
from aiohttp import web
from engineio import packet as eio
from socketio import packet as sio

from tutor.core.engine import Engine
from tutor.core.errors import TutorError
from tutor.core.frames import Frame, packet_frame
from tutor.core.line import Bounds, Line
from tutor.core.websocket import Environ, PlainWebSocket

log = structlog.get_logger(__name__)


class Listener(Protocol):
    """Who is behind the transport: `core/sockets.py Door`."""

    async def connect(self, sid: str, auth: object) -> None:
        """Admit a socket, or raise a TutorError to refuse it."""

    def admitted(self, sid: str) -> None:
        """A socket was told that it is admitted; what it gets first may be sent now."""

    def receive(self, sid: str, data: list[object], ack_id: int | None) -> None:
        """Take an event of an admitted socket; never blocks and never raises."""

    async def disconnect(self, sid: str) -> None:
        """A socket that was admitted is gone; never raises."""

    def refusal(self, error: TutorError) -> str:
        """The error's body as JSON, in the reader's language."""


class Json:
    """The `json` module as the two libraries use it, on orjson."""

    JSONDecodeError = orjson.JSONDecodeError

    @staticmethod
    def dumps(value: object, **_: object) -> str:
        return orjson.dumps(value).decode()

    @staticmethod
    def loads(text: str | bytes) -> object:
        return orjson.loads(text)


def _is_plain(data: object) -> bool:
    """Whether it is a CONNECT, a DISCONNECT or an EVENT."""
    return isinstance(data, str) and data[:1] in {"0", "1", "2"}


class Transport(socketio.AsyncServer):
    """The Socket.IO server. One namespace, text only; the library's own event dispatch, rooms and acks are not used."""

    def __init__(self, bounds: Bounds, origins: frozenset[str], *, same_host: bool) -> None:
        super().__init__(
            async_mode="aiohttp",
            cors_allowed_origins="*",  # Engine.handle_request checks origins itself: an empty list would switch it off
            transports=["websocket"],
            allow_upgrades=False,
            max_http_buffer_size=bounds.max_frame,
            monitor_clients=False,
            http_compression=False,
            json=Json,
            logger=False,
            engineio_logger=False,
        )
        self.eio.bounds = bounds
        self.eio.origins = origins
        self.eio.same_host = same_host
        self.eio.left = asyncio.Event()
        self.eio._async = {**self.eio._async, "websocket": PlainWebSocket}
        self.listener: Listener | None = None
        self._admitted: dict[str, Line] = {}

    def _engineio_server_class(self) -> type[Engine]:
        return Engine

    @property
    def lines(self) -> Mapping[str, Line]:
        """All open connections by sid, admitted or not."""
        return self.eio.sockets

    def post(self, sid: str, frame: Frame) -> None:
        """Send a frame to an admitted socket; a socket that is gone is no error."""
        if (line := self._admitted.get(sid)) is not None:
            line.offer(frame)

    def post_all(self, sids: Iterable[str], frame: Frame, *, droppable: bool = False) -> None:
        """Send the same frame to many admitted sockets. A droppable one may be left out for a slow reader."""
        admitted = self._admitted
        for sid in sids:
            if (line := admitted.get(sid)) is not None:
                line.offer(frame, droppable=droppable)

    async def wait_until_empty(self, seconds: float) -> None:
        """Wait for every connection to go; cut those that are still there after `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                while self.lines:
                    self.eio.left.clear()
                    await self.eio.left.wait()
        except TimeoutError:
            for line in tuple(self.lines.values()):
                line.cut()

    def hang_up(self, sid: str) -> None:
        """Close a socket after what is queued; cut it if it does not read."""
        if (line := self.lines.get(sid)) is not None:
            line.hang_up()

    async def _handle_eio_connect(self, eio_sid: str, environ: Environ) -> None:
        """Nothing to keep: nobody reads the environ after the handshake."""

    async def _handle_eio_message(self, eio_sid: str, data: object) -> None:
        """Decode one packet. Nonsense ends the connection, and so do binary packets and acks, for which nobody asks."""
        line = self.lines.get(eio_sid)
        if line is None:
            return
        packet = self._decoded(data)
        if packet is None:
            log.info("bad_packet", sid=eio_sid)
            line.cut()
            return
        if packet.packet_type == sio.CONNECT:
            await self._handle_connect(eio_sid, packet.namespace, packet.data)
        elif packet.packet_type == sio.DISCONNECT:
            line.hang_up()
        else:
            await self._handle_event(eio_sid, packet.namespace, packet.id, packet.data)

    def _decoded(self, data: object) -> sio.Packet | None:
        """The packet, or None for what no client of ours has a reason to send."""
        try:
            packet = self.packet_class(encoded_packet=data) if _is_plain(data) else None
        except (ValueError, TypeError, IndexError, AttributeError):
            return None
        if packet is None or packet.attachment_count:
            return None
        if packet.packet_type == sio.EVENT and not isinstance(packet.data, list):
            return None
        return packet

    async def _handle_connect(self, eio_sid: str, namespace: str | None, data: object) -> None:
        """Ask the listener; only its normal return admits the socket, anything else refuses it."""
        line = self.lines[eio_sid]
        if eio_sid in self._admitted or namespace not in {None, "/"} or self.listener is None:
            line.cut()
            return
        try:
            async with asyncio.timeout(self.eio.bounds.connect_s):
                await self.listener.connect(eio_sid, data)
        except TutorError as error:
            self._refuse(line, self.listener.refusal(error))
            return
        except TimeoutError:
            self._refuse(line, self.listener.refusal(TutorError()))
            return
        if line.closing:
            await self.listener.disconnect(eio_sid)
            return
        self._admitted[eio_sid] = line
        line.greeted()
        line.offer(packet_frame(eio.Packet(eio.MESSAGE, f'{sio.CONNECT}{{"sid":"{eio_sid}"}}')))
        self.listener.admitted(eio_sid)

    def _refuse(self, line: Line, body: str) -> None:
        line.offer(packet_frame(eio.Packet(eio.MESSAGE, f"{sio.CONNECT_ERROR}{body}")))
        line.hang_up()

    async def _handle_event(self, eio_sid: str, namespace: str | None, id: int | None, data: list[object]) -> None:
        """Hand an event on. The library would run `connect` and `disconnect` here if a client named them."""
        if eio_sid not in self._admitted or namespace not in {None, "/"} or self.listener is None:
            self.lines[eio_sid].cut()
            return
        self.listener.receive(eio_sid, data, id)

    async def _handle_eio_disconnect(self, eio_sid: str, reason: str) -> None:
        if self._admitted.pop(eio_sid, None) is not None and self.listener is not None:
            await self.listener.disconnect(eio_sid)


TRANSPORT: web.AppKey[Transport] = web.AppKey("transport", Transport)
