"""The transport under httpx: bodies of every kind, kept connections, deadlines, TLS, and nothing left behind.

The first tests are the contract with httpx and httptools: they fail when a new version moves one of the hooks.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import httptools
import httpx
import pytest

from tests.ai.a_server import a_certificate, a_server, says
from tutor.ai.connection import HEAD_LIMIT, HIGH_WATER
from tutor.ai.transport import Body, Transport, body_of

PLAIN = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello"
CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
SOON_S = 0.2


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    transport = Transport(places=2, keep_s=5.0)
    async with httpx.AsyncClient(transport=transport, timeout=httpx.Timeout(5.0), trust_env=False) as found:
        yield found


def test_the_parser_calls_its_hooks_in_this_order() -> None:
    calls: list[object] = []

    class Hooks:
        def on_message_begin(self) -> None:
            calls.append("begin")

        def on_header(self, name: bytes, value: bytes) -> None:
            calls.append((name, value))

        def on_headers_complete(self) -> None:
            calls.append(parser.get_status_code())

        def on_body(self, body: bytes) -> None:
            calls.append(body)

        def on_message_complete(self) -> None:
            calls.append(parser.should_keep_alive())

    parser = httptools.HttpResponseParser(Hooks())
    parser.feed_data(PLAIN)
    assert calls == ["begin", (b"content-length", b"5"), 200, b"hello", True]


async def test_httpx_hands_our_body_through_in_the_extensions(client: httpx.AsyncClient) -> None:
    async with a_server(PLAIN) as bare, client.stream("POST", bare.url, content=b"{}") as response:
        body = body_of(response)
        assert isinstance(body, Body)
        assert await body.read(float("inf")) == b"hello"
        assert await body.read(float("inf")) == b""


async def test_httpx_gives_timeouts_to_the_transport_as_it_always_did(client: httpx.AsyncClient) -> None:
    request = client.build_request("POST", "http://x/", timeout=httpx.Timeout(1.0, connect=2.0, pool=3.0))
    assert request.extensions["timeout"] == {"connect": 2.0, "read": 1.0, "write": 1.0, "pool": 3.0}


async def test_a_body_of_another_transport_is_told_apart() -> None:
    with pytest.raises(TypeError):
        body_of(httpx.Response(200))


async def test_the_request_arrives_as_it_was_made(client: httpx.AsyncClient) -> None:
    async with a_server(PLAIN) as bare:
        await client.post(bare.url + "v1/a%20b?c=d", content="解".encode(), headers={"x-y": "z"})
    head, _, body = bare.requests[0].partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert lines[0] == b"POST /v1/a%20b?c=d HTTP/1.1"
    assert {b"x-y: z", b"Content-Length: 3", b"Host: " + bare.url[7:-1].encode()} <= set(lines)
    assert body == "解".encode()


@pytest.mark.parametrize(
    ("parts", "close"),
    [
        ((PLAIN,), False),
        ((CHUNKED + b"2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",), False),
        ((CHUNKED + b"2\r\nhe", b"\r\n3;x=y\r\nll", b"o\r\n0\r\nx-trailer: 1\r\n\r\n"), False),
        ((b"HTTP/1.1 200 OK\r\n\r\nhel", b"lo"), True),
        ((b"HTTP/1.0 200 OK\r\n\r\nhello",), True),
        ((b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n" + PLAIN), False),
        (tuple(PLAIN[i : i + 1] for i in range(len(PLAIN))), False),
    ],
    ids=["length", "chunked", "chunked in parts", "until close", "HTTP/1.0", "announcements", "byte by byte"],
)
async def test_every_kind_of_body_is_read_whole(
    client: httpx.AsyncClient, parts: tuple[bytes, ...], close: bool
) -> None:
    async with a_server(says(*parts, close=close)) as bare:
        response = await client.post(bare.url, content=b"{}")
    assert (response.status_code, response.content, "link" in response.headers) == (200, b"hello", False)


@pytest.mark.parametrize("head", [b"204 No Content", b"200 OK\r\ncontent-length: 0"])
async def test_an_answer_may_have_no_body(client: httpx.AsyncClient, head: bytes) -> None:
    async with a_server(b"HTTP/1.1 " + head + b"\r\n\r\n") as bare:
        assert (await client.post(bare.url)).content == b""


@pytest.mark.parametrize(
    "answer",
    [
        says(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhello", close=True),
        says(CHUNKED + b"5\r\nhello\r\n", close=True),
        says(b"HTTP/1.1 200 OK\r\n", close=True),
        says(close=True),
        says(b"SSH-2.0-OpenSSH_9.2\r\n"),
        says(CHUNKED + b"zz\r\nhello\r\n"),
        says(b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n"),
        says(b"HTTP/1.1 200 OK\r\nx: " + b"y" * HEAD_LIMIT + b"y" * HEAD_LIMIT),
    ],
    ids=["short", "chunk missing", "half a head", "nothing", "no HTTP", "no chunk", "another protocol", "giant head"],
)
async def test_a_broken_answer_is_an_error_and_the_connection_is_gone(client: httpx.AsyncClient, answer: bytes) -> None:
    async with a_server(answer) as bare:
        with pytest.raises(httpx.TransportError):
            await client.post(bare.url)
        await bare.settled()


async def test_what_came_before_a_break_is_still_given(client: httpx.AsyncClient) -> None:
    broken = says(CHUNKED + b"5\r\nhello\r\n", close=True)
    async with a_server(broken) as bare, client.stream("POST", bare.url) as response:
        await bare.settled()
        body = body_of(response)
        assert await body.read(float("inf")) == b"hello"
        with pytest.raises(httpx.RemoteProtocolError):
            await body.read(float("inf"))


async def test_a_connection_is_kept_for_the_next_request(client: httpx.AsyncClient) -> None:
    async with a_server(PLAIN) as bare:
        for _ in range(3):
            await client.post(bare.url)
    assert (len(bare.requests), bare.connections) == (3, 1)


@pytest.mark.parametrize(
    "answer",
    [
        PLAIN.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n"),
        PLAIN + PLAIN,
        PLAIN + b"?",
    ],
    ids=["close", "two answers", "more than said"],
)
async def test_a_connection_that_cannot_be_trusted_is_not_kept(client: httpx.AsyncClient, answer: bytes) -> None:
    async with a_server(answer) as bare:
        for _ in range(2):
            assert (await client.post(bare.url)).content == b"hello"
    assert bare.connections == 2


async def test_words_out_of_turn_close_an_idle_connection(client: httpx.AsyncClient) -> None:
    async def speaks_again(writer: asyncio.StreamWriter) -> None:
        writer.write(PLAIN)
        await asyncio.sleep(0.05)
        writer.write(b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\n\r\n")

    async with a_server(speaks_again) as bare:
        await client.post(bare.url)
        await asyncio.sleep(0.1)
        assert (await client.post(bare.url)).status_code == 200
    assert bare.connections == 2


async def test_an_idle_connection_that_the_service_closed_is_replaced_unseen(client: httpx.AsyncClient) -> None:
    async with a_server(says(PLAIN, close=True)) as bare:
        for _ in range(3):
            assert (await client.post(bare.url)).content == b"hello"
            await bare.settled()
    assert (len(bare.requests), bare.connections) == (3, 3)


async def test_a_kept_connection_that_dies_without_a_word_is_tried_once_more(client: httpx.AsyncClient) -> None:
    async with a_server(PLAIN, says(close=True), PLAIN) as bare:
        await client.post(bare.url)
        assert (await client.post(bare.url)).content == b"hello"
    assert (len(bare.requests), bare.connections) == (3, 2)


async def test_a_kept_connection_that_dies_after_a_word_is_not(client: httpx.AsyncClient) -> None:
    async with a_server(PLAIN, says(b"HTTP/1.1 2", close=True), PLAIN) as bare:
        await client.post(bare.url)
        with pytest.raises(httpx.RemoteProtocolError):
            await client.post(bare.url)
    assert len(bare.requests) == 2


async def test_a_new_connection_that_dies_is_not_tried_again(client: httpx.AsyncClient) -> None:
    async with a_server(says(close=True)) as bare:
        with pytest.raises(httpx.RemoteProtocolError):
            await client.post(bare.url)
    assert len(bare.requests) == 1


async def test_an_idle_connection_is_closed_in_time() -> None:
    transport = Transport(places=1, keep_s=SOON_S)
    async with httpx.AsyncClient(transport=transport) as client, a_server(PLAIN) as bare:
        await client.post(bare.url)
        assert bare.open == 1
        await bare.settled()


async def test_closing_the_client_closes_its_connections() -> None:
    async with a_server(PLAIN) as bare:
        async with httpx.AsyncClient(transport=Transport(places=1, keep_s=60.0)) as client:
            await client.post(bare.url)
        await bare.settled()


async def test_nothing_in_time_is_a_read_timeout(client: httpx.AsyncClient) -> None:
    async with a_server(says(CHUNKED), says()) as bare:
        now = asyncio.get_running_loop().time
        async with client.stream("POST", bare.url) as response:
            began = now()
            with pytest.raises(httpx.ReadTimeout):
                await body_of(response).read(began + SOON_S)
            assert SOON_S - 0.01 < now() - began < 2.0
        with pytest.raises(httpx.ReadTimeout):
            await client.post(bare.url, timeout=SOON_S)
        await bare.settled()


async def test_each_wait_has_its_own_deadline_earlier_or_later(client: httpx.AsyncClient) -> None:
    async with a_server(says(CHUNKED, b"5\r\nhello\r\n")) as bare, client.stream("POST", bare.url) as response:
        now, body = asyncio.get_running_loop().time, body_of(response)
        assert await body.read(now() + 60.0) == b"hello"
        for within_s in (0.05, 0.2, 0.05):
            began = now()
            with pytest.raises(httpx.ReadTimeout):
                await body.read(began + within_s)
            assert within_s - 0.01 < now() - began < within_s + 1.0


async def test_a_full_pool_makes_the_next_wait_and_then_give_up(client: httpx.AsyncClient) -> None:
    async with a_server(says(CHUNKED)) as bare:
        async with client.stream("POST", bare.url), client.stream("POST", bare.url):
            with pytest.raises(httpx.PoolTimeout):
                await client.post(bare.url, timeout=httpx.Timeout(5.0, pool=SOON_S))
        async with client.stream("POST", bare.url) as response:
            assert response.status_code == 200


async def test_a_fast_service_is_held_back_while_nobody_reads(client: httpx.AsyncClient) -> None:
    sent = 0

    async def floods(writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.transport.set_write_buffer_limits(0)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 64000000\r\n\r\n")
        for _ in range(1000):
            writer.write(b"x" * 64_000)
            await writer.drain()
            sent += 64_000

    async with a_server(floods) as bare, client.stream("POST", bare.url) as response:
        before = -1
        while before != sent:
            before = sent
            await asyncio.sleep(0.3)
        assert HIGH_WATER < sent < 32_000_000  # what the kernel holds on both sides comes on top
        assert sum([len(data) async for data in response.aiter_raw()]) == 64_000_000


async def test_a_stream_closed_early_is_closed_at_the_service(client: httpx.AsyncClient) -> None:
    async with a_server(says(CHUNKED + b"5\r\nhello\r\n")) as bare:
        async with client.stream("POST", bare.url) as response:
            await body_of(response).read(float("inf"))
        await bare.settled()
        with pytest.raises(httpx.StreamClosed):
            await body_of(response).read(float("inf"))


async def test_streams_cancelled_twice_at_any_moment_leave_nothing_behind(client: httpx.AsyncClient) -> None:
    async with a_server(says(CHUNKED, *[b"1\r\nx\r\n"] * 3)) as bare:
        for turn in range(10):
            tasks = [asyncio.create_task(client.post(bare.url)) for _ in range(10)]
            await asyncio.sleep(turn / 200)
            for _ in range(2):
                for task in tasks:
                    task.cancel()
                await asyncio.sleep(0)
            await asyncio.gather(*tasks, return_exceptions=True)
        await bare.settled()
        async with client.stream("POST", bare.url), client.stream("POST", bare.url):
            pass


@pytest.mark.parametrize("value", ["a\r\nx-evil: 1", "a\nb", "a\0b"])
async def test_a_header_cannot_smuggle_a_line(client: httpx.AsyncClient, value: str) -> None:
    async with a_server(PLAIN) as bare:
        with pytest.raises(httpx.LocalProtocolError):
            await client.post(bare.url, headers={"authorization": value})
    assert bare.requests == []


async def test_what_it_cannot_do_it_refuses(client: httpx.AsyncClient) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"x"

    async with a_server(PLAIN) as bare:
        with pytest.raises(httpx.LocalProtocolError):
            await client.post(bare.url, content=pieces())
        with pytest.raises(httpx.UnsupportedProtocol):
            await client.head(bare.url)
        with pytest.raises(httpx.UnsupportedProtocol):
            await client.get("ftp://127.0.0.1/")
        with pytest.raises(httpx.UnsupportedProtocol):
            await client.get(bare.url.replace("http", "https"))


async def test_a_name_that_nobody_knows_is_a_connect_error(client: httpx.AsyncClient) -> None:
    with pytest.raises(httpx.ConnectError):
        await client.get("http://nobody.invalid/")


def trusting(authority: Path | None) -> httpx.AsyncClient:
    context = ssl.create_default_context(cafile=authority)
    return httpx.AsyncClient(transport=Transport(places=2, keep_s=5.0, tls=context), timeout=5.0, trust_env=False)


async def test_tls_works_and_its_connection_is_kept(tmp_path: Path) -> None:
    tls, authority = a_certificate(tmp_path, "localhost")
    async with a_server(PLAIN, tls=tls) as bare, trusting(authority) as client:
        for _ in range(2):
            assert (await client.post(bare.url, content=b"{}")).content == b"hello"
    assert bare.connections == 1


async def test_a_certificate_of_an_unknown_authority_is_refused(tmp_path: Path) -> None:
    tls, _ = a_certificate(tmp_path, "localhost")
    async with a_server(PLAIN, tls=tls) as bare, trusting(None) as client:
        with pytest.raises(httpx.ConnectError):
            await client.post(bare.url)
    assert bare.requests == []


async def test_a_certificate_of_another_host_is_refused(tmp_path: Path) -> None:
    tls, authority = a_certificate(tmp_path, "other.example")
    async with a_server(PLAIN, tls=tls) as bare, trusting(authority) as client:
        with pytest.raises(httpx.ConnectError):
            await client.post(bare.url)
    assert bare.requests == []
