"""The fault proxy itself: each fault does what its name says, and nothing else."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from tests.faults.proxy import Proxy, Toxics

Open = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]


@asynccontextmanager
async def echo() -> AsyncIterator[tuple[Proxy, Open]]:
    """A proxy in front of a server that says everything back, and a way to connect through it."""

    async def say_back(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            writer.write(data)
        writer.close()

    server = await asyncio.start_server(say_back, "127.0.0.1", 0)
    opened: list[asyncio.StreamWriter] = []
    async with server, Proxy(("127.0.0.1", server.sockets[0].getsockname()[1])) as proxy:

        async def connect() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
            reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
            opened.append(writer)
            return reader, writer

        yield proxy, connect
        for writer in opened:
            writer.close()


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, said: bytes) -> bytes:
    writer.write(said)
    async with asyncio.timeout(5):
        return await reader.readexactly(len(said))


async def is_cut(reader: asyncio.StreamReader) -> bool:
    try:
        async with asyncio.timeout(5):
            return await reader.read() == b""
    except ConnectionError:
        return True


async def test_without_faults_everything_passes_unchanged() -> None:
    async with echo() as (_, connect):
        said = bytes(range(256)) * 2000
        assert await answer(*await connect(), said) == said


async def test_latency_and_rate_take_their_time() -> None:
    async with echo() as (proxy, connect):
        line = await connect()
        proxy.toxics = Toxics(latency_s=0.05, jitter_s=0.05)
        began = time.monotonic()
        await answer(*line, b"slow")
        assert time.monotonic() - began >= 0.1
        proxy.toxics = Toxics(rate=10_000)
        began = time.monotonic()
        await answer(*line, b"x" * 2000)
        assert time.monotonic() - began >= 0.2


async def test_slices_arrive_one_by_one() -> None:
    async with echo() as (proxy, connect):
        proxy.set(slice=1)
        assert await answer(*await connect(), "角落".encode()) == "角落".encode()


async def test_the_connection_is_cut_after_so_many_bytes() -> None:
    async with echo() as (proxy, connect):
        proxy.set(limit_data=5)
        reader, writer = await connect()
        writer.write(b"0123456789")
        with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
            await reader.readexactly(10)


async def test_what_is_frozen_arrives_after_the_thaw() -> None:
    async with echo() as (proxy, connect):
        reader, writer = await connect()
        proxy.freeze("down")
        writer.write(b"later")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.readexactly(5), 0.2)
        proxy.thaw()
        assert await reader.readexactly(5) == b"later"


async def test_one_frozen_link_leaves_the_others_alone() -> None:
    async with echo() as (proxy, connect):
        silent = await connect()
        await answer(*silent, b"first")
        proxy.links[0].freeze()
        assert await answer(*await connect(), b"second") == b"second"
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(answer(*silent, b"third"), 0.2)


async def test_a_trapped_answer_is_lost_and_its_request_is_not() -> None:
    async with echo() as (proxy, connect):
        [trap] = proxy.drop_reply(match=b"insert")
        line = await connect()
        assert await answer(*line, b"find") == b"find"
        line[1].write(b"insert")
        assert await is_cut(line[0])
        assert trap.sprung.is_set()
        assert await answer(*await connect(), b"insert") == b"insert"


async def test_a_reset_cuts_and_a_refusal_lets_nobody_in() -> None:
    async with echo() as (proxy, connect):
        reader, writer = await connect()
        await answer(reader, writer, b"hello")
        proxy.reset()
        assert await is_cut(reader)
        proxy.refuse()
        assert await is_cut((await connect())[0])
        proxy.refuse(refusing=False)
        assert await answer(*await connect(), b"again") == b"again"


async def test_corruption_turns_one_bit() -> None:
    async with echo() as (proxy, connect):
        line = await connect()
        proxy.set(corrupt=1.0)
        heard = await answer(*line, bytes(8))
        assert 1 <= sum(byte.bit_count() for byte in heard) <= 2  # one on each way


async def test_words_on_their_way_up_are_counted() -> None:
    async with echo() as (proxy, connect):
        proxy.tally[b"find"] = 0
        await answer(*await connect(), b"find and find")
        assert proxy.tally == {b"find": 2}
