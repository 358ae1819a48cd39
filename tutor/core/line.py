"""One client's connection: a bounded outbox, one writer, one reader, and pings on the loop's own clock.

`core/transport.py` makes a Line for every client in place of engineio's own socket; `core/rooms.py` makes the frames.
"""

import asyncio
from collections import deque
from dataclasses import dataclass

import engineio
import structlog
from aiohttp import web
from engineio import packet as eio
from engineio.async_drivers import aiohttp as driver
from engineio.async_socket import AsyncSocket
from socketio import packet as sio

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


def event_frame(name: str, body: str) -> eio.Packet:
    """A Socket.IO event of the root namespace, encoded once for any number of receivers."""
    return eio.Packet(eio.MESSAGE, f'{sio.EVENT}["{name}",{body}]')


def ack_frame(ack_id: int, body: str) -> eio.Packet:
    """The answer to an event that asked for one."""
    return eio.Packet(eio.MESSAGE, f"{sio.ACK}{ack_id}[{body}]")


def size_of(packet: eio.Packet) -> int:
    """The bytes of a packet on the wire; a Chinese character has three."""
    return len(packet.encode().encode())


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

    def __init__(self, server: engineio.AsyncServer, bounds: Bounds, sid: str) -> None:
        super().__init__(server, sid)
        self.closed: bool = False
        self.bounds = bounds
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
        self._queued += size_of(packet)
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
        self._queued = sum(size_of(packet) for packet, _ in kept)

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
                self._queued -= size_of(packet)
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
