"""T-40: workers are killed and stand still while they grade: a grade for each job, told once, at a real socket."""

import asyncio
import os
import signal
import sys
import time
from asyncio.subprocess import DEVNULL, Process
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
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
LEASE_S = 2.0
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
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def __aenter__(self) -> Self:
        self.struck = self.cluster.folder / "struck"
        self.struck.mkdir()
        started = [asyncio.Event() for _ in range(WORKERS)]
        keepers = [asyncio.create_task(self._keep(number, begun)) for number, begun in enumerate(started)]
        self._keepers = keepers
        async with asyncio.timeout(START_S):
            await asyncio.gather(*(begun.wait() for begun in started))
        return self

    async def __aexit__(self, *_raised: object) -> None:
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)

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


HOMEWORK = {"HOMEWORK_LEASE_S": str(LEASE_S), "HOMEWORK_LOOK_S": "0.5"}


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


@pytest.mark.fault("T-40", full=200, part=14)
async def test_workers_are_killed_and_stand_still_while_homework_is_graded(tmp_path: Path, runs: Runs) -> None:
    heard: Counter[tuple[str, str]] = Counter()

    def hear(event: str, body: Json) -> None:
        if event in {"homework.graded", "homework.released"}:
            heard[event, body["submission_id"]] += 1

    settings = {"HOMEWORK_GRADERS": "0", **HOMEWORK}
    async with Cluster(tmp_path / "c", nodes=1, students=STUDENTS, direct=True, **settings) as cluster:
        tokens = [student.access_token for student in cluster.crowd.students]
        wires = [await Wire.open(cluster.http, cluster.addresses[0], token, hear) for token in tokens]
        planned = plans(runs)
        strikes = sum("@" in plan for plan in planned)
        began = time.monotonic()
        ids = await hand_all_in(cluster, planned)
        async with Squad(cluster, runs) as squad:
            wanted = {(event, one): 1 for event in ("homework.graded", "homework.released") for one in ids}
            async with asyncio.timeout(60 + 5 * runs.required):
                while squad.killed + squad.frozen < strikes or len(heard) < len(wanted):
                    assert not any(keeper.done() for keeper in squad._keepers)
                    await asyncio.sleep(0.1)
            took = time.monotonic() - began
            await asyncio.sleep(2 * LEASE_S)  # time for the last who stood still to do harm
        for wire in wires:
            await wire.close()
        grades = [row async for row in cluster.database["grades"].find({})]
        states = Counter([row["state"] async for row in cluster.database["submissions"].find({})])
        jobs = Counter([row["state"] async for row in cluster.database["grading_jobs"].find({})])
    assert dict(heard) == wanted
    assert sorted(row["submission_id"] for row in grades) == sorted(ids)
    assert all(row["told_at"] is not None for row in grades)
    assert (states, jobs) == ({"graded": len(ids)}, {"done": len(ids)})
    assert (squad.killed, squad.frozen) == tuple(round(runs.required * share) for share in (KILLED, OUTLIVING))
    runs.note = f"{squad.killed} killed, {squad.frozen} stood still, {len(grades)} grades, {len(heard) // 2} told"
    runs.count(took, times=runs.required)
