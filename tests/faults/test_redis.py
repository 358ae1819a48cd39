"""T-06 to T-09: a Redis that dies, hangs, goes silent on one link, or throws a listener out. The chat goes on."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from redis.asyncio import Redis

from tests.faults.cluster import Cluster
from tests.faults.history import Acked
from tests.faults.runs import FULL, Runs
from tests.faults.scene import Lesson, lessons, settle, side_by_side

pytestmark = [pytest.mark.live, pytest.mark.timeout(900)]

GAP_S = 5.0
EQUAL_S = 25.0
HUNG_S = 20.0 if FULL else 10.0
ACK_P95_S = 2.5
BREAKER_S = 5.0
TIMEOUT_S = 2.0  # what a call to Redis waits while the breaker is closed
DEAF_S = 20.0
MEGABYTE = 1_048_576

Strike = Callable[[Cluster, list[Lesson]], Awaitable[float]]


async def two_lessons(cluster: Cluster, runs: Runs, strike: Strike) -> float:
    """A student on either node with the teacher on the other; `strike` returns the seconds until all was well."""
    first, second = cluster.nodes
    async with lessons(cluster, runs, [[first], [second]], [[second], [first]]) as begun:
        took = await strike(cluster, begun)
        await settle(cluster, begun, second, EQUAL_S)
    return took


async def notes_until_heard(lesson: Lesson, within_s: float) -> float:
    """The teacher writes notes until the student's tab, on the other node, hears one by itself; how long that took."""
    began = time.monotonic()
    while time.monotonic() - began < within_s:
        note = await lesson.note()
        await asyncio.sleep(0.5)
        heard = lesson.student.history.of("event", "message.added")
        if any(
            record.who == lesson.student.name and record.body["message"]["id"] == note.message["id"] for record in heard
        ):
            return time.monotonic() - began
    raise AssertionError(f"deaf for {within_s} s")


@pytest.mark.fault("T-06", full=20, part=1)
async def test_redis_is_killed_and_comes_back(tmp_path: Path, runs: Runs) -> None:
    async def strike(cluster: Cluster, begun: list[Lesson]) -> float:
        asked = await asyncio.gather(*(lesson.ask(tokens=80) for lesson in begun))
        await begun[0].until_part(asked[0], runs.chance.randrange(20))
        await cluster.redis.kill()
        gone = time.monotonic()
        await asyncio.gather(*(lesson.note() for lesson in begun))
        await asyncio.sleep(GAP_S - (time.monotonic() - gone))
        await cluster.redis.start()
        back = time.monotonic()
        await asyncio.gather(*(lesson.note() for lesson in begun))
        await settle(cluster, begun, cluster.nodes[0], EQUAL_S)
        return time.monotonic() - back

    await side_by_side(tmp_path, runs, lambda cluster, _: two_lessons(cluster, runs, strike), clusters=4)


@pytest.mark.fault("T-07", full=10, part=1)
async def test_redis_hangs(tmp_path: Path, runs: Runs) -> None:
    async def strike(cluster: Cluster, begun: list[Lesson]) -> float:
        hung = time.monotonic()
        cluster.redis.freeze()
        waits: list[tuple[float, float]] = []
        try:
            while time.monotonic() - hung < HUNG_S:
                acked = await asyncio.gather(*(lesson.note() for lesson in begun), *(ask(each) for each in begun))
                waits += [(time.monotonic() - hung, each.took_s) for each in acked]
        finally:
            cluster.redis.thaw()
        took = sorted(seconds for _, seconds in waits)
        p95 = took[int(len(took) * 0.95)]
        assert p95 <= ACK_P95_S, f"p95 of {len(took)} acks is {p95:.2f} s: {waits}"
        late = sorted(seconds for at, seconds in waits if at - seconds > BREAKER_S)
        waited = late[int(len(late) * 0.95)]
        assert waited < TIMEOUT_S / 2, f"p95 of acks is {waited:.2f} s when the breaker had to be open: {late}"
        return p95

    async def ask(lesson: Lesson) -> Acked:
        acked = await lesson.ask(tokens=10, delay_s=0.02)
        assert acked.reply_id
        await lesson.student.until_final(lesson.room, acked.reply_id)
        return acked

    await side_by_side(tmp_path, runs, lambda cluster, _: two_lessons(cluster, runs, strike), clusters=5)


@pytest.mark.fault("T-08", full=10, part=0)
async def test_a_link_to_redis_goes_silent_for_ever(tmp_path: Path, runs: Runs) -> None:
    async def strike(cluster: Cluster, begun: list[Lesson]) -> float:
        asked = await begun[0].ask(tokens=60)
        await begun[0].until_part(asked, 5)
        for node in cluster.nodes:
            for link in node.redis.links:
                link.freeze()
        took = max(await asyncio.gather(*(notes_until_heard(lesson, DEAF_S) for lesson in begun)))
        for node in cluster.nodes:
            node.redis.thaw()  # so that Redis learns that they are gone
        return took

    await side_by_side(tmp_path, runs, lambda cluster, _: two_lessons(cluster, runs, strike), clusters=5)


@pytest.mark.fault("T-09", full=5, part=0)
async def test_redis_throws_a_listener_out_for_a_message_of_a_megabyte(tmp_path: Path, runs: Runs) -> None:
    async def strike(cluster: Cluster, begun: list[Lesson]) -> float:
        channel = f"tutor:room:conversation:{begun[0].room}"
        async with Redis.from_url(cluster.redis.program.url, decode_responses=True) as redis:
            await redis.config_set("client-output-buffer-limit", f"pubsub {MEGABYTE // 2} {MEGABYTE // 4} 1")
            assert await redis.publish(channel, "x" * MEGABYTE) == len(cluster.nodes)
            took = max(await asyncio.gather(*(notes_until_heard(lesson, DEAF_S) for lesson in begun)))
            assert await redis.pubsub_numsub(channel) == [(channel, len(cluster.nodes))]
        return took

    await side_by_side(tmp_path, runs, lambda cluster, _: two_lessons(cluster, runs, strike), clusters=2)
