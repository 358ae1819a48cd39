"""T-22: a thousand clients lose their node at once and come to the other one. All are let in, and leave no trace."""

import asyncio
import time
from pathlib import Path

import pytest

from tests.faults.checker import check_logs, check_settled
from tests.faults.client import Client
from tests.faults.cluster import Cluster, Node
from tests.faults.history import History
from tests.faults.runs import FULL, Runs

pytestmark = [pytest.mark.live, pytest.mark.timeout(600)]

CLIENTS = 1000 if FULL else 250
PEOPLE = 25
BACK_S = 15.0
READS_EACH = 2
SLACK_READS = 60  # what the node reads for itself meanwhile
BUSY = {"busy", "stopping", "store_unavailable"}
FIND = b"find\x00"


def trace_of(node: Node) -> tuple[int, int]:
    """Open file descriptors without the pools' links to the stores, which are bounded, and resident memory in bytes."""
    links = len(node.redis.links) + len(node.mongodb.links)
    return node.process.num_fds() - links, node.process.memory_info().rss


async def storm(cluster: Cluster, runs: Runs, dying: Node, staying: Node) -> float:
    """Let everybody sign in at one node and kill it; returns the seconds until the last is back."""
    people = cluster.crowd.students
    clients = [
        Client(cluster.http, people[number % PEOPLE], [dying.address, staying.address], History(), runs.chance)
        for number in range(CLIENTS)
    ]
    await asyncio.gather(*(client.start() for client in clients))
    staying.mongodb.tally[FIND] = 0
    died = time.monotonic()
    await dying.die()
    async with asyncio.timeout(BACK_S * 2):
        while not all(client.back_s for client in clients):  # noqa: ASYNC110  # a thousand tell nobody
            await asyncio.sleep(0.1)
    took = time.monotonic() - died
    reads = staying.mongodb.tally[FIND]
    await asyncio.gather(*(client.close() for client in clients))
    assert took <= BACK_S, f"{took:.1f} s"
    assert {code for client in clients for code in client.refused} <= BUSY
    assert reads <= READS_EACH * CLIENTS + SLACK_READS, f"{reads} reads"
    runs.note = f"{reads} reads of MongoDB"
    return took


@pytest.mark.fault("T-22", full=3, part=1)
async def test_a_thousand_clients_come_back_at_once(tmp_path: Path, runs: Runs) -> None:
    async with Cluster(tmp_path / "c", nodes=2, students=PEOPLE) as cluster:
        dying, staying = cluster.nodes
        await storm(cluster, runs, dying, staying)  # fills pools and caches
        await dying.start()
        await check_settled(cluster, cluster.nodes)
        before = trace_of(staying)
        while runs.left:
            took = await storm(cluster, runs, dying, staying)
            await dying.start()
            await check_settled(cluster, cluster.nodes)
            runs.count(took)
        after = trace_of(staying)
        assert abs(after[0] - before[0]) <= 5, f"{before[0]} file descriptors became {after[0]}"
        assert after[1] <= before[1] * 1.1, f"{before[1] >> 20} MB became {after[1] >> 20} MB"
        check_logs(cluster)
