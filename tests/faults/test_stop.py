"""T-05: a node is asked to stop with 500 sockets and 20 replies on it. Nobody is cut off, nothing is lost."""

import asyncio
import signal
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.faults.cluster import Cluster, Node
from tests.faults.runs import FULL, Runs
from tests.faults.scene import Lesson, lessons, settle, watchers

pytestmark = [pytest.mark.live, pytest.mark.timeout(1200)]

REPLIES = 20 if FULL else 8
SOCKETS = 500 if FULL else 80
DRAIN_S = 20 if FULL else 6
STOPPED_S = 30.0
BACK_S = 10.0
EQUAL_S = 45.0
CUT = 1006


@pytest.mark.fault("T-05", full=10, part=1)
async def test_a_node_is_asked_to_stop_with_everybody_on_it(tmp_path: Path, runs: Runs) -> None:
    async with Cluster(
        tmp_path / "c",
        nodes=2,
        students=REPLIES,
        direct=True,
        SOCKETS_PER_USER="1000",
        CHAT_DRAIN_S=str(DRAIN_S),
    ) as cluster:
        while runs.left:
            leaving, staying = cluster.nodes if runs.done % 2 else cluster.nodes[::-1]
            homes = [[leaving, staying]] * REPLIES
            async with (
                lessons(cluster, runs, homes, homes) as begun,
                watchers(cluster, runs, begun, [leaving, staying], SOCKETS - 2 * REPLIES) as tabs,
            ):
                await stop(runs, begun, leaving)
                await settle(cluster, begun, staying, EQUAL_S, more=tabs)
                clients = [*tabs, *(client for lesson in begun for client in lesson.clients)]
            assert len(clients) == SOCKETS
            cut = [client for client in clients if CUT in client.codes]
            assert not cut, f"{len(cut)} were cut off\n{cut[0].history.tail(40, cut[0].name)}"
            worst = max(gap for client in clients for gap in client.back_s)
            assert worst <= BACK_S, f"one was away for {worst:.1f} s"
            runs.count(worst)
            await leaving.start()


async def stop(runs: Runs, begun: list[Lesson], leaving: Node) -> None:
    """SIGTERM among replies that are nearly done and others that are far from it, while the teacher writes on."""
    await asyncio.gather(*(lesson.ask(tokens=runs.chance.randrange(6, 4 * DRAIN_S), delay_s=0.5) for lesson in begun))
    await asyncio.sleep(runs.chance.uniform(0.5, 2.5))
    asked = time.monotonic()
    leaving.signal(signal.SIGTERM)
    writing = [asyncio.create_task(lesson.note()) for lesson in begun]
    async with asyncio.timeout(STOPPED_S * 1.5):
        code = await leaving.ended()
    took = time.monotonic() - asked
    assert (code, took <= STOPPED_S) == (0, True), (
        f"exit {code} after {took:.1f} s, at {datetime.now(UTC)}\n{timeline(leaving)}"
    )
    runs.note = f"exit after {took:.1f} s"
    await asyncio.gather(*writing)


def timeline(node: Node) -> str:
    """What the node logged of its end, without its requests and sockets."""
    lines = node.written().splitlines()[-2000:]
    return "\n".join(line[:300] for line in lines if '"request"' not in line and "socket_" not in line)[-6000:]
