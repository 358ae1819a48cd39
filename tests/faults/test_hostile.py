"""T-21, T-24, T-26: clients that read nothing, send too much, or never say who they are. They cost little and go."""

import asyncio
import time
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine

import orjson
import pytest

from tests.factories import a_client_id
from tests.faults.cluster import Cluster, Node
from tests.faults.raw_socket import CONTINUATION, RawSocket, frame, handshake
from tests.faults.runs import FULL, Runs
from tests.faults.wire import Wire

pytestmark = [pytest.mark.live, pytest.mark.timeout(400)]

MB = 1024 * 1024
LIMIT = 64 * 1024
CONNECT_S = 10.0
# Pings as they are by default take 40 s to find a dead client, which is too long for a slice of the suite.
PING_S = 20.0 if FULL else 3.0
GONE_S = PING_S * 3
# To list connections takes time of the process that measures; to read one number does not.
LOOK_S, WEIGH_S = 0.5, 0.05
ASK_AGAIN_S = 0.5


@pytest.fixture(scope="module")
async def cluster(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Cluster]:
    folder, ping = tmp_path_factory.mktemp("hostile"), str(PING_S)
    async with Cluster(folder, nodes=1, SOCKETS_PING_INTERVAL_S=ping, SOCKETS_PING_TIMEOUT_S=ping) as made:
        yield made


@pytest.fixture
def node(cluster: Cluster) -> Node:
    return cluster.nodes[0]


def memory(node: Node) -> int:
    size: int = node.process.memory_info().rss
    return size


def connected(node: Node, clients: list[RawSocket]) -> int:
    """How many of these connections the server still holds."""
    ports = {client.port for client in clients if not client.writer.is_closing()}
    held = [each for each in node.process.net_connections("tcp") if each.laddr.port == node.port and len(each.raddr)]
    return len([each for each in held if each.raddr.port in ports and each.status == "ESTABLISHED"])


async def a_wire(cluster: Cluster, number: int = 0) -> Wire:
    """A client with good manners."""
    token = cluster.crowd.students[number].access_token
    return await Wire.open(cluster.http, cluster.nodes[0].address, token, lambda _event, _body: None)


async def a_full_room(cluster: Cluster) -> str:
    """A conversation with 50 long messages: to open it means to be sent 600 KB."""
    student, teacher = await a_wire(cluster), None
    made = await student.ask("conversation.create", client_id=a_client_id())
    room: str = made["conversation"]["id"]
    token, address = cluster.crowd.teacher.access_token, cluster.nodes[0].address
    teacher = await Wire.open(cluster.http, address, token, lambda _event, _body: None)
    for _ in range(50):
        await asyncio.sleep(0.05)
        await teacher.ask("message.send", conversation_id=room, client_id=a_client_id(), text="字" * 4000)
    await student.close()
    await teacher.close()
    return room


async def ask_as_they_do(wires: list[Wire], room: str) -> None:
    """Good clients ask just what the bad ones ask, and read it: what that takes, daily use takes."""

    async def ask(wire: Wire) -> None:
        await wire.ask("conversation.open", within_s=30, conversation_id=room)

    async def ask_for_ever(wire: Wire) -> None:
        while True:
            await ask(wire)
            await asyncio.sleep(ASK_AGAIN_S)

    async def ask_at_once(wire: Wire) -> None:
        await asyncio.gather(*(ask(wire) for _ in range(3)))

    ways = (ask, ask_for_ever, ask_at_once, ask)
    await asyncio.gather(*(ways[number % 4](wire) for number, wire in enumerate(wires)))


async def p95_s(wire: Wire, room: str, count: int = 200) -> float:
    """The slow end of the answers to a client with good manners, who asks ten times a second."""
    took = []
    for _ in range(count):
        began = time.monotonic()
        await wire.ask("conversation.open", conversation_id=room, after_seq=50)
        took.append(time.monotonic() - began)
        await asyncio.sleep(0.06)
    return sorted(took)[count * 95 // 100]


# T-21


async def be_deaf(client: RawSocket, room: str) -> None:
    """Ask once, and never read."""
    await client.say(_open(room))


async def ask_and_be_deaf(client: RawSocket, room: str) -> None:
    """Ask again and again, and never read."""
    while not client.writer.is_closing():
        await client.say(_open(room))
        await asyncio.sleep(ASK_AGAIN_S)


async def read_slowly(client: RawSocket, room: str) -> None:
    """Ask for much, and read 1 KB a second."""
    await client.say(*[_open(room)] * 3)
    while await client.reader.read(1024):  # noqa: ASYNC110  # slowness is the point
        await asyncio.sleep(1)


async def send_pongs(client: RawSocket, room: str) -> None:
    """Pretend to be alive without having read a ping."""
    await client.say(_open(room))
    while not client.writer.is_closing():
        await client.say(frame(b"3"))
        await asyncio.sleep(0.2)


def _open(room: str) -> bytes:
    return frame(b"421" + orjson.dumps(["conversation.open", {"conversation_id": room}]))


Way = Callable[[RawSocket, str], Coroutine[None, None, None]]
WAYS: list[Way] = [be_deaf, ask_and_be_deaf, read_slowly, send_pongs]


@pytest.mark.fault("T-21", full=20, part=4)
async def test_clients_that_do_not_read_cost_little_and_go_while_others_are_served(
    cluster: Cluster, node: Node, runs: Runs
) -> None:
    room, good = await a_full_room(cluster), await a_wire(cluster)
    others = [await a_wire(cluster) for _ in range(runs.required)]
    asking = asyncio.create_task(ask_as_they_do(others, room))
    usual_s = await p95_s(good, room)
    asking.cancel()
    await asyncio.gather(asking, *(wire.close() for wire in others), return_exceptions=True)
    before = memory(node)
    token = cluster.crowd.students[0].access_token
    clients = [await RawSocket.greet(node.port, token) for _ in range(runs.required)]
    misbehaving = [asyncio.create_task(WAYS[n % 4](client, room)) for n, client in enumerate(clients)]
    measuring = asyncio.create_task(p95_s(good, room))
    try:
        gone_s, most = await until_gone(node, clients)
        slow_s = await measuring
    finally:
        for task in (*misbehaving, measuring):
            task.cancel()
        await asyncio.gather(*misbehaving, measuring, return_exceptions=True)
        for client in clients:
            client.close()
    each = (most - before) / MB / runs.required
    await good.close()
    runs.note = f"{each:.1f} MB each, p95 {usual_s * 1000:.0f} -> {slow_s * 1000:.0f} ms"
    assert each <= 2, runs.note
    assert slow_s < 2 * usual_s, runs.note
    runs.count(gone_s, times=runs.required)


async def until_gone(node: Node, clients: list[RawSocket]) -> tuple[float, int]:
    """Wait until the server holds none of them; returns the seconds, and the most memory that it had, in bytes."""
    began, most = time.monotonic(), 0
    while left := connected(node, clients):
        assert time.monotonic() - began < GONE_S, f"{left} are still there"
        for _ in range(round(LOOK_S / WEIGH_S)):
            most = max(most, memory(node))
            await asyncio.sleep(WEIGH_S)
    return time.monotonic() - began, most


# T-24


def a_message(size: int) -> bytes:
    """A command of exactly so many bytes, which nobody knows."""
    start, end = b'427["no.such",{"x":"', b'"}]'
    return start + b"x" * (size - len(start) - len(end)) + end


async def is_answered(client: RawSocket, *said: bytes) -> None:
    await client.say(*said)
    await client.hear(b"437[")


async def is_too_big(client: RawSocket, *said: bytes) -> None:
    await client.say(*said)
    assert await client.until_closed() in {1009, None}


async def is_against_the_protocol(client: RawSocket, *said: bytes) -> None:
    await client.say(*said)
    assert await client.until_closed() in {1002, None}


async def ends_somehow(client: RawSocket, *said: bytes) -> None:
    """Answered or refused, but over."""
    await client.say(*said)
    await client.say(frame(b"1"))
    await client.until_closed()


def fragments(count: int, size: int) -> list[bytes]:
    """A message in so many pieces, sent in larger writes."""
    piece = frame(b"x" * size, CONTINUATION, fin=False)
    start = frame(b'427["no.such",{"x":"', fin=False)
    return [start, *[piece * 10_000] * (count // 10_000), frame(b'"}]', CONTINUATION)]


def a_bomb() -> bytes:
    """10 MB of nothing in 10 KB, as permessage-deflate would send it."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = deflate.compress(b"4" + b" " * 10 * MB) + deflate.flush(zlib.Z_SYNC_FLUSH)
    return frame(packed[:-4], compressed=True)


FLOODS: dict[str, tuple[Callable[..., Awaitable[None]], Callable[[], list[bytes]]]] = {
    "one byte less than allowed": (is_answered, lambda: [frame(a_message(LIMIT - 1))]),
    "as much as allowed": (is_answered, lambda: [frame(a_message(LIMIT))]),
    "one byte too much": (is_too_big, lambda: [frame(a_message(LIMIT + 1))]),
    "10 MB": (is_too_big, lambda: [frame(a_message(10 * MB))]),
    "a million fragments": (is_too_big, lambda: fragments(1_000_000, 1)),
    "a million empty fragments": (ends_somehow, lambda: fragments(1_000_000, 0)),
    "a deflate bomb": (is_against_the_protocol, lambda: [a_bomb()]),
}


@pytest.mark.fault("T-24", full=5, part=1)
@pytest.mark.parametrize("flood", FLOODS)
async def test_a_message_beyond_the_limit_is_refused_and_kept_nowhere(
    cluster: Cluster, node: Node, runs: Runs, flood: str
) -> None:
    expect, make = FLOODS[flood]
    token = cluster.crowd.students[1].access_token
    said, before = make(), memory(node)
    for _ in range(runs.required):
        client = await RawSocket.greet(node.port, token)
        await expect(client, *said)
        client.close()
        runs.count()
    good = await a_wire(cluster, 1)
    await good.ask("conversation.create", client_id=a_client_id())
    await good.close()
    grown = (memory(node) - before) / MB
    runs.note = f"{grown:+.1f} MB"
    assert grown <= 5, runs.note


# T-26

STRANGERS = 500
SILENT: dict[str, Callable[[int], bytes]] = {
    "an open WebSocket that says nothing": handshake,
    "half a request": lambda port: handshake(port)[:60],
    "a request without its last line": lambda port: handshake(port)[:-2],
    "a connection that says nothing": lambda _port: b"",
}


@pytest.mark.fault("T-26", full=3, part=1)
@pytest.mark.parametrize("kind", SILENT)
async def test_strangers_who_never_say_who_they_are_are_sent_away(
    cluster: Cluster, node: Node, runs: Runs, kind: str
) -> None:
    for _ in range(runs.required):
        clients = [await RawSocket.open(node.port, SILENT[kind](node.port)) for _ in range(STRANGERS)]
        try:
            runs.count(await until_sent_away(cluster, node, clients))
        finally:
            for client in clients:
                client.close()


async def until_sent_away(cluster: Cluster, node: Node, clients: list[RawSocket]) -> float:
    """Wait until all are gone, while another client is served; returns the seconds that it took."""
    began, slowest_s = time.monotonic(), 0.0
    good = await a_wire(cluster, 2)
    while left := connected(node, clients):
        asked = time.monotonic()
        await good.ask("conversation.create", client_id=a_client_id())
        slowest_s = max(slowest_s, time.monotonic() - asked)
        assert time.monotonic() - began < CONNECT_S + 3, f"{left} of {len(clients)} are still there"
        await asyncio.sleep(0.5)
    await good.close()
    assert slowest_s < 2, f"others waited {slowest_s:.1f} s"
    return time.monotonic() - began
