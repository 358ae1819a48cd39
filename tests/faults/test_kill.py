"""T-01: `kill -9` of the node that writes, in the middle of a reply. Viewers elsewhere go on; nothing acked is lost."""

import asyncio
import time
from pathlib import Path

import pytest

from tests.faults.checker import check, check_logs, check_settled, until_equal
from tests.faults.cluster import Cluster
from tests.faults.runs import Runs
from tests.faults.scene import Lesson, lessons

pytestmark = [pytest.mark.live, pytest.mark.timeout(600)]

VICTIMS = 5
LEASE_S = 3.0
AFTER_LEASE_S = 20.0


async def one_death(cluster: Cluster, lesson: Lesson, victim: int, token: int) -> float:
    """Kill the node after some tokens and bring it up again; returns how long the reply took to end, past the lease."""
    node = cluster.nodes[victim]
    acked = await lesson.ask(tokens=60)
    await lesson.until_part(acked, token)
    died = time.monotonic()
    await node.die()
    starting = asyncio.create_task(node.start())
    assert acked.reply_id
    await asyncio.gather(*(each.until_final(lesson.room, acked.reply_id) for each in lesson.clients))
    ended = time.monotonic()
    await starting
    return ended - died


@pytest.mark.fault("T-01", full=50, part=5)
async def test_the_node_that_writes_is_killed_in_the_middle(tmp_path: Path, runs: Runs) -> None:
    count = min(VICTIMS, runs.required)
    async with Cluster(tmp_path / "c", nodes=count + 1, students=count, CHAT_LEASE_S=str(LEASE_S)) as cluster:
        *victims, witness = cluster.nodes
        while runs.left:
            turn = [number for number, _ in zip(range(count), runs.numbers(), strict=False)]
            homes = [[victims[number], witness] for number in turn]
            async with lessons(cluster, runs, homes, [[witness]] * len(turn)) as begun:
                took = await asyncio.gather(
                    *(
                        one_death(cluster, lesson, number, runs.chance.randrange(40))
                        for number, lesson in zip(turn, begun, strict=True)
                    )
                )
                clients = [client for lesson in begun for client in lesson.clients]
                await until_equal(cluster, clients, 25)
                await check(cluster, clients, witness.address)
            for seconds in took:
                assert seconds < LEASE_S + AFTER_LEASE_S
                runs.count(seconds)
        await check_settled(cluster, cluster.nodes)
        check_logs(cluster)
