"""Carries out plans: sets the stage once, then lets the load generator loose on one server after another."""

import asyncio
import os
import secrets
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from pydantic import TypeAdapter

from tests.bench.crowd import Crowd, Stall
from tests.bench.machine import awake, pin, prefer, two_cores
from tests.bench.plan import Pids, Plan, Result
from tests.bench.question import Question
from tests.bench.scenarios import Scenario
from tests.bench.students import enrol, stores
from tests.bench.subjects import Running, Stage
from tutor.core.child import LEASH
from tutor.settings import ROOT

LONGEST_RUN_S = 150.0


class RunFailed(Exception):
    """The load generator gave up; its words are the argument."""


@asynccontextmanager
async def _child(core: int, module: str, *arguments: str, stdin: int | None = None) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-S", str(LEASH), str(os.getpid())),
        *(sys.executable, "-m", module, *arguments),
        stdin=stdin,
        stdout=PIPE,
        stderr=PIPE if stdin else None,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    pin(process.pid, core)
    prefer(process.pid)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@asynccontextmanager
async def stage(folder: Path, students: int) -> AsyncIterator[Stage]:
    """Stores, students and the upstream on one core; the other is kept free for the servers."""
    core, other = two_cores()
    secret = secrets.token_hex(32)
    with awake((core, other)) as idlers:
        async with (
            stores(folder / "data", other) as (settings, pids),
            _child(other, "tests.bench.upstream") as upstream,
        ):
            assert upstream.stdout
            address = f"http://127.0.0.1:{int(await upstream.stdout.readline())}/v1"
            tokens = await enrol(settings, students, secret)
            yield Stage(core, other, folder, address, upstream.pid, secret, settings, pids, tokens, idlers)


async def measure(stage: Stage, server: Running, scenario: Scenario) -> Result:
    """One run of the load generator. Raises: RunFailed."""
    written = await _carry_out(stage, "tests.bench.load", _plan(stage, server, scenario))
    return TypeAdapter(Result).validate_json(written)


async def teach(stage: Stage, server: Running, scenario: Scenario) -> Result:
    """One run with the students of a class. Raises: RunFailed."""
    written = await _carry_out(stage, "tests.bench.pupils", _plan(stage, server, scenario))
    return TypeAdapter(Result).validate_json(written)


async def weigh(stage: Stage, server: Running, scenario: Scenario) -> Crowd:
    """One run with connections that only sit there: as many as the scenario has rooms. Raises: RunFailed."""
    written = await _carry_out(stage, "tests.bench.idle", _plan(stage, server, scenario))
    return TypeAdapter(Crowd).validate_json(written)


async def neglect(stage: Stage, server: Running, scenario: Scenario, *, pong: bool) -> Stall:
    """One run with readers that never read; all are one student, who may open every room. Raises: RunFailed."""
    plan = replace(_plan(stage, server, scenario), tokens=server.tokens[:1])
    written = await _carry_out(stage, "tests.bench.slow", plan, *(["--pong"] if pong else []))
    return TypeAdapter(Stall).validate_json(written)


def _plan(stage: Stage, server: Running, scenario: Scenario) -> Plan:
    pids = Pids(server.pid, stage.upstream_pid, stage.store_pids, (*stage.idlers, os.getpid()))
    return Plan(server.client, server.url, server.tokens, pids, scenario)


async def _carry_out(stage: Stage, module: str, plan: Plan, *arguments: str) -> bytes:
    async with _child(stage.other_core, module, *arguments, stdin=PIPE) as load:
        async with asyncio.timeout(LONGEST_RUN_S):
            written, said = await load.communicate(TypeAdapter(Plan).dump_json(plan))
    if load.returncode:
        raise RunFailed(said.decode(errors="replace")[-2000:])
    return written


WARM_UP = Scenario(Question(30, 100), rooms=2, ramp_s=0.1, warm_s=0.1, window_s=0.3)
