"""A client that writes WebSocket frames byte by byte, as no library would. Used by `test_hostile.py`."""

import asyncio
import socket
import struct
from dataclasses import dataclass

from tests.core.raw import upgrade

TEXT, CONTINUATION = 0x1, 0x0
FIN, COMPRESSED = 0x80, 0x40
MASKED = 0x80
CLOSE_FRAME = 0x88
SMALL_WINDOW = 4096
WAIT_S = 20.0


def frame(payload: bytes, opcode: int = TEXT, *, fin: bool = True, compressed: bool = False) -> bytes:
    """A frame whose mask is zero (RFC 6455, 5.2)."""
    first = opcode | (FIN if fin else 0) | (COMPRESSED if compressed else 0)
    size = len(payload)
    if size < 126:
        head = struct.pack("!BB", first, MASKED | size)
    elif size < 65_536:
        head = struct.pack("!BBH", first, MASKED | 126, size)
    else:
        head = struct.pack("!BBQ", first, MASKED | 127, size)
    return head + bytes(4) + payload


def handshake(port: int) -> bytes:
    """A complete upgrade request."""
    return upgrade(port, "Sec-WebSocket-Extensions: permessage-deflate")


@dataclass
class RawSocket:
    """One TCP connection to a server."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def open(cls, port: int, *said: bytes) -> "RawSocket":
        """Connect with a window as small as it can be, and say something."""
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_WINDOW)
        connection.setblocking(False)
        await asyncio.get_running_loop().sock_connect(connection, ("127.0.0.1", port))
        raw = cls(*await asyncio.open_connection(sock=connection, limit=SMALL_WINDOW))
        await raw.say(*said)
        return raw

    @classmethod
    async def greet(cls, port: int, token: str) -> "RawSocket":
        """Connect and be admitted."""
        raw = await cls.open(port, handshake(port))
        await raw.hear(b'0{"sid"')
        await raw.say(frame(b'40{"token":"%b"}' % token.encode()))
        await raw.hear(b'40{"sid"')
        return raw

    @property
    def port(self) -> int:
        port: int = self.writer.get_extra_info("sockname")[1]
        return port

    async def say(self, *data: bytes) -> None:
        """Send, as far as the server still takes it."""
        try:
            for each in data:
                self.writer.write(each)
                async with asyncio.timeout(WAIT_S):
                    await self.writer.drain()
        except (OSError, RuntimeError, TimeoutError):
            self.close()

    async def hear(self, wanted: bytes) -> bytes:
        """Read until this has come."""
        heard = b""
        async with asyncio.timeout(WAIT_S):
            while wanted not in heard:
                read = await self.reader.read(SMALL_WINDOW)
                assert read, f"the end came before {wanted!r}: {heard[-200:]!r}"
                heard += read
        return heard

    async def until_closed(self, within_s: float = WAIT_S) -> int | None:
        """Read to the end; returns the close code, or None when the connection was cut."""
        heard = b""
        try:
            async with asyncio.timeout(within_s):
                while read := await self.reader.read(SMALL_WINDOW):
                    heard = (heard + read)[-200:]
        except OSError:
            pass
        at = heard.rfind(bytes([CLOSE_FRAME]))
        return int.from_bytes(heard[at + 2 : at + 4], "big") if at >= 0 and len(heard) >= at + 4 else None

    def close(self) -> None:
        self.writer.transport.abort()
