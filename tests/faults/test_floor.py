"""T-35 to T-38: a node dies, Redis restarts or a teacher's connection is cut while hands are up and a draft is checked.

Afterwards there is one owner of the floor, the queue of hands is whole, the draft is decided once, the student was told
everything once and has read nothing that was hidden, and all viewers see the same.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import pytest

from tests.faults.checked import MOMENTS, Checked, checked
from tests.faults.cluster import Cluster
from tests.faults.runs import Runs
from tests.faults.scene import side_by_side, watchers

pytestmark = [pytest.mark.live, pytest.mark.timeout(1200)]

CLUSTERS = 3
GAP_S = 2.0
AWAY_S = 3.0
TOLD_S = 15.0
LONG = 160  # tokens: it is still being written when its teacher has been away for too long

Strike = Callable[[Checked], Awaitable[None]]


async def strike_all(folder: Path, runs: Runs, strike: Strike, *, student_first: bool) -> None:
    """Strike lessons at each moment in turn; the student is on the first node and the teacher on the second, or not."""
    turn = runs.chance.randrange(len(MOMENTS))

    async def one(cluster: Cluster, number: int) -> float:
        first, second = cluster.nodes
        home, desk = ([first, second], [second, first]) if student_first else ([second, first], [first, second])
        async with checked(cluster, runs, home, desk) as scene:
            await scene.begin()
            await scene.until(MOMENTS[(number + turn) % len(MOMENTS)])
            struck = time.monotonic()
            await strike(scene)
            scene.desk.mongodb.thaw()
            await scene.check_all(second)
        return time.monotonic() - struck

    await side_by_side(folder, runs, one, clusters=CLUSTERS, make=partial(Cluster, students=2, CHAT_LEASE_S="3"))


@pytest.mark.fault("T-35", full=20, part=1)
async def test_the_node_that_writes_a_draft_is_killed(tmp_path: Path, runs: Runs) -> None:
    await strike_all(tmp_path, runs, kill_the_first_node, student_first=True)


@pytest.mark.fault("T-35", full=20, part=1)
async def test_the_node_that_the_teacher_is_on_is_killed(tmp_path: Path, runs: Runs) -> None:
    await strike_all(tmp_path, runs, kill_the_first_node, student_first=False)


async def kill_the_first_node(scene: Checked) -> None:
    node = scene.cluster.nodes[0]
    await node.die()
    await node.start()


@pytest.mark.fault("T-36", full=20, part=1)
async def test_redis_restarts_while_a_teacher_checks(tmp_path: Path, runs: Runs) -> None:
    async def restart(scene: Checked) -> None:
        await scene.cluster.redis.kill()
        await asyncio.sleep(GAP_S)
        await scene.cluster.redis.start()

    await strike_all(tmp_path, runs, restart, student_first=True)


@pytest.mark.fault("T-37", full=20, part=1)
async def test_the_teachers_connection_is_cut_and_comes_back(tmp_path: Path, runs: Runs) -> None:
    async def cut(scene: Checked) -> None:
        scene.lesson.teacher.drop()

    await strike_all(tmp_path, runs, cut, student_first=True)


@pytest.mark.fault("T-38", full=20, part=1)
async def test_a_teacher_whose_connection_is_cut_stays_away(tmp_path: Path, runs: Runs) -> None:
    async def one(cluster: Cluster, number: int) -> float:
        first, second = cluster.nodes
        async with checked(cluster, runs, [first, second], [second, first]) as scene:
            writes_long = number % 2 == 0
            await scene.begin(LONG if writes_long else 20)
            await scene.until("writing" if writes_long else "waiting")
            teacher = scene.lesson.teacher
            teacher.drop()
            await teacher.close()
            gone = time.monotonic()
            told_at = await until_told(scene)
            scene.has_seen_nothing(until=told_at)
            await is_let_through(scene)
            async with watchers(cluster, runs, [scene.lesson], [first], 1) as (back,):
                scene.lesson.teacher = back
                scene.notices.append("floor.lost")
                await scene.check_hands()
                await scene.go_on(second)
        return told_at - gone

    make = partial(Cluster, students=2, CHAT_FLOOR_AWAY_S=str(AWAY_S))
    await side_by_side(tmp_path, runs, one, clusters=CLUSTERS, make=make)


async def until_told(scene: Checked) -> float:
    """When the student was told that the tutor has the floor again."""
    student, deadline = scene.lesson.student, time.monotonic() + AWAY_S + TOLD_S
    while time.monotonic() < deadline:
        for record in student.history.of("event", "floor.changed"):
            if record.who == student.name and record.body["floor"]["state"] == "tutor":
                return record.at
        await asyncio.sleep(0.05)
    raise AssertionError(student.history.tail(40, student.name))


async def is_let_through(scene: Checked) -> None:
    """The draft has reached the student as the tutor wrote it, and nobody's name is on it."""
    shown = await scene.lesson.student.until_final(scene.room, scene.reply_id)
    row = await scene.until_state("complete")
    assert (shown["text"], shown["state"]) == (row["text"], "complete")
    assert (shown["reply"]["hidden"], shown["reply"]["sent_by"]) == (False, None)
    floor = await scene.floor()
    assert (floor["state"], floor["number"], floor["teacher_id"]) == ("tutor", 2, None)
