"""T-40: workers are killed and stand still while they grade: a grade for each job, told once, at a real socket."""

import asyncio
import os
import signal
import sys
import time
from asyncio.subprocess import DEVNULL, Process
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psutil
import pytest

from tests.factories import Json, Person
from tests.faults.cluster import Cluster
from tests.faults.grading_process import MOMENTS, READY
from tests.faults.runs import Runs
from tests.faults.wire import Wire
from tests.homework.factories import an_assignment_body, work_body
from tutor.core.child import LEASH
from tutor.settings import ROOT

pytestmark = [pytest.mark.live, pytest.mark.timeout(900)]

KILLED = 0.2
OUTLIVING = 0.15
LEASE_S = 1.0
START_S = 60.0
WORKERS = 3
STUDENTS = 5


async def call(cluster: Cluster, person: Person, method: str, path: str, body: Json) -> Json:
    """An API request to the server of the cluster."""
    headers = {"Authorization": f"Bearer {person.access_token}"}
    address = f"{cluster.addresses[0]}/api/v1{path}"
    async with cluster.http.request(method, address, json=body, headers=headers) as response:
        answer: Json = await response.json()
        assert response.status < 400, answer
        return answer


@dataclass
class Squad:
    """Workers that are started again when they were killed, and let go on some time after they stood still."""

    cluster: Cluster
    runs: Runs
    killed: int = 0
    frozen: int = 0

    async def __aenter__(self) -> Self:
        self.struck = self.cluster.folder / "struck"
        self.struck.mkdir()
        started = [asyncio.Event() for _ in range(WORKERS)]
        self._keepers = [asyncio.create_task(self._keep(number, begun)) for number, begun in enumerate(started)]
        async with asyncio.timeout(START_S):
            await asyncio.gather(*(begun.wait() for begun in started))
        return self

    async def __aexit__(self, *_raised: object) -> None:
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)

    def check(self) -> None:
        """Fail when a worker ended otherwise than planned."""
        for keeper in self._keepers:
            if keeper.done():
                keeper.result()

    async def _keep(self, number: int, begun: asyncio.Event) -> None:
        log = self.cluster.folder / f"worker{number}.log"
        while True:
            process = await self._start(log)
            try:
                while process.returncode is None:
                    if not begun.is_set() and READY in log.read_text(errors="replace"):
                        begun.set()
                    if _stands_still(process):
                        await asyncio.sleep(LEASE_S + self.runs.chance.uniform(0.5, 2.0))
                        process.send_signal(signal.SIGCONT)
                        self.frozen += 1
                    await asyncio.sleep(0.05)
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
            assert process.returncode == -signal.SIGKILL, log.read_text(errors="replace")[-3000:]
            self.killed += 1

    async def _start(self, log: Path) -> Process:
        settings = {
            "ENV": "test",
            "MONGODB_URL": self.cluster.mongodb.program.url,
            "REDIS_URL": self.cluster.redis.program.url,
            "DATA_DIR": str(self.cluster.folder / "nothing"),
            "HOMEWORK_GRADERS": "1",
            **HOMEWORK,
        }
        with log.open("ab") as output:
            return await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-S", str(LEASH), str(os.getpid())),
                *(sys.executable, "-m", "tests.faults.grading_process", str(self.struck)),
                stdin=DEVNULL,
                stdout=output,
                stderr=output,
                cwd=ROOT,
                env={
                    **os.environ,
                    "PYTHONPATH": str(ROOT),
                    **{f"TUTOR_{name}": value for name, value in settings.items()},
                },
            )


def _stands_still(process: Process) -> bool:
    try:
        return psutil.Process(process.pid).status() == psutil.STATUS_STOPPED
    except psutil.NoSuchProcess:
        return False


TOLD = ("homework.graded", "homework.released")
HOMEWORK = {"HOMEWORK_LEASE_S": str(LEASE_S), "HOMEWORK_LOOK_S": "0.5"}
SERVER = {
    f"TUTOR_{name}": value
    for name, value in {"HOMEWORK_GRADERS": "0", "LIMITS_HAND_IN_USER": "1000/s burst 1000", **HOMEWORK}.items()
}


def plans(runs: Runs) -> list[str]:
    """What happens to the graders of all works, in a random order; each moment has its turn."""
    kills, freezes = (round(runs.required * share) for share in (KILLED, OUTLIVING))
    struck = ["kill"] * kills + ["freeze"] * freezes
    moments = [f"{how}@{MOMENTS[number % len(MOMENTS)]}" for number, how in enumerate(struck)]
    planned = moments + ["x=2"] * (runs.required - len(moments))
    runs.chance.shuffle(planned)
    return planned


async def hand_all_in(cluster: Cluster, planned: list[str]) -> list[str]:
    """Each plan as the first answer of a work, by the students in turn; the ids of the submissions."""
    teacher, students = cluster.crowd.teacher, cluster.crowd.students
    ids = []
    for begin in range(0, len(planned), len(students)):
        body = an_assignment_body(class_ids=[cluster.class_id], release="at_once")
        draft = (await call(cluster, teacher, "POST", "/assignments", body))["assignment"]
        await call(cluster, teacher, "POST", f"/assignments/{draft['id']}/publish", {})
        pairs = zip(students, planned[begin : begin + len(students)], strict=False)
        works = [(student, work_body(draft["id"], plan, "5/6")) for student, plan in pairs]
        sent = await asyncio.gather(*(call(cluster, student, "POST", "/submissions", work) for student, work in works))
        ids += [one["submission"]["id"] for one in sent]
    return ids


class Ears:
    """What the students of a cluster hear at its first server: how often each was told of each work."""

    def __init__(self) -> None:
        self.heard: Counter[tuple[str, str]] = Counter()
        self._wires: list[Wire] = []

    async def open(self, cluster: Cluster) -> None:
        """Connect all students."""
        for student in cluster.crowd.students:
            token = student.access_token
            self._wires.append(await Wire.open(cluster.http, cluster.addresses[0], token, self._hear))

    def _hear(self, event: str, body: Json) -> None:
        if event in TOLD:
            self.heard[event, body["submission_id"]] += 1

    async def close(self) -> None:
        for wire in self._wires:
            await wire.close()


async def check(cluster: Cluster, ears: Ears, ids: list[str]) -> None:
    """Each work has one grade, and each student was told of it once."""
    assert ears.heard == {(event, one): 1 for event in TOLD for one in ids}
    grades = [row async for row in cluster.database["grades"].find({})]
    assert sorted(row["submission_id"] for row in grades) == sorted(ids)
    assert all(row["told_at"] is not None for row in grades)
    states = Counter([row["state"] async for row in cluster.database["submissions"].find({})])
    jobs = Counter([row["state"] async for row in cluster.database["grading_jobs"].find({})])
    assert (states, jobs) == ({"graded": len(ids)}, {"done": len(ids)})


@pytest.mark.fault("T-40", full=200, part=10)
async def test_workers_are_killed_and_stand_still_while_homework_is_graded(tmp_path: Path, runs: Runs) -> None:
    ears, planned = Ears(), plans(runs)
    strikes = sum("@" in plan for plan in planned)
    served = Cluster(tmp_path / "c", nodes=1, students=STUDENTS, direct=True, extra={0: SERVER})
    async with served as cluster:
        await ears.open(cluster)
        began = time.monotonic()
        ids = await hand_all_in(cluster, planned)
        async with Squad(cluster, runs) as squad:
            async with asyncio.timeout(60 + 5 * runs.required):
                while squad.killed + squad.frozen < strikes or len(ears.heard) < len(TOLD) * len(ids):
                    squad.check()
                    await asyncio.sleep(0.1)
            took = time.monotonic() - began
            await asyncio.sleep(2 * LEASE_S)  # time for the last who stood still to do harm
        await ears.close()
        await check(cluster, ears, ids)
    assert (squad.killed, squad.frozen) == tuple(round(runs.required * share) for share in (KILLED, OUTLIVING))
    runs.note = f"{squad.killed} killed, {squad.frozen} stood still, {len(ids)} graded and told"
    runs.count(took, times=runs.required)


@pytest.mark.fault("T-40", full=20, part=1)
async def test_the_server_that_grades_is_killed_beside_the_one_that_tells(tmp_path: Path, runs: Runs) -> None:
    ears, ids = Ears(), []
    grading = SERVER | {"TUTOR_HOMEWORK_GRADERS": "2"}
    served = Cluster(tmp_path / "c", nodes=2, students=STUDENTS, direct=True, extra={0: SERVER, 1: grading})
    async with served as cluster:
        await ears.open(cluster)
        victim = cluster.nodes[1]
        while runs.left:
            ids += await hand_all_in(cluster, ["x=2"] * STUDENTS)
            await asyncio.sleep(runs.chance.uniform(0.0, 0.3))  # a moment of its grading, not a wait for something
            await victim.die()
            began = time.monotonic()
            await victim.start()
            async with asyncio.timeout(START_S):
                while len(ears.heard) < len(TOLD) * len(ids):  # noqa: ASYNC110  # it is heard in another task
                    await asyncio.sleep(0.05)
            runs.count(time.monotonic() - began)
        await ears.close()
        await check(cluster, ears, ids)
