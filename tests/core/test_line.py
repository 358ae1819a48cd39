"""Slow readers: order is kept between what goes out at once and what waits, memory is bounded, liars are cut off."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from structlog.testing import capture_logs

from tests.core.raw import CONNECT, Line, Slow, a_line, frames, slow, until
from tutor.core.frames import event_frame
from tutor.core.line import Line as ServerLine

FILL = b'"' + b"x" * 60_000 + b'"'


@dataclass
class Stalled:
    """A client that has stopped reading, and the server's side of it, full."""

    line: Line
    client: Slow
    sid: str
    own: ServerLine
    fills: int

    def post(self, name: str, number: int, *, droppable: bool = False) -> None:
        self.line.transport.post_all([self.sid], event_frame(name, b"%d" % number), droppable=droppable)

    async def hear(self, count: int) -> list[str]:
        """Read again, and return so many frames behind those that filled the connection."""
        await self.client.skip_head()
        heard = await self.client.hear(2 + self.fills + count)
        assert heard[0].startswith("0{")
        assert heard[1].startswith("40{")
        assert all(frame.startswith('42["fill"') for frame in heard[2 : self.fills + 2])
        return heard[self.fills + 2 :]


@asynccontextmanager
async def stalled(**bounds: Any) -> AsyncIterator[Stalled]:
    """A connection that was filled until nothing more goes straight out; keywords are Bounds."""
    async with a_line(**bounds) as line, slow(line.port, CONNECT) as client:
        await until(lambda: line.listener.told)
        (sid,) = line.listener.told
        own = line.transport.lines[sid]
        fills = 0
        while not await filled(own):
            while own._ws is not None and not own._ws.full:
                line.transport.post(sid, event_frame("fill", FILL))
                fills += 1
        assert own._outbox is None
        yield Stalled(line, client, sid, own, fills)


async def filled(own: ServerLine) -> bool:
    """Whether the kernel takes no more and the transport waits."""
    assert own._ws is not None
    await asyncio.sleep(0.02)
    return own._ws.full


async def test_what_waits_and_what_goes_straight_out_keep_their_order() -> None:
    async with stalled() as stage:
        for number in range(100):
            stage.post("queued", number)
        assert len(stage.own._outbox or ()) == 100
        heard = asyncio.create_task(stage.hear(1100))
        for number in range(100, 1100):
            stage.post("queued", number)
            if number % 20 == 0:
                await asyncio.sleep(0.002)
        assert await heard == [f'42["queued",{number}]' for number in range(1100)]
        assert stage.own._outbox is None


async def test_a_client_that_reads_on_has_no_outbox() -> None:
    async with a_line() as line, frames(line.address) as client:
        sid = await client.greet()
        for number in range(2000):
            line.transport.post(sid, event_frame("news", b"%d" % number))
        assert line.transport.lines[sid]._outbox is None
        assert [await client.hear() for _ in range(2000)] == [f'42["news",{number}]' for number in range(2000)]


async def test_what_can_be_sent_again_is_dropped_first_and_the_rest_arrives_in_order() -> None:
    async with stalled(max_queued_packets=10) as stage:
        for number in range(6):
            stage.post("delta", number, droppable=True)
            stage.post("kept", number)
        assert await stage.hear(6) == [f'42["kept",{number}]' for number in range(6)]


async def test_a_queue_of_things_that_must_arrive_cuts_when_it_is_full() -> None:
    async with stalled(max_queued_packets=10) as stage:
        for number in range(11):
            stage.post("kept", number)
        await stage.line.until_empty()
        assert stage.line.listener.gone == [stage.sid]


async def test_the_bytes_in_the_transport_count_too() -> None:
    async with stalled(max_queued_bytes=200_000) as stage:
        assert stage.own._ws is not None
        held = stage.own._ws.held
        assert 0 < held <= 200_000
        big = event_frame("kept", b'"' + b"x" * (200_000 - held) + b'"')
        stage.line.transport.post(stage.sid, big)
        await stage.line.until_empty()


@pytest.mark.parametrize("body", [b'"' + b"x" * 1200 + b'"', '"' + "字" * 400 + '"'], ids=["ascii", "chinese"])
async def test_a_frame_that_is_larger_than_everything_allowed_cuts(body: bytes | str) -> None:
    async with a_line(max_queued_bytes=1000) as line:
        async with frames(line.address) as client:
            sid = await client.greet()
            line.transport.post(sid, event_frame("big", body if isinstance(body, bytes) else body.encode()))
            await client.until_cut()
        await line.until_empty()


async def test_a_reader_that_never_reads_costs_a_megabyte_and_is_cut() -> None:
    body = b'"' + b"x" * 8000 + b'"'
    async with a_line() as line, slow(line.port, CONNECT):
        await until(lambda: line.listener.told)
        (sid,) = line.listener.told
        own = line.transport.lines[sid]
        most_packets = most_bytes = 0
        for _ in range(4000):
            line.transport.post(sid, event_frame("news", body))
            if own.closing:
                break
            assert own._ws is not None
            waiting = own._outbox.size if own._outbox is not None else 0
            most_packets = max(most_packets, len(own._outbox or ()))
            most_bytes = max(most_bytes, own._ws.held + waiting)
            await asyncio.sleep(0)
        await line.until_empty()
        assert 0 < most_packets <= 256
        assert most_bytes <= 1_000_000
        assert line.listener.gone == [sid]


async def test_a_stalled_client_that_answers_no_ping_is_cut() -> None:
    async with stalled(ping_interval_s=1, ping_timeout_s=0.2) as stage:
        await stage.line.until_empty()
        assert stage.line.listener.gone == [stage.sid]


@pytest.mark.parametrize("waits", [True, False], ids=["in-the-outbox", "in-the-transport"])
async def test_a_pong_to_a_ping_that_has_not_left_is_a_lie_and_cuts(waits: bool) -> None:
    async with stalled(ping_interval_s=1, ping_timeout_s=30) as stage:
        if waits:
            stage.post("kept", 0)
        await until(lambda: stage.own._ping_ends is not None)
        await stage.client.say("3")
        await stage.line.until_empty()
        assert stage.line.listener.gone == [stage.sid]


async def test_a_slow_client_that_reads_its_ping_may_answer_it() -> None:
    async with stalled(ping_interval_s=1, ping_timeout_s=30) as stage:
        stage.post("kept", 0)
        await until(lambda: stage.own._ping_ends is not None)
        assert await stage.hear(2) == ['42["kept",0]', "2"]
        await stage.client.say("3")
        await until(lambda: stage.own._ping_ends is None)
        assert not stage.own.closing


async def test_a_cut_client_leaves_no_task_behind() -> None:
    async with stalled() as stage:
        stage.post("kept", 0)
        emptying = stage.own._emptying
        assert emptying is not None
        stage.own.cut()
        await stage.line.until_empty()
        await until(emptying.done)
        assert stage.own._outbox is None


async def test_hanging_up_on_a_client_that_does_not_read_takes_a_second_at_most() -> None:
    async with stalled() as stage:
        stage.post("kept", 0)
        stage.line.transport.hang_up(stage.sid)
        await until(lambda: not stage.line.transport.lines, within_s=3)


async def test_a_bad_frame_of_a_client_that_does_not_read_ends_it_in_a_second_too() -> None:
    async with stalled() as stage:
        stage.post("kept", 0)
        await stage.client.say("x")
        await until(lambda: not stage.line.transport.lines, within_s=3)


async def test_hanging_up_sends_what_waits_first() -> None:
    async with stalled() as stage:
        stage.post("kept", 0)
        stage.line.transport.hang_up(stage.sid)
        stage.post("late", 1)
        assert await stage.hear(3) == ['42["kept",0]', "1", "\x03\ufffd"]


async def test_a_goodbye_is_followed_by_a_clean_close() -> None:
    async with a_line() as line, frames(line.address) as client:
        sid = await client.greet()
        line.transport.post(sid, event_frame("bye", b"{}"))
        line.transport.hang_up(sid)
        assert await client.until_cut() == ['42["bye",{}]', "1"]
        assert client.ws.close_code == aiohttp.WSCloseCode.OK


async def test_a_client_that_is_being_sent_away_is_not_heard() -> None:
    async with a_line() as line, slow(line.port, CONNECT) as client:
        await until(lambda: line.listener.told)
        line.transport.hang_up(line.listener.told[0])
        await client.say('42["hello",{}]')
        await line.until_empty()
        assert line.listener.heard == []


async def test_nonsense_behind_nonsense_is_worth_one_line_of_log() -> None:
    with capture_logs() as logged:
        async with a_line() as line, frames(line.address) as client:
            await client.greet()
            with suppress(ConnectionError):
                await client.say("42nonsense", *["nonsense"] * 50)
            await line.until_empty()
    assert [entry["event"] for entry in logged] == ["bad_packet"]


# What aiohttp has to keep doing


async def test_a_websocket_ping_is_answered_in_line_with_everything_else() -> None:
    async with a_line() as line, frames(line.address, autoping=False) as client:
        sid = await client.greet()
        own = line.transport.lines[sid]
        before = own._offered
        await client.ws.ping(b"there?")
        answer = await client.ws.receive()
        assert (answer.type, bytes(answer.data)) == (aiohttp.WSMsgType.PONG, b"there?")
        assert own._offered == before + 2 + len(b"there?")


async def test_writing_paused_and_drain_tell_when_the_transport_is_full_and_when_not_any_more() -> None:
    async with stalled() as stage:
        ws = stage.own._ws
        assert ws is not None
        assert ws.full
        room = asyncio.create_task(ws.has_room())
        await asyncio.sleep(0.05)
        assert not room.done()
        await stage.hear(0)
        await room
        assert not ws.full


async def test_the_kernel_gives_up_a_peer_that_acknowledges_nothing() -> None:
    async with a_line() as line, frames(line.address) as client:
        sid = await client.greet()
        ws = line.transport.lines[sid]._ws
        assert ws is not None
        connection = ws._transport.get_extra_info("socket")
        assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 30_000


async def test_nothing_of_the_handshake_is_kept() -> None:
    async with a_line() as line, frames(line.address) as client:
        sid = await client.greet()
        own = line.transport.lines[sid]
        assert own.queue is None
        assert not hasattr(own._ws, "environ")
