"""The load generator: carries out one plan against one server, in a process of its own.

`python -m tests.bench.load` reads a Plan as JSON from standard input and writes a Result to standard output.
"""

import asyncio
import gc
import os
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import uvloop
from pydantic import TypeAdapter

from tests.bench.clients import CLIENTS, Client
from tests.bench.machine import cpu_s, machine_s, rss_mb
from tests.bench.marks import now_us, since
from tests.bench.meter import Meter, spread
from tests.bench.plan import Pids, Plan, Result, Shares

AT_ONCE = 32
CONNECT_S = 60.0
BEGIN_S = 8.0
LOOK_EVERY_S = 0.1


@dataclass(frozen=True, slots=True)
class Reading:
    """All meters at one moment."""

    at: float
    frames: int
    tokens: int
    server: float
    upstream: float
    generator: float
    stores: float
    machine: float

    @classmethod
    def take(cls, pids: Pids, meter: Meter) -> "Reading":
        return cls(
            time.monotonic(),
            meter.frames,
            meter.tokens,
            cpu_s([pids.server]),
            cpu_s([pids.upstream]),
            cpu_s([os.getpid()]),
            cpu_s(pids.stores),
            machine_s() - cpu_s(pids.others),
        )

    def shares(self, earlier: "Reading") -> Shares:
        """What each part took since then."""
        seconds = self.at - earlier.at
        server, upstream, generator, stores, machine = (
            100 * (getattr(self, name) - getattr(earlier, name)) / seconds for name in PARTS
        )
        foreign = max(0.0, machine - server - upstream - generator - stores)
        return Shares(server, upstream, generator, stores, foreign)


NO_END_US = 2**31
PARTS = ("server", "upstream", "generator", "stores", "machine")


class Load:
    """One plan at work."""

    def __init__(self, plan: Plan, meter: Meter, kind: type[Client]) -> None:
        self._plan = plan
        self._kind = kind
        self._load = plan.load
        self._meter = meter
        self._rooms: list[list[Client]] = []
        self._asking = True
        self._open_replies = 0
        self._quiet = asyncio.Event()

    async def run(self) -> Result:
        """Connect, ask, count, and say what was found."""
        plan, load, meter = self._plan, self._load, self._meter
        await self.prepare()
        self.start()
        await asyncio.sleep(load.ramp_s + load.warm_s)
        await self._until_all_begun()
        first = Reading.take(plan.pids, meter)
        meter.since_us, meter.window_us, meter.recording = now_us(), NO_END_US, True
        await asyncio.sleep(load.window_s)
        last = Reading.take(plan.pids, meter)
        meter.window_us = since(meter.since_us, now_us())
        meter.recording = self._asking = False
        if load.awaited:
            await self._until_ended()
        return self._result(first, last)

    @property
    def rooms(self) -> list[str]:
        """The rooms, once they are made."""
        return [viewers[0].room for viewers in self._rooms]

    async def prepare(self) -> None:
        """Connect everybody and let them enter their rooms."""
        await self._connect()
        await self._enter()
        gc.collect()
        gc.disable()

    async def _connect(self) -> None:
        gate = asyncio.Semaphore(AT_ONCE)
        kind, plan, load = self._kind, self._plan, self._load

        async def one(room: int) -> Client:
            async with gate:
                client = kind(plan.url, plan.tokens[room % len(plan.tokens)], self._meter)
                await client.connect()
                await asyncio.wait_for(client.signed_in, CONNECT_S)
                return client

        wanted = [one(room) for room in range(load.rooms) for _ in range(load.viewers)]
        clients = await asyncio.gather(*wanted)
        self._rooms = [clients[at : at + load.viewers] for at in range(0, len(clients), load.viewers)]

    async def _enter(self) -> None:
        for number, viewers in enumerate(self._rooms):
            room = await viewers[0].make_room(f"bench {number}")
            await asyncio.gather(*(viewer.enter(room) for viewer in viewers))

    def start(self) -> None:
        """Let the questions begin."""
        loop, step = asyncio.get_running_loop(), self._load.ramp_s / self._load.rooms
        for number, viewers in enumerate(self._rooms):
            for viewer in viewers:
                viewer.on_end = partial(self._ended, viewers)
            loop.call_later(number * step, self._ask, viewers)

    def _ask(self, viewers: list[Client]) -> None:
        self._open_replies += len(viewers)
        self._quiet.clear()
        for viewer in viewers[1:]:
            viewer.expect(self._load.question.tokens)
        viewers[0].ask(self._load.question.text, self._load.question.tokens)

    def _ended(self, viewers: list[Client]) -> None:
        self._open_replies -= 1
        if not self._open_replies:
            self._quiet.set()
        if self._load.again and self._asking and all(viewer.has_all for viewer in viewers):
            asyncio.get_running_loop().call_soon(self._ask, viewers)

    async def _until_all_begun(self) -> None:
        """A server that is slow to begin replies is given time: the window is for all of them at once."""
        for _ in range(round(BEGIN_S / LOOK_EVERY_S)):
            if self._meter.begun >= self._load.rooms * self._load.viewers:
                break
            await asyncio.sleep(LOOK_EVERY_S)

    async def _until_ended(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._load.question.seconds + self._load.grace_s):
                await self._quiet.wait()

    def _result(self, first: Reading, last: Reading) -> Result:
        plan, load, meter = self._plan, self._load, self._meter
        seconds, deliveries = last.at - first.at, last.tokens - first.tokens
        return Result(
            tokens_per_s=deliveries / seconds,
            in_time_per_s=meter.in_time / seconds,
            offered_per_s=float(load.rooms * load.viewers * load.question.rate),
            tokens_per_frame=deliveries / max(1, last.frames - first.frames),
            cpu_us_per_delivery=(last.server - first.server) * 1e6 / max(1, deliveries),
            cpu=last.shares(first),
            delay=spread(meter.delays),
            first_token=spread(meter.first_tokens),
            whole=meter.whole,
            short=meter.short + max(0, self._open_replies if load.awaited else 0),
            out_of_order=meter.out_of_order,
            closed=meter.closed,
            rss_mb=rss_mb(plan.pids.server),
        )


def main() -> None:
    """Read the plan, carry it out, write the result."""
    plan = TypeAdapter(Plan).validate_json(sys.stdin.buffer.read())
    result = uvloop.run(Load(plan, Meter(), CLIENTS[plan.client]).run())
    sys.stdout.buffer.write(TypeAdapter(Result).dump_json(result))


if __name__ == "__main__":
    main()
