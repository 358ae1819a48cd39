"""The cheapest WebSocket client that a load generator can do with: one asyncio Protocol, no tasks, no library.

`clients.py` speaks the subjects' protocols through it. It is for servers of this bench on this machine: the mask of
what it sends is all zeros, and it takes no fragmented messages.
"""

import asyncio
from typing import cast
from urllib.parse import urlsplit

TEXT = 1
CLOSE = 8
PING = 9
PONG = 10
SHORT = 126
LONG = 127


def masked(payload: bytes, opcode: int = TEXT) -> bytes:
    """A frame as clients send them."""
    size = len(payload)
    head = bytes((0x80 | opcode, 0x80 | min(size, SHORT)))
    return head + (b"" if size < SHORT else size.to_bytes(2, "big")) + b"\0\0\0\0" + payload


class WebSocket(asyncio.Protocol):
    """One connection. Subclasses take its messages in `message`, and hear of its end in `ended`."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        assert parts.hostname
        assert parts.port
        self._host, self._port = parts.hostname, parts.port
        self._target = f"{parts.path}?{parts.query}"
        self._rest = b""
        self._is_open = False
        self.transport: asyncio.Transport | None = None

    async def connect(self) -> None:
        """Open the connection. Raises: OSError when nobody listens."""
        await asyncio.get_running_loop().create_connection(lambda: self, self._host, self._port)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's own class says nothing of it
        self.transport.write(
            f"GET {self._target} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: c2l4dGVlbiBieXRlcyBvaw==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self.transport = None
        self.ended()

    def data_received(self, data: bytes) -> None:
        if self._rest:
            data = self._rest + data
        if not self._is_open:
            head, found, rest = data.partition(b"\r\n\r\n")
            if not found:
                self._rest = data
                return
            self._greeted(head)
            data = rest
        self._rest = data[self._frames(data) :]

    def _greeted(self, head: bytes) -> None:
        if b" 101 " not in head.split(b"\r\n", 1)[0]:
            self.abort()
            return
        self._is_open = True
        self.opened()

    def _frames(self, data: bytes) -> int:
        """Take every whole frame; how many bytes they were."""
        position, size = 0, len(data)
        while size - position >= 2:  # the shortest header
            length, start = data[position + 1], position + 2
            if length == SHORT:
                length, start = int.from_bytes(data[start : start + 2], "big"), start + 2
            elif length == LONG:
                length, start = int.from_bytes(data[start : start + 8], "big"), start + 8
            if start + length > size:
                break
            self._frame(data[position] & 15, data[start : start + length])
            position = start + length
        return position

    def _frame(self, opcode: int, payload: bytes) -> None:
        if opcode == TEXT:
            self.message(payload)
        elif opcode == PING:
            self.write(masked(payload, PONG))
        elif opcode == CLOSE:
            self.abort()

    def write(self, data: bytes) -> None:
        if self.transport is not None:
            self.transport.write(data)

    def say(self, text: str) -> None:
        """Send a text message."""
        self.write(masked(text.encode()))

    def abort(self) -> None:
        """Cut the connection."""
        if self.transport is not None:
            self.transport.abort()

    def opened(self) -> None:
        """The handshake is done."""

    def message(self, payload: bytes) -> None:
        """A text message came."""

    def ended(self) -> None:
        """The connection is gone."""
