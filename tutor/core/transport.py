"""The hardened Socket.IO server: WebSocket only, no compression, bounded queues, and no library dispatch.

python-socketio and engineio keep the protocol (handshake, packets); every hook that is overridden here is named in
`tests/core/test_transport.py`, one contract test each. `core/sockets.py` is the listener behind it.
Why each hook: reliability notes S1-S27 of the libraries, summed up in DECISIONS.md.
"""

import asyncio
import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import engineio
import orjson
import socketio
import structlog
from aiohttp import web
from engineio import packet as eio
from engineio.async_drivers import aiohttp as driver
from engineio.async_socket import AsyncSocket
from socketio import packet as sio

from tutor.core.errors import OriginRefused, TutorError

log = structlog.get_logger(__name__)

Environ = dict[str, object]


@dataclass(frozen=True, slots=True)
class Bounds:
    """Limits of one socket. Times in seconds, sizes in bytes."""

    max_frame: int = 64 * 1024
    max_queued_packets: int = 256
    max_queued_bytes: int = 1_000_000
    ping_interval_s: float = 20
    ping_timeout_s: float = 20
    connect_s: float = 10


class Listener(Protocol):
    """Who is behind the transport: `core/sockets.py Door`."""

    async def connect(self, sid: str, auth: object) -> None:
        """Admit a socket, or raise a TutorError to refuse it."""

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


def event_frame(name: str, body: str) -> eio.Packet:
    """A Socket.IO event of the root namespace, encoded once for any number of receivers."""
    return eio.Packet(eio.MESSAGE, f'{sio.EVENT}["{name}",{body}]')


def ack_frame(ack_id: int, body: str) -> eio.Packet:
    """The answer to an event that asked for one."""
    return eio.Packet(eio.MESSAGE, f"{sio.ACK}{ack_id}[{body}]")


def request_of(environ: Environ) -> web.Request:
    """The aiohttp request behind an engineio environ."""
    request = environ["aiohttp.request"]
    if not isinstance(request, web.Request):
        raise TypeError("not an aiohttp request")
    return request


class PlainWebSocket(driver.WebSocket):
    """engineio's wrapper with permessage-deflate off (it has no option for it) and a hard cut."""

    async def __call__(self, environ: Environ) -> web.WebSocketResponse:
        self._request = request_of(environ)
        # aiohttp refuses a message of exactly this size, too
        limit = self.server.max_http_buffer_size + 1
        self._sock = web.WebSocketResponse(max_msg_size=limit, compress=False)
        await self._sock.prepare(self._request)
        self.environ = environ
        await self.handler(self)
        return self._sock

    def abort(self) -> None:
        """Cut the TCP connection now: a writer that is blocked on a stalled reader comes free."""
        if self._request.transport is not None:
            self._request.transport.abort()


class Line(AsyncSocket):
    """One client's connection: a bounded outbox, one writer, one reader, pings on the loop's own clock."""

    def __init__(self, server: "Engine", sid: str) -> None:
        super().__init__(server, sid)
        self.closed: bool = False
        self.bounds = server.bounds
        self.environ: Environ = {}
        self._outbox: deque[tuple[eio.Packet, bool]] = deque()
        self._queued = 0
        self._wake = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._reaper: asyncio.TimerHandle | None = None
        self._awaits_pong = False
        self._ws: PlainWebSocket | None = None

    def offer(self, packet: eio.Packet, *, droppable: bool = False) -> None:
        """Queue a packet. Over the bound, droppable ones go first; a reader still too slow is cut off."""
        if self.closed:
            return
        self._outbox.append((packet, droppable))
        self._queued += len(packet.encode())
        self._wake.set()
        if self._overflows():
            self._drop_what_can_be_resent()
            if self._overflows():
                log.info("slow_reader_cut", sid=self.sid, queued=len(self._outbox))
                self.cut()

    def _overflows(self) -> bool:
        return len(self._outbox) > self.bounds.max_queued_packets or self._queued > self.bounds.max_queued_bytes

    def _drop_what_can_be_resent(self) -> None:
        kept = [(packet, droppable) for packet, droppable in self._outbox if not droppable]
        self._outbox = deque(kept)
        self._queued = sum(len(packet.encode()) for packet, _ in kept)

    async def send(self, pkt: eio.Packet) -> None:
        self.offer(pkt)

    def cut(self) -> None:
        """End the connection at once, without a goodbye."""
        self._outbox.clear()
        self._queued = 0
        if self._ws is not None:
            self._ws.abort()

    def hang_up(self) -> None:
        """End the connection after what is queued was sent, or after a second."""
        self.offer(eio.Packet(eio.CLOSE))
        self.closing = True
        self._wake.set()
        asyncio.get_running_loop().call_later(1, self.cut)

    def greeted(self) -> None:
        """The client has connected to the namespace; it is no longer a stranger to be reaped."""
        if self._reaper is not None:
            self._reaper.cancel()

    def schedule_ping(self) -> None:
        loop = asyncio.get_running_loop()
        self._awaits_pong = False
        if self._timer is not None:
            self._timer.cancel()
        self._timer = loop.call_later(self.bounds.ping_interval_s, self._ping)

    def _ping(self) -> None:
        self._awaits_pong = True
        self.offer(eio.Packet(eio.PING))
        self._timer = asyncio.get_running_loop().call_later(self.bounds.ping_timeout_s, self.cut)

    async def check_ping_timeout(self) -> bool:
        return not self.closed

    async def receive(self, pkt: eio.Packet) -> None:
        """Take one packet; a PONG that nobody asked for is a trick to stay alive without reading."""
        if pkt.packet_type == eio.PONG:
            if not self._awaits_pong:
                self.cut()
                return
            self.schedule_ping()
        elif pkt.packet_type == eio.MESSAGE:
            await self.server._trigger_event("message", self.sid, pkt.data, run_async=False)
        elif pkt.packet_type == eio.CLOSE:
            await self.close(wait=False, abort=True, reason=self.server.reason.CLIENT_DISCONNECT)

    async def close(self, wait: bool = True, abort: bool = False, reason: str | None = None) -> None:
        if self.closed:
            return
        self.closed = self.closing = True
        for timer in (self._timer, self._reaper):
            if timer is not None:
                timer.cancel()
        self._wake.set()
        await self.server._trigger_event("disconnect", self.sid, reason, run_async=False)

    async def _websocket_handler(self, ws: PlainWebSocket) -> None:
        self.connected = self.upgraded = True
        self._ws = ws
        self._reaper = asyncio.get_running_loop().call_later(self.bounds.connect_s, self.cut)
        writer = asyncio.create_task(self._write(ws))
        try:
            await self._read(ws)
        finally:
            await self.close(wait=False, abort=True, reason=self.server.reason.TRANSPORT_CLOSE)
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)
            await ws.close()

    async def _write(self, ws: PlainWebSocket) -> None:
        while not self.closed:
            await self._wake.wait()
            self._wake.clear()
            while self._outbox:
                packet, _ = self._outbox.popleft()
                text = packet.encode()
                self._queued -= len(text)
                try:
                    await ws.send(text)
                except ConnectionError:
                    return
            if self.closing:
                await ws.close()
                return

    async def _read(self, ws: PlainWebSocket) -> None:
        silence = self.bounds.ping_interval_s + self.bounds.ping_timeout_s
        while not self.closed:
            try:
                async with asyncio.timeout(silence):
                    text = await ws.wait()
            except (TimeoutError, OSError):
                return
            if not isinstance(text, str) or text[:1] not in {"1", "3", "4"}:
                log.info("bad_frame", sid=self.sid)
                return
            await self.receive(eio.Packet(encoded_packet=text))


class Engine(engineio.AsyncServer):
    """engineio's server with our Line for every client, and our origin check in front."""

    bounds: Bounds
    origins: frozenset[str]
    same_host: bool
    left: asyncio.Event

    async def handle_request(self, *args: object, **kwargs: object) -> web.StreamResponse:
        request = args[0]
        if isinstance(request, web.Request) and not self._origin_fits(request):
            log.warning("origin_refused", origin=request.headers.get("Origin", "")[:100])
            raise OriginRefused
        return await super().handle_request(*args, **kwargs)

    def _origin_fits(self, request: web.Request) -> bool:
        """A browser always says where it is; programs and the mini-program say nothing."""
        if len(request.headers.getall("Origin", [])) > 1:
            return False
        origin = request.headers.get("Origin")
        if origin is None or origin in self.origins:
            return True
        return self.same_host and re.sub(r"^https?://", "", origin) == request.host

    async def _handle_connect(self, environ: Environ, transport: str, jsonp_index: int | None = None) -> object:
        sid = self.generate_id()
        line = Line(self, sid)
        line.environ = environ
        self.sockets[sid] = line
        line.offer(
            eio.Packet(
                eio.OPEN,
                {
                    "sid": sid,
                    "upgrades": [],
                    "pingInterval": int(self.bounds.ping_interval_s * 1000),
                    "pingTimeout": int(self.bounds.ping_timeout_s * 1000),
                    "maxPayload": self.bounds.max_frame,
                },
            )
        )
        line.schedule_ping()
        try:
            return await line.handle_get_request(environ)
        finally:
            await line.close(wait=False, abort=True)
            self.sockets.pop(sid, None)
            self.left.set()


def _is_plain(data: object) -> bool:
    """Whether it is a CONNECT, DISCONNECT, EVENT or ACK: no binary packet and no attachment."""
    return isinstance(data, str) and data[:1] in {"0", "1", "2", "3"}


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
        self._admitted: set[str] = set()

    def _engineio_server_class(self) -> type[Engine]:
        return Engine

    @property
    def lines(self) -> Mapping[str, Line]:
        """All open connections by sid, admitted or not."""
        return self.eio.sockets

    def post(self, sid: str, packet: eio.Packet, *, droppable: bool = False) -> None:
        """Queue a packet for an admitted socket; a socket that is gone is no error."""
        if sid in self._admitted and (line := self.lines.get(sid)) is not None:
            line.offer(packet, droppable=droppable)

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
        """Nothing to keep: the Line holds its own environ."""

    async def _handle_eio_message(self, eio_sid: str, data: object) -> None:
        """Decode one packet. Binary packets and nonsense end the connection; acks to us are ignored."""
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
        elif packet.packet_type == sio.EVENT:
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
        if line.closed:
            await self.listener.disconnect(eio_sid)
            return
        self._admitted.add(eio_sid)
        line.greeted()
        line.offer(eio.Packet(eio.MESSAGE, f'{sio.CONNECT}{{"sid":"{eio_sid}"}}'))

    def _refuse(self, line: Line, body: str) -> None:
        line.offer(eio.Packet(eio.MESSAGE, f"{sio.CONNECT_ERROR}{body}"))
        line.hang_up()

    async def _handle_event(self, eio_sid: str, namespace: str | None, id: int | None, data: list[object]) -> None:
        """Hand an event on. The library would run `connect` and `disconnect` here if a client named them."""
        if eio_sid not in self._admitted or namespace not in {None, "/"} or self.listener is None:
            self.lines[eio_sid].cut()
            return
        self.listener.receive(eio_sid, data, id)

    async def _handle_eio_disconnect(self, eio_sid: str, reason: str) -> None:
        if eio_sid in self._admitted and self.listener is not None:
            self._admitted.discard(eio_sid)
            await self.listener.disconnect(eio_sid)
