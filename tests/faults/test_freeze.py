"""T-04, T-19: a node that stands still for half a minute, and one that is cut off from the others for a minute."""

import asyncio
import time
from pathlib import Path

import pytest

from tests.faults.checker import stored
from tests.faults.cluster import Cluster, Node
from tests.faults.runs import FULL, Runs
from tests.faults.scene import Lesson, waves

pytestmark = [pytest.mark.live, pytest.mark.timeout(900)]

FROZEN_S = 30.0 if FULL else 12.0
LEASE_S = 15.0 if FULL else 3.0
PARTED_S = 60.0
HEALED_S = 30.0
TOKENS = 60


@pytest.mark.fault("T-04", full=20, part=2)
async def test_a_frozen_node_that_comes_back_changes_nothing(tmp_path: Path, runs: Runs) -> None:
    victims = min(10, runs.required)

    async def strike(cluster: Cluster, lesson: Lesson, node: Node) -> float:
        acked = await lesson.ask(tokens=TOKENS)
        await lesson.until_part(acked, runs.chance.randrange(TOKENS // 2))
        frozen = time.monotonic()
        node.freeze()
        assert acked.reply_id
        await lesson.teacher.until_final(lesson.room, acked.reply_id, FROZEN_S)
        took = time.monotonic() - frozen
        before = await stored(cluster.database, [lesson.room])
        await asyncio.sleep(FROZEN_S - took)
        node.thaw()
        await lesson.until_final(acked)
        await asyncio.sleep(2)  # what the node that was gone still wants to write, it has written by now
        assert await stored(cluster.database, [lesson.room]) == before, "the node that was gone has written"
        return took

    async with Cluster(tmp_path / "c", nodes=victims + 1, students=victims, CHAT_LEASE_S=str(LEASE_S)) as cluster:
        await waves(cluster, runs, strike)


@pytest.mark.fault("T-19", full=5, part=0)
async def test_both_sides_of_a_partition_work_and_agree_afterwards(tmp_path: Path, runs: Runs) -> None:
    async def strike(cluster: Cluster, lesson: Lesson, node: Node) -> float:
        await lesson.until_final(await lesson.ask(tokens=20))
        node.redis.freeze()
        until = time.monotonic() + PARTED_S
        while time.monotonic() < until:
            acked = await lesson.ask(tokens=20)
            assert acked.reply_id
            assert acked.took_s < 10, f"an ack took {acked.took_s:.1f} s"
            await lesson.note()
            ended = await lesson.student.until_final(lesson.room, acked.reply_id)
            assert ended["state"] == "complete", ended
        node.redis.thaw()
        healed = time.monotonic()
        await lesson.until_final(acked, HEALED_S)
        return time.monotonic() - healed

    async with Cluster(tmp_path / "c", nodes=runs.required + 1, students=runs.required) as cluster:
        await waves(cluster, runs, strike, equal_s=HEALED_S)
