"""Idle connections: how fast they come, what each costs to admit, and how much memory it keeps.

`python -m tests.bench.idle` reads a Plan, whose rooms are the connections, and writes a Crowd, as `load.py` does.
"""

import asyncio
import sys
import time

import uvloop
from pydantic import TypeAdapter

from tests.bench.clients import CLIENTS, Client
from tests.bench.crowd import Crowd
from tests.bench.machine import cpu_s, rss_mb
from tests.bench.meter import Meter
from tests.bench.plan import Plan

AT_ONCE = 64
FIRST = 50  # what every server allocates once, it has allocated by then
CONNECT_S = 60.0


async def gather(plan: Plan) -> Crowd:
    """Open the connections, wait a moment, and weigh the server."""
    gate, meter = asyncio.Semaphore(AT_ONCE), Meter()

    async def one(number: int) -> Client:
        async with gate:
            client = CLIENTS[plan.client](plan.url, plan.tokens[number % len(plan.tokens)], meter)
            await client.connect()
            await asyncio.wait_for(client.signed_in, CONNECT_S)
            return client

    early = await asyncio.gather(*(one(number) for number in range(FIRST)))
    await asyncio.sleep(plan.load.warm_s)
    cpu, weight, began = cpu_s([plan.pids.server]), rss_mb(plan.pids.server), time.monotonic()
    late = await asyncio.gather(*(one(number) for number in range(FIRST, FIRST + plan.load.rooms)))
    took, cpu = time.monotonic() - began, cpu_s([plan.pids.server]) - cpu
    await asyncio.sleep(plan.load.window_s)
    grown = rss_mb(plan.pids.server) - weight
    for client in (*early, *late):
        client.abort()
    return Crowd(
        connections=plan.load.rooms,
        lost=meter.closed,
        per_s=plan.load.rooms / took,
        cpu_us=cpu * 1e6 / plan.load.rooms,
        kb=grown * 1024 / plan.load.rooms,
    )


def main() -> None:
    """Read the plan, carry it out, write what was found."""
    plan = TypeAdapter(Plan).validate_json(sys.stdin.buffer.read())
    sys.stdout.buffer.write(TypeAdapter(Crowd).dump_json(uvloop.run(gather(plan))))


if __name__ == "__main__":
    main()
