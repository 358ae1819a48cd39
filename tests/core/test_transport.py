"""The transport: the hooks of its two libraries, and what strangers and bad clients cannot do, over a real port."""

import asyncio
import inspect
from typing import Any

import aiohttp
import engineio
import pytest
import socketio
from engineio import packet as eio
from engineio.async_drivers import aiohttp as driver
from engineio.async_socket import AsyncSocket

from tests.core.raw import CONNECT, PATH, Steered, a_line, frames, until
from tests.factories import WAIT_S
from tutor.core.engine import Engine
from tutor.core.errors import Busy
from tutor.core.frames import ack_frame, event_frame
from tutor.core.line import Bounds
from tutor.core.line import Line as ServerLine
from tutor.core.transport import Transport
from tutor.core.websocket import PlainWebSocket

HOOKS = [
    (Transport, socketio.AsyncServer, "_engineio_server_class"),
    (Transport, socketio.AsyncServer, "_handle_eio_connect"),
    (Transport, socketio.AsyncServer, "_handle_eio_message"),
    (Transport, socketio.AsyncServer, "_handle_connect"),
    (Transport, socketio.AsyncServer, "_handle_event"),
    (Transport, socketio.AsyncServer, "_handle_eio_disconnect"),
    (Engine, engineio.AsyncServer, "handle_request"),
    (Engine, engineio.AsyncServer, "_handle_connect"),
    (Engine, engineio.AsyncServer, "create_queue"),
    (ServerLine, AsyncSocket, "_websocket_handler"),
    (ServerLine, AsyncSocket, "receive"),
    (ServerLine, AsyncSocket, "send"),
    (ServerLine, AsyncSocket, "close"),
    (ServerLine, AsyncSocket, "schedule_ping"),
    (ServerLine, AsyncSocket, "check_ping_timeout"),
    (PlainWebSocket, driver.WebSocket, "__call__"),
]
# Not called in an exchange: the library's own ways to them are closed by the other hooks.
GUARDS = {"_engineio_server_class", "_handle_eio_connect", "send", "check_ping_timeout"}
CALLED = [hook for hook in HOOKS if hook[2] not in GUARDS]


def names(hooks: list[tuple[type, type, str]]) -> list[str]:
    return [f"{ours.__name__}.{name}" for ours, _, name in hooks]


# Contracts with the libraries


@pytest.mark.parametrize(("ours", "theirs", "name"), HOOKS, ids=names(HOOKS))
def test_the_library_has_the_hook_with_these_parameters(ours: type, theirs: type, name: str) -> None:
    own, base = vars(ours)[name], vars(theirs)[name]
    assert inspect.iscoroutinefunction(own) == inspect.iscoroutinefunction(base)
    assert list(inspect.signature(own).parameters) == list(inspect.signature(base).parameters)


@pytest.mark.parametrize(("ours", "theirs", "name"), CALLED, ids=names(CALLED))
async def test_the_library_calls_the_hook(ours: type, theirs: type, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    called = []
    original = vars(ours)[name]

    def spy(*args: Any, **kwargs: Any) -> Any:
        called.append(name)
        return original(*args, **kwargs)

    async def async_spy(*args: Any, **kwargs: Any) -> Any:
        called.append(name)
        return await original(*args, **kwargs)

    monkeypatch.setattr(ours, name, async_spy if inspect.iscoroutinefunction(original) else spy)
    async with a_line() as line:
        async with frames(line.address) as client:
            await client.greet()
            await client.say('42["hello",{}]')
            await until(lambda: line.listener.heard)
        await line.until_empty()
    assert called


async def test_socketio_builds_the_engine_that_is_named() -> None:
    assert type(Transport(Bounds(), frozenset(), same_host=True).eio) is Engine


async def test_engineio_hands_its_events_to_the_guarded_handlers() -> None:
    async with a_line() as line:
        handlers = line.transport.eio.handlers
        assert handlers["connect"] == line.transport._handle_eio_connect
        assert handlers["message"] == line.transport._handle_eio_message
        assert handlers["disconnect"] == line.transport._handle_eio_disconnect


async def test_what_the_library_sends_by_itself_goes_through_the_bounded_outbox() -> None:
    async with a_line() as line, frames(line.address) as client:
        sid = await client.greet()
        await line.transport.eio.send_packet(sid, eio.Packet(eio.MESSAGE, "2[]"))
        assert await client.hear() == "42[]"


async def test_the_library_never_times_a_line_out_itself() -> None:
    async with a_line() as line, frames(line.address) as client:
        sid = await client.greet()
        own = line.transport.lines[sid]
        assert await own.check_ping_timeout()
        assert not line.transport.eio.start_service_task
        await own.close()
        assert not await own.check_ping_timeout()


# Who gets a connection


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize("query", ["EIO=4&transport=polling", "EIO=4", "EIO=4&transport=websocket", "EIO=3", ""])
async def test_polling_and_everything_that_is_no_websocket_is_refused(method: str, query: str) -> None:
    async with a_line() as line, aiohttp.ClientSession(line.address) as http:
        async with http.request(method, f"/socket.io/?{query}") as response:
            assert 400 <= response.status < 500
        assert not line.transport.lines


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_connection_cannot_be_spoken_to_by_http_under_its_sid(method: str) -> None:
    async with a_line() as line, frames(line.address) as client, aiohttp.ClientSession(line.address) as http:
        sid = await client.greet()
        body = '42["sneaked",{}]' if method == "POST" else None
        async with http.request(method, f"{PATH}&sid={sid}", data=body) as response:
            assert response.status == 400
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await http.ws_connect(f"{PATH}&sid={sid}")
        assert line.listener.heard == []
        assert list(line.transport.lines) == [sid]


@pytest.mark.parametrize("compress", [9, 15])
async def test_compression_is_not_negotiated_even_when_it_is_offered(compress: int) -> None:
    async with a_line() as line, frames(line.address, compress=compress) as client:
        assert client.ws.compress == 0
        assert "Sec-WebSocket-Extensions" not in client.ws._response.headers


ORIGINS = [
    (["https://school.example"], 101),
    (["https://also.example"], 101),
    ([], 101),
    (["{own}"], 101),
    (["null"], 403),
    (["https://evil.example"], 403),
    (["https://school.example.evil.example"], 403),
    (["https://school.example:8443"], 403),
    (["http://school.example"], 403),
    (["https://SCHOOL.example"], 403),
    (["{own}.evil.example"], 403),
    (["{own}@evil.example"], 403),
    (["http://127.0.0.1"], 403),
    (["http://127.0.0.1:1"], 403),
    (["https://school.example", "https://school.example"], 403),
    (["https://evil.example", "https://school.example"], 403),
    ([""], 403),
    (["*"], 403),
]


async def answer_to(address: str, origins: list[str]) -> int:
    headers = [("Origin", origin.format(own=address)) for origin in origins]
    async with aiohttp.ClientSession(address) as http:
        try:
            async with http.ws_connect(PATH, headers=headers):
                return 101
        except aiohttp.WSServerHandshakeError as refused:
            return refused.status


@pytest.mark.parametrize(("origins", "status"), ORIGINS)
async def test_only_our_own_origins_open_a_socket(origins: list[str], status: int) -> None:
    known = frozenset({"https://school.example", "https://also.example"})
    async with a_line(origins=known) as line:
        assert await answer_to(line.address, origins) == status
        await line.until_empty()


async def test_a_foreign_origin_is_refused_by_name() -> None:
    headers = {"Origin": "https://evil.example"}
    async with a_line() as line, aiohttp.request("GET", line.address + PATH, headers=headers) as response:
        assert (await response.json())["error"]["code"] == "origin_refused"


async def test_in_production_the_host_header_is_no_proof() -> None:
    async with a_line(origins=frozenset({"https://school.example"}), same_host=False) as line:
        assert await answer_to(line.address, ["{own}"]) == 403
        assert await answer_to(line.address, ["https://school.example"]) == 101


async def test_a_star_lets_every_page_in() -> None:
    async with a_line(origins=frozenset({"*"}), same_host=False) as line:
        assert await answer_to(line.address, ["https://anywhere.example"]) == 101


# Being admitted


async def test_an_admitted_client_is_told_its_sid_and_heard() -> None:
    async with a_line() as line, frames(line.address) as client:
        sid = await client.greet()
        assert line.listener.connected == [sid]
        assert line.listener.auth == [{"token": "good"}]
        await client.say('42["hello",{"a":1}]', '427["hello",{"a":2}]')
        await until(lambda: len(line.listener.heard) == 2)
        assert line.listener.heard == [(["hello", {"a": 1}], None), (["hello", {"a": 2}], 7)]
        line.transport.post(sid, event_frame("news", b'{"b":1}'))
        line.transport.post(sid, ack_frame(7, b'{"ok":true}'))
        assert [await client.hear(), await client.hear()] == ['42["news",{"b":1}]', '437[{"ok":true}]']


@pytest.mark.parametrize("name", ["connect", "disconnect", "connect_error", "message", "*", "__class__"])
async def test_names_that_mean_something_to_the_library_are_only_names(name: str) -> None:
    async with a_line() as line, frames(line.address) as client:
        sid = await client.greet()
        await client.say(f'421["{name}",{{"token":"other"}}]')
        await until(lambda: line.listener.heard)
        assert line.listener.heard == [([name, {"token": "other"}], 1)]
        assert line.listener.connected == [sid]
        assert line.listener.gone == []


async def test_a_refused_client_is_told_why_and_goes() -> None:
    async with a_line(Steered(refuse=Busy(retry_after_s=5))) as line:
        async with frames(line.address) as client:
            await client.hear()
            await client.say(CONNECT)
            assert await client.until_cut() == ['44{"message": "busy", "data": {"code": "busy"}}', "1"]
        await line.until_empty()
        assert line.listener.gone == []


async def test_the_official_client_sees_the_named_error_of_a_refusal() -> None:
    seen: list[dict[str, Any]] = []
    client = socketio.AsyncClient(reconnection=False)
    client.on("connect_error", seen.append)
    async with a_line(Steered(refuse=Busy(retry_after_s=5))) as line:
        with pytest.raises(socketio.exceptions.ConnectionError):
            await client.connect(line.address, transports=["websocket"], wait_timeout=WAIT_S)
        await line.until_empty()
    assert seen == [{"message": "busy", "data": {"code": "busy"}}]


@pytest.mark.parametrize("fault", [RuntimeError("a bug"), asyncio.CancelledError(), TimeoutError()], ids=repr)
async def test_a_listener_that_breaks_admits_nobody(fault: BaseException) -> None:
    async with a_line(Steered(refuse=fault), connect_s=0.2) as line:
        async with frames(line.address) as client:
            await client.hear()
            await client.say(CONNECT)
            heard = await client.until_cut()
            assert not [frame for frame in heard if frame.startswith("40")]
        await line.until_empty()


async def test_a_listener_that_never_answers_admits_nobody() -> None:
    async with a_line(Steered(wait=asyncio.Event()), connect_s=0.1) as line:
        async with frames(line.address) as client:
            await client.hear()
            await client.say(CONNECT)
            heard = await client.until_cut()
            assert not [frame for frame in heard if frame.startswith("40")]
        await line.until_empty()


async def test_a_client_that_leaves_while_it_is_admitted_is_taken_back() -> None:
    wait = asyncio.Event()
    async with a_line(Steered(wait=wait)) as line:
        async with frames(line.address) as client:
            await client.hear()
            await client.say(CONNECT)
            await until(lambda: line.listener.auth)
            (own,) = line.transport.lines.values()
            own.cut()
        wait.set()
        await line.until_empty()
        assert line.listener.gone == line.listener.connected


async def test_a_stranger_who_never_says_connect_is_reaped() -> None:
    async with a_line(connect_s=0.1) as line:
        async with frames(line.address) as client:
            assert len(await client.until_cut()) == 1
        await line.until_empty()


async def test_an_admitted_client_is_not_reaped() -> None:
    async with a_line(connect_s=0.05) as line, frames(line.address) as client:
        sid = await client.greet()
        await asyncio.sleep(0.15)
        line.transport.post(sid, event_frame("still", b"{}"))
        assert await client.hear() == '42["still",{}]'


# Frames that nobody should send

BAD_BEFORE_CONNECT = ['42["hello",{}]', "41", '431["x"]', "3"]
BAD = [
    "",
    "x",
    "hello",
    "0",
    "2",
    "2probe",
    "5",
    "6",
    "b4aGVsbG8=",
    "4",
    "49",
    "4x",
    "42",
    "42[",
    '42["hello",',
    "42{" * 500,
    "42" + "[" * 5000,
    '42["\\ud800"]',
    "42NaN",
    "42" + "9" * 101 + "[]",
    "4²",
    '451-["hello",{"_placeholder":true,"num":0}]',
    '461-1["x"]',
    '421-["hello",{"_placeholder":true,"num":0}]',
    '42/admin,["hello",{}]',
    "40/admin,",
    '44{"message":"no"}',
    "4[1,2]",
    "4{}",
    "4null",
    "42.5",
    '431["x"]',
    "3",
]


@pytest.mark.parametrize("bad", BAD)
async def test_a_malformed_frame_ends_the_connection_at_once_and_leaves_nothing(bad: str) -> None:
    async with a_line() as line:
        async with frames(line.address) as client:
            sid = await client.greet()
            await client.say(bad)
            await client.until_cut()
            await line.until_empty()
        assert line.listener.heard == []
        assert line.listener.gone == [sid]


@pytest.mark.parametrize("bad", BAD_BEFORE_CONNECT)
async def test_nothing_is_heard_before_connect(bad: str) -> None:
    async with a_line(connect_s=0.2) as line:
        async with frames(line.address) as client:
            await client.hear()
            await client.say(bad)
            await client.until_cut()
        await line.until_empty()
        assert line.listener.heard == []


async def test_a_binary_frame_ends_the_connection() -> None:
    async with a_line() as line:
        async with frames(line.address) as client:
            await client.greet()
            await client.ws.send_bytes(b'42["hello",{}]')
            await client.until_cut()
        await line.until_empty()
        assert line.listener.heard == []


async def test_a_second_connect_ends_the_connection() -> None:
    async with a_line() as line:
        async with frames(line.address) as client:
            await client.greet()
            await client.say(CONNECT)
            await client.until_cut()
        await line.until_empty()


@pytest.mark.parametrize("goodbye", ["41", "1"])
async def test_a_client_that_says_goodbye_is_gone(goodbye: str) -> None:
    async with a_line() as line:
        async with frames(line.address) as client:
            sid = await client.greet()
            await client.say(goodbye)
            await client.until_cut()
        await line.until_empty()
        assert line.listener.gone == [sid]


async def test_the_largest_frame_is_taken_and_one_byte_more_is_not() -> None:
    frame = '42["hello","%s"]'
    fill = 64 * 1024 - len(frame % "")
    async with a_line() as line:
        async with frames(line.address) as client:
            await client.greet()
            await client.say(frame % ("x" * fill))
            await until(lambda: len(line.listener.heard) == 1)
            await client.say(frame % ("x" * (fill + 1)))
            await client.until_cut()
            assert client.ws.close_code == aiohttp.WSCloseCode.MESSAGE_TOO_BIG
        await line.until_empty()
        assert len(line.listener.heard) == 1


# Staying alive


async def test_pings_come_and_pongs_keep_the_line() -> None:
    async with a_line(ping_interval_s=0.05, ping_timeout_s=0.5) as line, frames(line.address) as client:
        await client.greet()
        for _ in range(4):
            assert await client.hear() == "2"
            await client.say("3")
        assert line.transport.lines


async def test_a_client_that_answers_no_ping_is_cut() -> None:
    async with a_line(ping_interval_s=0.05, ping_timeout_s=0.1) as line:
        async with frames(line.address) as client:
            sid = await client.greet()
            assert await client.until_cut() == ["2"]
        await line.until_empty()
        assert line.listener.gone == [sid]


async def test_chatter_is_no_answer_to_a_ping() -> None:
    async with a_line(ping_interval_s=0.05, ping_timeout_s=0.1) as line:
        async with frames(line.address) as client:
            await client.greet()
            while line.transport.lines:
                try:
                    await client.say('42["chatter",{}]')
                except ConnectionError:
                    break
                await asyncio.sleep(0.02)
        await line.until_empty()


async def test_a_pong_that_nobody_asked_for_cuts() -> None:
    async with a_line() as line:
        async with frames(line.address) as client:
            await client.greet()
            await client.say("3")
            await client.until_cut()
        await line.until_empty()


# Leaving


async def test_posting_to_strangers_and_to_the_gone_is_no_error() -> None:
    async with a_line() as line, frames(line.address) as client:
        await client.hear()
        (sid,) = line.transport.lines
        line.transport.post(sid, event_frame("secret", b"{}"))
        line.transport.post("nobody", event_frame("secret", b"{}"))
        line.transport.hang_up("nobody")
        await client.say(CONNECT)
        assert (await client.hear()).startswith("40")


async def test_waiting_for_everybody_to_leave_cuts_those_who_stay() -> None:
    async with a_line() as line, frames(line.address) as one, frames(line.address) as other:
        await one.greet()
        await other.greet()
        await one.say("1")
        await line.transport.wait_until_empty(0.1)
        await other.until_cut()
        await line.until_empty()


async def test_fifty_clients_that_come_and_go_in_every_way_leave_nothing() -> None:
    ways = ["41", "1", "3", "x", None]

    async def visit(number: int) -> None:
        async with frames(line.address) as client:
            await client.greet()
            if (way := ways[number % len(ways)]) is not None:
                await client.say(way)
                await client.until_cut()

    async with a_line() as line:
        await asyncio.gather(*(visit(number) for number in range(50)))
        await line.until_empty()
        assert sorted(line.listener.gone) == sorted(line.listener.connected)
        assert len(line.listener.gone) == 50
