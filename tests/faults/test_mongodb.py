"""T-10, T-11: a MongoDB that restarts, drops connections or answers late, and answers that get lost on the way."""

import asyncio
import time
from pathlib import Path

import pytest

from tests.faults.cluster import Cluster
from tests.faults.runs import Runs
from tests.faults.scene import Lesson, lessons, settle, side_by_side

pytestmark = [pytest.mark.live, pytest.mark.timeout(900)]

GAP_S = 2.0
BACK_S = 5.0
EQUAL_S = 30.0
AT_ONCE = 20
COMMANDS = ["insert", "update", "find", "findAndModify", "delete"]


async def restart(cluster: Cluster, begun: list[Lesson]) -> float:
    """Kill it for a moment: nothing is acknowledged meanwhile, and soon afterwards everything is."""
    await cluster.mongodb.kill()
    gone = time.monotonic()
    sending = [asyncio.create_task(lesson.note()) for lesson in begun]
    await asyncio.sleep(GAP_S)
    assert not [each for lesson in begun for each in lesson.teacher.history.of("ok") if each.at > gone]
    await cluster.mongodb.start()
    back = time.monotonic()
    await asyncio.gather(*sending)
    return time.monotonic() - back


async def fail(cluster: Cluster, begun: list[Lesson], **how: object) -> float:
    """Let the next five commands fail; returns how long a note took then."""
    await cluster.database.client.admin.command(
        {
            "configureFailPoint": "failCommand",
            "mode": {"times": 5},
            "data": {"failCommands": COMMANDS, "appName": "wuhao-tutor", **how},
        }
    )
    began = time.monotonic()
    await asyncio.gather(*(lesson.note() for lesson in begun))
    return time.monotonic() - began


@pytest.mark.fault("T-10", full=20, part=1)
async def test_mongodb_restarts_cuts_or_is_late(tmp_path: Path, runs: Runs) -> None:
    async def one(cluster: Cluster, number: int) -> float:
        first, second = cluster.nodes
        async with lessons(cluster, runs, [[first], [second]], [[second], [first]]) as begun:
            asked = await asyncio.gather(*(lesson.ask(tokens=60) for lesson in begun))
            await begun[0].until_part(asked[0], runs.chance.randrange(30))
            if number % 3 == 0:
                took = await restart(cluster, begun)
            elif number % 3 == 1:
                took = await fail(cluster, begun, closeConnection=True)
            else:
                took = await fail(cluster, begun, blockConnection=True, blockTimeMS=2000) - 2.0
            assert took <= BACK_S, f"{took:.1f} s"
            await settle(cluster, begun, first, EQUAL_S)
        return took

    await side_by_side(tmp_path, runs, one, clusters=3)


@pytest.mark.fault("T-11", full=500, part=30)
async def test_answers_of_the_stores_get_lost(tmp_path: Path, runs: Runs) -> None:
    async def one(cluster: Cluster, _number: int) -> float:
        """Talk in four rooms while answers are lost, one every 50 ms."""
        homes = [[node] for node in cluster.nodes * 2]
        async with lessons(cluster, runs, homes, homes[1:] + homes[:1]) as begun:
            stop = asyncio.Event()
            talks = [asyncio.create_task(talk(lesson, stop)) for lesson in begun]
            for _ in range(AT_ONCE):
                await lose_one(cluster)
            stop.set()
            await asyncio.gather(*talks)
            return await settle(cluster, begun, cluster.nodes[0], EQUAL_S)

    async def lose_one(cluster: Cluster) -> None:
        node = runs.chance.choice(cluster.nodes)
        store = runs.chance.choice([node.redis, node.mongodb])
        [trap] = store.drop_reply()
        async with asyncio.timeout(20):
            await trap.sprung.wait()
        await asyncio.sleep(0.05)

    async def talk(lesson: Lesson, stop: asyncio.Event) -> None:
        while not stop.is_set():
            acked = await lesson.ask(tokens=20, delay_s=0.03)
            await lesson.note()
            await lesson.until_final(acked)

    await side_by_side(tmp_path, runs, one, clusters=2, each=AT_ONCE)
