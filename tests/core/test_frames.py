"""Frames: their bytes are what a WebSocket client reads, for every length and script."""

import pytest
from engineio import packet as eio

from tutor.core.frames import CLOSE_FRAME, PING_FRAME, ack_frame, event_frame, packet_frame, pong_frame

AROUND = len('42["a",""]')


@pytest.mark.parametrize(
    ("length", "head"),
    [
        (AROUND, bytes([0x81, AROUND])),
        (125, bytes([0x81, 125])),
        (126, bytes([0x81, 126, 0, 126])),
        (65535, bytes([0x81, 126, 0xFF, 0xFF])),
        (65536, bytes([0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0])),
        (1_000_000, bytes([0x81, 127]) + (1_000_000).to_bytes(8, "big")),
    ],
)
def test_the_head_says_how_long_the_text_is(length: int, head: bytes) -> None:
    text = b'42["a","' + b"x" * (length - AROUND) + b'"]'
    assert len(text) == length
    assert event_frame("a", b'"' + b"x" * (length - AROUND) + b'"') == head + text


def test_a_chinese_text_is_counted_in_bytes() -> None:
    text = '42["message.added",{"text":"三角形的内角和"}]'.encode()
    assert event_frame("message.added", '{"text":"三角形的内角和"}'.encode()) == bytes([0x81, len(text)]) + text
    assert len(text) < 126


def test_an_ack_carries_its_number() -> None:
    assert ack_frame(4711, b'{"success":true}')[2:] == b'434711[{"success":true}]'


def test_a_percent_sign_is_only_a_percent_sign() -> None:
    assert event_frame("a", b'"100%s%%"')[2:] == b'42["a","100%s%%"]'


def test_the_other_packets_have_the_same_head() -> None:
    assert packet_frame(eio.Packet(eio.MESSAGE, "41")) == b"\x81\x03441"
    assert PING_FRAME == b"\x81\x012"
    assert CLOSE_FRAME == b"\x88\x02\x03\xe8"
    assert pong_frame(b"hi") == b"\x8a\x02hi"
