"""T-25: sessions as clients speak them, mutated by hypothesis: whatever comes, the server stays whole and quiet."""

import asyncio
import json
import logging
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import contextmanager

import aiohttp
import pytest
from hypothesis import HealthCheck, given, seed
from hypothesis import settings as examples
from hypothesis import strategies as st
from structlog.testing import capture_logs

from tests.core.raw import PATH
from tests.factories import People, Person, Server, a_client_id, start_server
from tests.faults.pairs import SOCKETS
from tests.faults.runs import FULL, SEED, Runs
from tutor.ai.model import Finish, Piece, Prompt, Usage
from tutor.core.rooms import ROOMS
from tutor.core.sockets import DOOR
from tutor.settings import Settings

FULL_RUNS, PART_RUNS = 20_000, 120
ANSWERED_S = 20.0
PROBE = 999_999
LIFE = {"request", "socket_connected", "socket_disconnected", "command_refused", "reply_finished"}
STORES = ("roll_", "bus_", "redis_", "ears_", "service_")  # what a busy machine says of them is not the client's doing
RESERVED = ["connect", "disconnect", "connect_error", "message", "*", "__class__", "__init__", "ping", "pong", ""]
COMMANDS = [
    "conversation.create", "conversation.open", "conversation.close", "message.send", "reply.stop", "reply.retry",
    "reply.continue", "reply.rate", "session.renew", "class.watch", "class.unwatch",
    "hand.raise", "hand.lower", "hand.get", "hand.claim", "hand.done", "typing.set", "tile.flag",
]  # fmt: skip


class Curt:
    """A Model that says one word at once."""

    provider = "curt"
    name = "curt-1"

    async def stream(self, _prompt: Prompt) -> AsyncGenerator[Piece | Finish, None]:
        yield Piece("yes")
        yield Finish("stop", self.provider, self.name, Usage())

    async def close(self) -> None: ...


class Target:
    """A server under fire, and how often the ends of its door were called."""

    def __init__(self, server: Server, person: Person, conversation_id: str, http: aiohttp.ClientSession) -> None:
        self.server = server
        self.person = person
        self.conversation_id = conversation_id
        self.http = http
        self.calls: Counter[str] = Counter()

    @property
    def left(self) -> tuple[int, int, int]:
        """The sockets, people and rooms that are still held."""
        app = self.server.app
        return len(app[DOOR]._transport.lines), len(app[DOOR].peers), app[ROOMS].count

    async def until_empty(self) -> None:
        async with asyncio.timeout(ANSWERED_S):
            while any(self.left):  # noqa: ASYNC110  # what is waited for tells nobody
                await asyncio.sleep(0.001)


@pytest.fixture(scope="module")
async def target(settings: Settings) -> AsyncIterator[Target]:
    async with (
        start_server(settings, model=Curt(), sockets=SOCKETS, redis={"timeout_s": 10.0}) as server,
        People(server) as people,
        aiohttp.ClientSession(server.address) as http,
    ):
        person = await people.student()
        socket = await person.connect()
        conversation_id = await person.converse(socket)
        await socket.close()
        made = Target(server, person, conversation_id, http)
        await made.until_empty()
        _count_calls(made)
        yield made


def _count_calls(target: Target) -> None:
    door = target.server.app[DOOR]
    connect, disconnect = door.connect, door.disconnect

    async def counted_connect(sid: str, auth: object) -> None:
        target.calls["connect"] += 1
        await connect(sid, auth)
        target.calls["admitted"] += 1

    async def counted_disconnect(sid: str) -> None:
        target.calls["disconnect"] += sid in door.peers
        await disconnect(sid)

    door.connect, door.disconnect = counted_connect, counted_disconnect  # type: ignore[method-assign]  # spies


# What clients say

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "conversation_id": st.just("CONVERSATION") | JSON,
        "client_id": st.builds(a_client_id) | JSON,
        "text": st.text(max_size=50) | JSON,
        "reply_id": st.just("0" * 24) | JSON,
        "after_seq": st.integers() | JSON,
        "reply": st.fixed_dictionaries({"id": st.just("0" * 24), "part": st.integers()}) | JSON,
        "token": st.just("TOKEN") | JSON,
        "grade": st.integers(0, 13),
    },
)
IDS = st.sampled_from(["", "", "1", "0", "7", "-1", "00", "9" * 30, "1.5"])
EVENTS = st.builds(
    lambda kind, id_, name, rest: f"{kind}{id_}{json.dumps([name, *rest])}",
    st.sampled_from(["42"] * 8 + ["45", "43", "46"]),
    IDS,
    st.sampled_from(COMMANDS) | st.sampled_from(RESERVED) | st.text(max_size=10),
    st.lists(FIELDS | JSON, max_size=2),
)
GREETING = '40{"token":"TOKEN","client":"fuzz"}'
OTHERS = st.sampled_from(
    [
        *(GREETING, "40", "40{}", "40/admin,{}", "41", "1", "2", "3", "2probe", "3probe", "5", "6", "0{}", "44{}"),
        *("430[]", '451-["x",{"_placeholder":true,"num":0}]', "42" + "[" * 500, "42[" + "1," * 2000 + "1]"),
    ]
)
FRAMES = st.one_of(EVENTS, EVENTS, EVENTS, OTHERS, st.text(max_size=30))
MUTATIONS = st.tuples(
    st.sampled_from(["drop", "double", "swap", "cut", "insert", "turn", "binary"]),
    st.integers(0, 10),
    st.integers(0, 200),
    st.sampled_from('0123456789[]{}",:-/\\\x00 é字🎓'),
)


@st.composite
def sessions(draw: st.DrawFn) -> list[str | bytes]:
    """The frames of one connection: a greeting and commands, most of them as agreed, then some mutations."""
    frames: list[str | bytes] = [GREETING] if draw(st.integers(0, 9)) else []
    frames += draw(st.lists(FRAMES, max_size=6))
    for kind, index, place, char in draw(st.lists(MUTATIONS, max_size=3)):
        if frames:
            _mutate(frames, kind, index % len(frames), place, char)
    return frames


def _mutate(frames: list[str | bytes], kind: str, index: int, place: int, char: str) -> None:
    frame = frames[index]
    if kind == "drop":
        del frames[index]
    elif kind == "double":
        frames.insert(index, frame)
    elif kind == "swap":
        frames[index], frames[-1] = frames[-1], frame
    elif isinstance(frame, str):
        place %= len(frame) + 1
        changed = {
            "cut": frame[:place],
            "insert": frame[:place] + char + frame[place:],
            "turn": frame[:place] + char + frame[place + 1 :],
        }
        frames[index] = frame.encode(errors="replace") if kind == "binary" else changed[kind]


@contextmanager
def everything_logged() -> Iterator[list[tuple[str, str]]]:
    """Name and level of whatever is written to any log."""
    written: list[tuple[str, str]] = []

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append((record.getMessage()[:200], record.levelname.lower()))

    handler = Handler(logging.WARNING)
    logging.getLogger().addHandler(handler)
    try:
        with capture_logs() as own:
            yield written
    finally:
        logging.getLogger().removeHandler(handler)
        own = [entry for entry in own if not entry["event"].startswith(STORES)]
        written += [(str(entry["event"]), str(entry["log_level"])) for entry in own]


async def speak(target: Target, frames: list[str | bytes]) -> None:
    """Say everything, ask one thing more, and wait until it is answered or the connection has ended."""
    async with target.http.ws_connect(PATH, max_msg_size=0) as ws:
        for frame in (*frames, f'42{PROBE}["conversation.close",{{"conversation_id":"{target.conversation_id}"}}]'):
            try:
                if isinstance(frame, bytes):
                    await ws.send_bytes(frame)
                else:
                    await ws.send_str(_filled_in(target, frame))
            except (ConnectionError, aiohttp.ClientError):
                break
        async with asyncio.timeout(ANSWERED_S):
            async for message in ws:
                if message.type is aiohttp.WSMsgType.TEXT and message.data.startswith(f"43{PROBE}"):
                    break


def _filled_in(target: Target, frame: str) -> str:
    filled = frame.replace("CONVERSATION", target.conversation_id).replace("TOKEN", target.person.access_token)
    return filled.encode("utf-8", "replace").decode()


@pytest.mark.fault("T-25", full=FULL_RUNS, part=PART_RUNS)
@pytest.mark.timeout(1500)
@seed(int(SEED))
@examples(
    max_examples=FULL_RUNS if FULL else PART_RUNS,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(frames=sessions())
async def test_no_session_breaks_the_server_or_leaves_anything(
    target: Target, runs: Runs, frames: list[str | bytes]
) -> None:
    target.calls.clear()
    with everything_logged() as written:
        await speak(target, frames)
        await target.until_empty()
    broken = [line for line in written if line[1] not in {"info", "debug"}]
    assert not broken, "it broke inside"
    complaints = [line for line in written if line[0] not in LIFE]
    assert len(complaints) <= 1, f"a bad client fills the log: {complaints}"
    assert target.calls["connect"] <= 1, "an event reached connect"
    assert target.calls["disconnect"] == target.calls["admitted"], "an event reached disconnect"
    runs.done += 1


async def test_the_server_still_serves_after_all_that(target: Target) -> None:
    socket = await target.person.connect()
    await target.person.converse(socket)
    await socket.close()
    await target.until_empty()


async def test_a_client_that_only_sends_nonsense_costs_a_line_of_log(target: Target) -> None:
    frames: list[str | bytes] = [GREETING, *(f'42{number}["no.such",{{}}]' for number in range(30))]
    with everything_logged() as written:
        await speak(target, frames)
        await target.until_empty()
    assert len([line for line in written if line[0] not in LIFE - {"command_refused"}]) <= 1
