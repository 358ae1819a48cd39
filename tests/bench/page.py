"""A page in Chromium, watched over the devtools: each frame that it receives, and what it costs its main thread.

Used by `board.py`. Bytes are those of the WebSocket's frames, which the server does not compress, and of HTTP bodies;
what TCP and IP add is not counted. Scripting is told by the profiler: Chromium's `ScriptDuration` leaves out whatever
runs in microtasks, and there Socket.IO decodes its packets and tells its listeners.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import TypedDict

import orjson
from playwright.async_api import CDPSession

EVENT = re.compile(r'42\["([a-z.]+)",')
SWEEP_S = 5.0
SAMPLE_US = 1000
NO_SCRIPT = frozenset({"(root)", "(idle)", "(program)"})


class Response(TypedDict):
    """A frame, as the devtools tell it."""

    payloadData: str


class Received(TypedDict):
    """News of a frame; the moment in seconds of the browser's own clock."""

    timestamp: float
    response: Response


class Loaded(TypedDict):
    """News of bytes that came over HTTP."""

    timestamp: float
    encodedDataLength: int


class CallFrame(TypedDict):
    """Where a sample was taken."""

    functionName: str


class Node(TypedDict):
    """A function that was running."""

    id: int
    callFrame: CallFrame


class Profile(TypedDict):
    """What ran when: the functions that were met, one after the other."""

    nodes: list[Node]
    samples: list[int]


@dataclass(frozen=True, slots=True)
class Frame:
    """Bytes that the page received at a moment, in seconds: an event's name, or what else it was."""

    at: float
    size: int
    name: str


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds that all tasks of the main thread (scripts, style, layout, painting) have taken until a moment."""

    at: float
    task: float


@dataclass(frozen=True, slots=True)
class Usage:
    """What a page used while it was watched: of bytes and of a core a second, in the middle and the worst 5 s.

    `frames` and `bytes` are by event; `late_s` is how old the news of each reply's beginning were.
    """

    seconds: float
    bytes_per_s: float
    worst_bytes_per_s: float
    script: float
    task: float
    worst_task: float
    frames: dict[str, int]
    bytes: dict[str, int]
    states: dict[str, int]
    late_s: tuple[float, ...]


class Watched:
    """One page from `begin` on."""

    def __init__(self, session: CDPSession) -> None:
        self._session = session
        self._frames: list[Frame] = []
        self._states: Counter[str] = Counter()
        self._began: dict[str, str] = {}
        self._late_s: list[float] = []

    async def begin(self) -> None:
        """Listen to everything that the page receives."""
        self._session.on("Network.webSocketFrameReceived", self._frame)
        self._session.on("Network.dataReceived", self._data)
        await self._session.send("Network.enable")
        await self._session.send("Performance.enable", {"timeDomain": "threadTicks"})
        await self._session.send("Profiler.enable")
        await self._session.send("Profiler.setSamplingInterval", {"interval": SAMPLE_US})

    def _frame(self, news: Received) -> None:
        text = news["response"]["payloadData"]
        event = EVENT.match(text)
        name = event[1] if event else "answer" if text.startswith("43") else "other"
        self._frames.append(Frame(news["timestamp"], frame_size(len(text.encode())), name))
        if name == "tiles.changed":
            self._tiles(orjson.loads(text[2:])[1]["tiles"])

    def _tiles(self, tiles: Iterable[dict[str, str]]) -> None:
        now = datetime.now(UTC)
        for tile in tiles:
            self._states[tile["state"]] += 1
            if tile["state"] == "answering" and self._began.get(tile["student_id"]) != tile["since"]:
                self._began[tile["student_id"]] = tile["since"]
                self._late_s.append((now - datetime.fromisoformat(tile["since"])).total_seconds())

    def _data(self, news: Loaded) -> None:
        self._frames.append(Frame(news["timestamp"], news["encodedDataLength"], "http"))

    async def watch(self, seconds: float) -> Usage:
        """What the page uses in the next `seconds`."""
        self._states.clear()
        self._late_s.clear()
        await self._session.send("Profiler.start")
        costs = [await self._cost()]
        for _ in range(max(1, round(seconds / SWEEP_S))):
            await asyncio.sleep(min(SWEEP_S, seconds))
            costs.append(await self._cost())
        profile: Profile = (await self._session.send("Profiler.stop"))["profile"]
        frames = [frame for frame in self._frames if costs[0].at <= frame.at <= costs[-1].at]
        return used(costs, scripting(profile), frames, self._states, self._late_s)

    async def _cost(self) -> Cost:
        answer = await self._session.send("Performance.getMetrics")
        found = {metric["name"]: metric["value"] for metric in answer["metrics"]}
        return Cost(found["Timestamp"], found["TaskDuration"])


def scripting(profile: Profile) -> float:
    """The share of samples that met a script or the collection of its garbage.

    Samples are counted, not the time between them, which is another program's when that had the core.
    """
    names = {node["id"]: node["callFrame"]["functionName"] for node in profile["nodes"]}
    return sum(names[node] not in NO_SCRIPT for node in profile["samples"]) / max(1, len(profile["samples"]))


def used(
    costs: Sequence[Cost], script: float, frames: Sequence[Frame], states: Counter[str], late_s: Iterable[float]
) -> Usage:
    """What readings, the share of scripting and frames come down to."""
    first, last = costs[0], costs[-1]
    seconds = last.at - first.at
    sizes: Counter[str] = Counter()
    for frame in frames:
        sizes[frame.name] += frame.size
    return Usage(
        seconds=seconds,
        bytes_per_s=sizes.total() / seconds,
        worst_bytes_per_s=worst(frames) / SWEEP_S,
        script=script,
        task=(last.task - first.task) / seconds,
        worst_task=max((after.task - before.task) / (after.at - before.at) for before, after in pairwise(costs)),
        frames=dict(Counter(frame.name for frame in frames)),
        bytes=dict(sizes),
        states=dict(states),
        late_s=tuple(sorted(late_s)),
    )


def worst(frames: Sequence[Frame]) -> int:
    """The most bytes that came within any `SWEEP_S`."""
    return max((sum(one.size for one in frames if 0 <= one.at - each.at < SWEEP_S) for each in frames), default=0)


def frame_size(payload: int) -> int:
    """The bytes on the wire of a server's frame with so many bytes in it (RFC 6455, section 5.2)."""
    return payload + (2 if payload < 126 else 4 if payload < 2**16 else 10)
