"""Frames: Socket.IO packets as the bytes that go over the wire, encoded once for any number of receivers.

`core/rooms.py` and `core/sockets.py` make them, `core/line.py` writes them.
"""

import struct
from typing import Final, NewType

from engineio import packet as eio
from socketio import packet as sio

Frame = NewType("Frame", bytes)
"""A whole WebSocket frame of a server: final, not masked, not compressed (RFC 6455, section 5.2)."""

TEXT: Final = 0x81
CLOSE: Final = 0x88
PONG: Final = 0x8A
NORMAL_CLOSURE: Final = 1000
_SHORT: Final = struct.Struct("!BB").pack
_MEDIUM: Final = struct.Struct("!BBH").pack
_LONG: Final = struct.Struct("!BBQ").pack
_EVENT: Final = f"{eio.MESSAGE}{sio.EVENT}".encode()
_ACK: Final = f"{eio.MESSAGE}{sio.ACK}".encode()


def _frame(first: int, payload: bytes) -> Frame:
    length = len(payload)
    if length < 126:  # noqa: PLR2004  # the three forms of a length in RFC 6455
        return Frame(_SHORT(first, length) + payload)
    if length < 1 << 16:
        return Frame(_MEDIUM(first, 126, length) + payload)
    return Frame(_LONG(first, 127, length) + payload)


def event_frame(name: str, body: bytes) -> Frame:
    """A Socket.IO event of the root namespace; `body` is its one argument as JSON."""
    return _frame(TEXT, b'%b["%b",%b]' % (_EVENT, name.encode(), body))


def ack_frame(ack_id: int, body: bytes) -> Frame:
    """The answer to an event that asked for one; `body` is JSON."""
    return _frame(TEXT, b"%b%d[%b]" % (_ACK, ack_id, body))


def packet_frame(packet: eio.Packet) -> Frame:
    """Any other packet of the two protocols."""
    return _frame(TEXT, packet.encode().encode())


def pong_frame(payload: bytes) -> Frame:
    """The answer to a WebSocket ping."""
    return _frame(PONG, payload)


CLOSE_FRAME: Final = _frame(CLOSE, NORMAL_CLOSURE.to_bytes(2, "big"))
PING_FRAME: Final = packet_frame(eio.Packet(eio.PING))
GOODBYE_FRAME: Final = packet_frame(eio.Packet(eio.CLOSE))
