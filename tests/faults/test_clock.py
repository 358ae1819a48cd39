"""T-20: nodes whose clocks are two minutes off or jump in the middle of a reply. Needs Debian's libfaketime."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.factories import Refused
from tests.faults.cluster import SECRET, Cluster, Node
from tests.faults.runs import Runs
from tests.faults.scene import Lesson, waves
from tests.faults.wire import Wire
from tutor.core.caller import Caller
from tutor.core.clock import Clock
from tutor.core.tokens import Tokens

pytestmark = [pytest.mark.live, pytest.mark.timeout(600)]

OFF_S = (120, -120, 0, 0, 120)
JUMPS_TO_S = (120, -120, 120, -120, -120)
CLOSE_S = 5.0


def libfaketime() -> str:
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
    assert found, "apt-get install libfaketime"
    return str(found[0])


def clock_file(folder: Path, number: int) -> Path:
    return folder / f"clock{number}"


def wrong_clock(folder: Path, number: int) -> dict[str, str]:
    """The environment of a node whose clock is as far off as a file says; its monotonic clock is right."""
    clock_file(folder, number).write_text(f"{OFF_S[number]:+d}s\n")
    return {
        "LD_PRELOAD": libfaketime(),
        "FAKETIME_TIMESTAMP_FILE": str(clock_file(folder, number)),
        "FAKETIME_CACHE_DURATION": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DONT_FAKE_MONOTONIC": "1",
    }


async def takes(cluster: Cluster, node: Node, left_s: float) -> bool:
    """Whether the node takes a token of the teacher's that has so many seconds left."""
    teacher, clock = cluster.crowd.teacher, Clock()
    session = await cluster.database["sessions"].find_one({"user_id": teacher.id})
    assert session
    life = timedelta(seconds=left_s)
    ends = datetime.now(UTC) + life
    caller = Caller(teacher.id, "teacher", "王老师", "zh", str(session["_id"]), ends)
    token = Tokens(SECRET, clock, life).sign(caller)
    try:
        wire = await Wire.open(cluster.http, node.address, token, lambda _event, _body: None)
    except Refused as refused:
        return refused.code != "token_expired"
    await wire.close()
    return True


@pytest.mark.fault("T-20", full=10, part=3)
async def test_clocks_are_off_or_jump(tmp_path: Path, runs: Runs) -> None:
    async def strike(cluster: Cluster, lesson: Lesson, node: Node) -> float:
        number = cluster.nodes.index(node)
        acked = await lesson.ask(tokens=160)
        await lesson.until_part(acked, runs.chance.randrange(10, 40))
        clock_file(tmp_path, number).write_text(f"{JUMPS_TO_S[number]:+d}s\n")
        assert await takes(cluster, node, 20), "a good token is refused"
        assert not await takes(cluster, node, -10), "a token is taken that has ended"
        await lesson.until_final(acked)
        row = await cluster.database["messages"].find_one({"_id": acked.reply_id})
        assert row
        assert (row["state"], row["reply"]["fence"]) == ("complete", 1), row  # type: ignore[index]  # a document
        question = datetime.fromisoformat(acked.message["created_at"])
        note = await lesson.note()
        assert all(client.codes == [] for client in lesson.clients), "somebody was disconnected"
        assert abs(datetime.now(UTC) - datetime.fromisoformat(note.message["created_at"])) < timedelta(seconds=CLOSE_S)
        assert abs(datetime.now(UTC) - question) < timedelta(seconds=60)
        clock_file(tmp_path, number).write_text(f"{OFF_S[number]:+d}s\n")
        await asyncio.sleep(1.5)
        return 0.0

    extra = {number: wrong_clock(tmp_path, number) for number in range(len(OFF_S))}
    count = len(OFF_S)
    async with Cluster(tmp_path / "c", nodes=count + 1, students=count, extra=extra, CHAT_LEASE_S="3") as cluster:
        await waves(cluster, runs, strike)
