"""One client's connection: writing in order, waiting bounded when the client is slow, reading, and pings.

`core/transport.py` makes a Line for every client in place of engineio's own socket; `core/frames.py` makes the frames.
"""

import asyncio
from dataclasses import dataclass

import engineio
import structlog
from aiohttp import WSMessage, WSMsgType
from engineio import packet as eio
from engineio.async_socket import AsyncSocket

from tutor.core.frames import CLOSE_FRAME, GOODBYE_FRAME, PING_FRAME, Frame, packet_frame, pong_frame
from tutor.core.outbox import Outbox
from tutor.core.websocket import PlainWebSocket

log = structlog.get_logger(__name__)

GOODBYE_S = 1.0


@dataclass(frozen=True, slots=True)
class Bounds:
    """Limits of one socket. Times in seconds, sizes in bytes."""

    max_frame: int = 64 * 1024
    max_queued_packets: int = 256
    max_queued_bytes: int = 1_000_000
    ping_interval_s: float = 20
    ping_timeout_s: float = 20
    connect_s: float = 10


class Line(AsyncSocket):
    """One client's connection.

    A frame goes straight to the transport; only while that is full, an outbox holds what comes and a task empties it.
    """

    def __init__(self, server: engineio.AsyncServer, bounds: Bounds, sid: str) -> None:
        super().__init__(server, sid)
        self.closed: bool = False
        self.closing: bool = False
        self.bounds = bounds
        self._ws: PlainWebSocket | None = None
        self._outbox: Outbox | None = None
        self._emptying: asyncio.Task[None] | None = None
        self._offered = 0
        self._ping_ends: int | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._reaper: asyncio.TimerHandle | None = None

    def offer(self, frame: Frame, *, droppable: bool = False) -> None:
        """Send a frame now, or in its turn. Over the bound, droppable ones go first; then the client is cut off."""
        ws = self._ws
        if ws is None or self.closing:
            return
        self._offered += len(frame)
        if self._outbox is None:
            if not ws.full and ws.held + len(frame) <= self.bounds.max_queued_bytes:
                ws.write(frame)
                return
            self._outbox = Outbox()
            self._emptying = asyncio.create_task(self._empty(ws, self._outbox))
        self._outbox.add(frame, droppable=droppable)
        if self._overflows(ws, self._outbox):
            self._outbox.drop()
            if self._overflows(ws, self._outbox):
                log.info("slow_reader_cut", sid=self.sid, queued=len(self._outbox))
                self.cut()

    def _overflows(self, ws: PlainWebSocket, outbox: Outbox) -> bool:
        return len(outbox) > self.bounds.max_queued_packets or ws.held + outbox.size > self.bounds.max_queued_bytes

    async def _empty(self, ws: PlainWebSocket, outbox: Outbox) -> None:
        """Write what waits as the client makes room for it."""
        while outbox and not ws.gone:
            try:
                await ws.has_room()
            except ConnectionError:
                break
            while outbox and not ws.full:
                ws.write(outbox.take())
        self._outbox = self._emptying = None

    async def send(self, pkt: eio.Packet) -> None:
        self.offer(packet_frame(pkt))

    def cut(self) -> None:
        """End the connection at once, without a goodbye."""
        self.closing = True
        if self._outbox is not None:
            self._outbox.clear()
        if self._ws is not None:
            self._ws.abort()

    def hang_up(self) -> None:
        """Say goodbye behind what waits, and cut a client that has not gone a second later."""
        if self.closing:
            return
        self.offer(GOODBYE_FRAME)
        self.offer(CLOSE_FRAME)
        self.closing = True
        self._stop_timers()
        self._timer = asyncio.get_running_loop().call_later(GOODBYE_S, self.cut)

    def greeted(self) -> None:
        """The client has connected to the namespace; it is no longer a stranger to be reaped."""
        if self._reaper is not None:
            self._reaper.cancel()
            self._reaper = None

    def schedule_ping(self) -> None:
        self._ping_ends = None
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(self.bounds.ping_interval_s, self._ping)

    def _ping(self) -> None:
        self.offer(PING_FRAME)
        self._ping_ends = self._offered
        self._timer = asyncio.get_running_loop().call_later(self.bounds.ping_timeout_s, self.cut)

    def _has_read_the_ping(self) -> bool:
        """A PONG that nobody asked for, or that answers a PING that is still here, is a trick to live unread."""
        if self._ping_ends is None or self._ws is None:
            return False
        waiting = self._ws.held + (self._outbox.size if self._outbox is not None else 0)
        return self._offered - waiting >= self._ping_ends

    def _stop_timers(self) -> None:
        for timer in (self._timer, self._reaper):
            if timer is not None:
                timer.cancel()

    async def check_ping_timeout(self) -> bool:
        return not self.closed

    async def receive(self, pkt: eio.Packet) -> None:
        """Take a message or a PONG; a client that is being sent away is not listened to any more."""
        if self.closing:
            return
        if pkt.packet_type == eio.MESSAGE:
            await self.server._trigger_event("message", self.sid, pkt.data, run_async=False)
        elif self._has_read_the_ping():
            self.schedule_ping()
        else:
            log.info("false_pong", sid=self.sid)
            self.cut()

    async def close(self, wait: bool = True, abort: bool = False, reason: str | None = None) -> None:
        if self.closed:
            return
        self.closed = self.closing = True
        self._stop_timers()
        await self.server._trigger_event("disconnect", self.sid, reason, run_async=False)

    async def _websocket_handler(self, ws: PlainWebSocket) -> None:
        self.connected = self.upgraded = True
        self._ws = ws
        self._reaper = asyncio.get_running_loop().call_later(self.bounds.connect_s, self.cut)
        self.offer(packet_frame(self._opening()))
        self.schedule_ping()
        try:
            while self._goes_on(message := await ws.receive()):
                if message.type is WSMsgType.TEXT:
                    await self.receive(eio.Packet(encoded_packet=message.data))
        finally:
            self.offer(CLOSE_FRAME)
            ws.end()
            await self.close(wait=False, abort=True, reason=self.server.reason.TRANSPORT_CLOSE)

    def _opening(self) -> eio.Packet:
        facts = {
            "sid": self.sid,
            "upgrades": [],
            "pingInterval": int(self.bounds.ping_interval_s * 1000),
            "pingTimeout": int(self.bounds.ping_timeout_s * 1000),
            "maxPayload": self.bounds.max_frame,
        }
        return eio.Packet(eio.OPEN, facts)

    def _goes_on(self, message: WSMessage) -> bool:
        """Whether to read on after a message. Pings are answered here, in line with everything else."""
        if message.type is WSMsgType.TEXT and message.data[:1] in {"3", "4"}:
            return True
        if message.type is WSMsgType.PING:
            self.offer(pong_frame(message.data))
            return True
        is_bad = message.type is WSMsgType.BINARY or (message.type is WSMsgType.TEXT and message.data != "1")
        if is_bad and not self.closing:  # what a client had sent before it was cut is worth no line of log
            log.info("bad_frame", sid=self.sid)
        return message.type is WSMsgType.PONG
