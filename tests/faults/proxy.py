"""A TCP proxy that does to a connection what bad networks do; tests put it between a node and a store, or a client.

`toxics` change how bytes flow; `freeze`, `reset`, `refuse` and traps strike. Each works on the whole proxy or one link.
"""

import asyncio
import random
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

Direction = Literal["up", "down"]
BOTH: tuple[Direction, Direction] = ("up", "down")
CHUNK = 65_536
ABORT = struct.pack("ii", 1, 0)
BROKEN = (OSError, RuntimeError)  # uvloop says RuntimeError on a transport that closed


@dataclass(frozen=True, slots=True)
class Toxics:
    """How bytes flow. Zero is harmless.

    `latency_s` and `jitter_s` before each chunk, `rate` in bytes a second, `slice` in bytes a write, `limit_data` in
    bytes towards the client until the connection is cut, `corrupt` the chance that a chunk has one bit turned.
    """

    latency_s: float = 0.0
    jitter_s: float = 0.0
    rate: float = 0.0
    slice: int = 0
    limit_data: int = 0
    corrupt: float = 0.0


@dataclass
class Trap:
    """Waits for a request with these bytes in it; what the server answers to it is kept and the connection held."""

    match: bytes
    reset: bool
    sprung: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass
class Link:
    """One connection through the proxy; `toxics` are its own, or else the proxy's. Bytes are counted per direction."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    toxics: Toxics | None = None
    passed: dict[Direction, int] = field(default_factory=lambda: {"up": 0, "down": 0})
    gates: dict[Direction, asyncio.Event] = field(default_factory=lambda: {each: _open_gate() for each in BOTH})
    armed: Trap | None = None

    def freeze(self, *directions: Direction) -> None:
        """Let nothing pass on this connection, while new ones work: a half-open link."""
        for each in directions or BOTH:
            self.gates[each].clear()

    def reset(self) -> None:
        """Cut both ends with a TCP reset."""
        for writer in (self.client, self.server):
            abort(writer)


class Proxy:
    """A proxy in front of `upstream` (host and port, or a unix socket), as a context manager; `port` is its own.

    `tally` counts how often the words that a test puts into it pass on their way up.
    """

    def __init__(self, upstream: tuple[str, int] | Path, *, chance: random.Random | None = None) -> None:
        self.upstream = upstream
        self.toxics = Toxics()
        self.links: list[Link] = []
        self.tally: dict[bytes, int] = {}
        self.port = 0
        self._gates = {each: _open_gate() for each in BOTH}
        self._traps: list[Trap] = []
        self._refusing = False
        self._chance = chance or random.Random(0)  # noqa: S311  # noise, no secrets
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=4096)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.thaw()
        if self._server is not None:
            self._server.close()
        self.reset()

    def set(self, **changes: float) -> None:
        """Change some of the toxics for all links."""
        self.toxics = replace(self.toxics, **changes)  # type: ignore[arg-type]  # int fields take whole numbers

    def freeze(self, *directions: Direction) -> None:
        """Let nothing pass in these directions (both when none is named); connections stay open and silent."""
        for each in directions or BOTH:
            self._gates[each].clear()

    def thaw(self) -> None:
        """Let everything pass again, with what was held back."""
        for gates in (self._gates, *(link.gates for link in self.links)):
            for gate in gates.values():
                gate.set()

    def reset(self) -> None:
        """Cut all connections with a TCP reset."""
        for link in tuple(self.links):
            link.reset()

    def refuse(self, *, refusing: bool = True) -> None:
        """Cut every connection, and each new one at once, until told otherwise."""
        self._refusing = refusing
        if refusing:
            self.reset()

    def trap(self, match: bytes, *, reset: bool = False) -> Trap:
        """Hold back the answer to the next request that contains `match`; with `reset` cut its connection then."""
        self._traps.append(trap := Trap(match, reset))
        return trap

    def drop_reply(self, count: int = 1, match: bytes = b"") -> list[Trap]:
        """Lose the next answers: the request arrives, its answer does not, and the connection is reset."""
        return [self.trap(match, reset=True) for _ in range(count)]

    def disarm(self) -> None:
        """Forget the traps that nothing has stepped into."""
        self._traps.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if self._refusing:
                raise ConnectionRefusedError
            if isinstance(self.upstream, Path):
                far_reader, far_writer = await asyncio.open_unix_connection(self.upstream)
            else:
                far_reader, far_writer = await asyncio.open_connection(*self.upstream)
        except OSError:
            abort(writer)
            return
        link = Link(writer, far_writer)
        self.links.append(link)
        pumps = [
            asyncio.create_task(self._pump(link, "up", reader, far_writer)),
            asyncio.create_task(self._pump(link, "down", far_reader, writer)),
        ]
        try:
            await asyncio.wait(pumps)
        finally:
            self.links.remove(link)
            link.reset()

    async def _pump(
        self, link: Link, direction: Direction, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            while data := await reader.read(CHUNK):
                await self._gates[direction].wait()
                await link.gates[direction].wait()
                if direction == "up":
                    self._arm(link, data)
                    for word in self.tally:
                        self.tally[word] += data.count(word)
                elif link.armed is not None:
                    await self._spring(link, link.armed)
                await self._write(link, direction, data, writer)
            if writer.can_write_eof():
                writer.write_eof()
        except BROKEN:
            link.reset()

    def _arm(self, link: Link, data: bytes) -> None:
        trap = next((each for each in self._traps if each.match in data), None)
        if trap is not None and link.armed is None:
            self._traps.remove(trap)
            link.armed = trap

    async def _spring(self, link: Link, trap: Trap) -> None:
        """The answer has come: it goes no further."""
        trap.sprung.set()
        if trap.reset:
            raise ConnectionResetError
        link.gates["down"].clear()
        await link.gates["down"].wait()

    async def _write(self, link: Link, direction: Direction, data: bytes, writer: asyncio.StreamWriter) -> None:
        toxics = link.toxics or self.toxics
        if toxics.latency_s or toxics.jitter_s:
            await asyncio.sleep(toxics.latency_s + self._chance.uniform(0, toxics.jitter_s))
        if toxics.corrupt and self._chance.random() < toxics.corrupt:
            place = self._chance.randrange(len(data))
            data = data[:place] + bytes([data[place] ^ 1 << self._chance.randrange(8)]) + data[place + 1 :]
        if direction == "down" and toxics.limit_data:
            data = data[: toxics.limit_data - link.passed["down"]]
        step = toxics.slice or len(data)
        for start in range(0, len(data), step or 1):
            piece = data[start : start + step]
            if toxics.rate or toxics.slice:  # in time for the last of its bytes
                await asyncio.sleep(len(piece) / toxics.rate if toxics.rate else 0)
            writer.write(piece)
            await writer.drain()
            link.passed[direction] += len(piece)
        if direction == "down" and 0 < toxics.limit_data <= link.passed["down"]:
            raise ConnectionResetError


def abort(writer: asyncio.StreamWriter) -> None:
    """Close a connection with a TCP reset."""
    if writer.transport.is_closing():
        return
    if (end := writer.get_extra_info("socket")) is not None and end.family in {socket.AF_INET, socket.AF_INET6}:
        with suppress(OSError):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)
    writer.transport.abort()


def _open_gate() -> asyncio.Event:
    gate = asyncio.Event()
    gate.set()
    return gate
