"""T-01, T-02: `kill -9` of the node that writes, in the middle of a reply and between a write and its ack."""

import asyncio
import time
from collections.abc import Awaitable
from pathlib import Path

import pytest

from tests.faults.cluster import Cluster, Node
from tests.faults.runs import Runs
from tests.faults.scene import Lesson, waves

pytestmark = [pytest.mark.live, pytest.mark.timeout(900)]

LEASE_S = 3.0
AFTER_LEASE_S = 20.0
RESUME_S = 5.0
TOKENS = 60
INSERT = b"insert\x00\x09\x00\x00\x00messages\x00"
# Each is stored on the way to the ack: the question, the reply's stub, and the conversation's hint.
WRITES = (INSERT, b"kind\x00\x06\x00\x00\x00tutor\x00", b"update\x00\x0e\x00\x00\x00conversations\x00")


async def die_at(token: int, cluster: Cluster, lesson: Lesson, node: Node, *, lease_s: float = LEASE_S) -> float:
    """Kill a node after some tokens and start it again; returns how long the reply had no end."""
    acked = await lesson.ask(tokens=TOKENS)
    await lesson.until_part(acked, token)
    died = time.monotonic()
    await node.die()
    starting = asyncio.create_task(node.start())
    await lesson.until_final(acked)
    took = time.monotonic() - died
    await starting
    assert took < lease_s + AFTER_LEASE_S, f"{took:.1f} s without an end"
    assert all(gap < RESUME_S for gap in lesson.student.back_s), lesson.student.back_s
    return took


@pytest.mark.fault("T-01", full=50, part=4)
async def test_the_node_that_writes_is_killed_in_the_middle(tmp_path: Path, runs: Runs) -> None:
    victims = min(4, runs.required)  # each comes back while the rest is measured, on few cores
    async with Cluster(tmp_path / "c", nodes=victims + 1, students=victims, CHAT_LEASE_S=str(LEASE_S)) as cluster:

        def strike(cluster: Cluster, lesson: Lesson, node: Node) -> Awaitable[float]:
            return die_at(runs.chance.randrange(TOKENS), cluster, lesson, node)

        await waves(cluster, runs, strike)


@pytest.mark.fault("T-01", full=5, part=0)
async def test_the_same_with_the_lease_of_a_school(tmp_path: Path, runs: Runs) -> None:
    async with Cluster(tmp_path / "c", nodes=runs.required + 1, students=runs.required) as cluster:

        def strike(cluster: Cluster, lesson: Lesson, node: Node) -> Awaitable[float]:
            return die_at(runs.chance.randrange(TOKENS), cluster, lesson, node, lease_s=15.0)

        await waves(cluster, runs, strike)


async def die_before_ack(write: bytes, cluster: Cluster, lesson: Lesson, node: Node) -> float:
    """Kill a node when MongoDB has done its write and the answer is on its way; the student sends again, elsewhere."""
    trap = node.mongodb.trap(write)
    sending = asyncio.create_task(lesson.ask(tokens=10, delay_s=0.02))
    async with asyncio.timeout(20):
        await trap.sprung.wait()
    died = time.monotonic()
    await node.die()
    acked = await sending
    took = time.monotonic() - died
    await node.start()
    await lesson.until_final(acked)
    rows = await cluster.database["messages"].count_documents({"client_id": acked.client_id})
    assert rows == 1
    again = await lesson.student.say(lesson.room, acked.text, acked.client_id)
    assert (again.message["id"], again.message["seq"]) == (acked.message["id"], acked.message["seq"])
    assert again.reply_id == acked.reply_id
    return took


@pytest.mark.fault("T-02", full=20, part=2)
async def test_the_node_is_killed_between_the_write_and_the_ack(tmp_path: Path, runs: Runs) -> None:
    victims = min(5, runs.required)
    async with Cluster(tmp_path / "c", nodes=victims + 1, students=victims, CHAT_LEASE_S=str(LEASE_S)) as cluster:

        def strike(cluster: Cluster, lesson: Lesson, node: Node) -> Awaitable[float]:
            number = cluster.nodes.index(node)
            return die_before_ack(WRITES[(number + runs.done) % len(WRITES)], cluster, lesson, node)

        await waves(cluster, runs, strike)
