"""Readers that never read: what each costs the server, and how long it may stay.

`python -m tests.bench.slow` reads a Plan and writes a Stall. The load goes on in its rooms, whose asker reads; READERS
further sockets are in all of these rooms and stop reading after a while. With `--pong` they go on answering pings, so
that only what piles up for them gives them away.
"""

import asyncio
import socket
import sys
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import uvloop
from pydantic import TypeAdapter

from tests.bench.clients import CLIENTS, Client
from tests.bench.crowd import Stall
from tests.bench.load import Load
from tests.bench.machine import ports_at_other_end, rss_mb
from tests.bench.meter import Meter
from tests.bench.plan import Plan

READERS = 10
ENTER_EVERY_S = 0.08  # a socket may only say so much
SMALL = 16 * 1024
LOOK_EVERY_S = 0.25
PONG_EVERY_S = 5.0


@dataclass(slots=True)
class Stalled:
    """One of them: its port on this machine, and when the server was rid of it."""

    client: Client
    port: int
    gone_after_s: float | None = field(default=None)


def stall(client: Client) -> Stalled:
    """Stop reading."""
    assert client.transport
    client.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
    client.transport.pause_reading()
    return Stalled(client, client.transport.get_extra_info("sockname")[1])


async def carry_out(plan: Plan, *, pong: bool) -> Stall:
    """Let the load begin, stall the readers, and watch."""
    meter = Meter()
    load = Load(plan, meter, CLIENTS[plan.client])
    await load.prepare()
    readers = await asyncio.gather(*(_reader(plan, load.rooms) for _ in range(READERS)))
    load.start()
    await asyncio.sleep(plan.load.ramp_s + plan.load.warm_s)
    tokens, began = meter.tokens, time.monotonic()
    watched = Watch(plan, [stall(reader) for reader in readers])
    await watched.until_gone(plan.load.window_s, pong=pong)
    return watched.result((meter.tokens - tokens) / (time.monotonic() - began))


async def _reader(plan: Plan, rooms: list[str]) -> Client:
    client = CLIENTS[plan.client](plan.url, plan.tokens[0], Meter())
    await client.connect()
    await client.signed_in
    for room in rooms:
        await client.enter(room)
        await asyncio.sleep(ENTER_EVERY_S)
    return client


class Watch:
    """Weighs the server and waits until it is rid of its stalled readers."""

    def __init__(self, plan: Plan, readers: list[Stalled]) -> None:
        self._pid = plan.pids.server
        self._port = urlsplit(plan.url).port or 0
        self._readers = readers
        self._before = self._most = rss_mb(self._pid)

    async def until_gone(self, longest_s: float, *, pong: bool) -> None:
        """Look again and again, for `longest_s` at most."""
        began = time.monotonic()
        next_pong = began + PONG_EVERY_S
        while (waited := time.monotonic() - began) < longest_s and not all(each.gone_after_s for each in self._readers):
            await asyncio.sleep(LOOK_EVERY_S)
            self._look(waited + LOOK_EVERY_S)
            if pong and time.monotonic() >= next_pong:
                next_pong += PONG_EVERY_S
                for each in self._readers:
                    each.client.say("3")

    def _look(self, waited: float) -> None:
        self._most = max(self._most, rss_mb(self._pid))
        still = ports_at_other_end(self._port)
        for each in self._readers:
            if each.gone_after_s is None and each.port not in still:
                each.gone_after_s = waited

    def result(self, tokens_per_s: float) -> Stall:
        """What was seen."""
        gone = [each.gone_after_s for each in self._readers if each.gone_after_s]
        count = len(self._readers)
        return Stall(count, len(gone), max(gone, default=0.0), (self._most - self._before) / count, tokens_per_s)


def main() -> None:
    """Read the plan, carry it out, write what was found."""
    plan = TypeAdapter(Plan).validate_json(sys.stdin.buffer.read())
    found = uvloop.run(carry_out(plan, pong="--pong" in sys.argv))
    sys.stdout.buffer.write(TypeAdapter(Stall).dump_json(found))


if __name__ == "__main__":
    main()
