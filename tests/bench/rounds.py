"""The course of a whole bench: rounds over all servers, then the idle connections, then the readers that never read."""

import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.findings import Findings, Round
from tests.bench.plan import Result
from tests.bench.runs import WARM_UP, measure, neglect, stage, weigh
from tests.bench.scenarios import IDLE, QUIET_STALL, SCENARIOS, STALL, STALL_OF_OTHERS_S, Scenario
from tests.bench.subjects import OURS, SUBJECTS, Stage

STUDENTS = 520
# The first round fills the whole table; the others repeat what goals are set for. Chainlit has no shared rooms.
FIRST = {
    OURS: ("s500", "room30", "first0", "first200", "asks", "flood"),
    "plain": ("s500", "room30", "first200", "asks", "flood"),
    "raw": ("s500", "room30", "first200", "flood"),
    "node": ("s500", "room30", "first200", "asks", "flood"),
    "chainlit": ("first200", "flood"),
}
LATER = {
    OURS: ("s500", "room30", "first200", "flood"),
    "plain": ("room30", "flood"),
    "node": ("flood",),
}


def say(words: str) -> None:
    """Tell the terminal how far we are."""
    print(words, file=sys.stderr, flush=True)  # noqa: T201  # a progress report


async def bench(names: Sequence[str], rounds: int, *, extras: bool = True) -> Findings:
    """Measure these servers; `extras` are the idle connections and the stalled readers. Every round has new stores."""
    findings = Findings()
    for number in range(rounds):
        turned = [*names[number % len(names) :], *names[: number % len(names)]]
        async with _new_stage() as here:
            findings.rounds.append(await _round(here, turned, number))
    if extras:
        async with _new_stage() as here:
            await _crowds(here, names, findings)
            await _stalls(here, names, findings)
    return findings


@asynccontextmanager
async def _new_stage() -> AsyncIterator[Stage]:
    with TemporaryDirectory(prefix="wuhao-bench-") as folder:
        async with stage(Path(folder), STUDENTS) as here:
            yield here


async def _round(here: Stage, names: Sequence[str], number: int) -> Round:
    found: Round = {}
    loads = LATER if number else FIRST
    for name in (name for name in names if name in loads):
        async with SUBJECTS[name].running(here) as server:
            await measure(here, server, WARM_UP)
            found[name] = {}
            for load in loads[name]:
                found[name][load] = result = await measure(here, server, SCENARIOS[load])
                say(f"round {number + 1}  {name:<9} {load:<9} {line(result)}")
    return found


def line(result: Result) -> str:
    """A result in one line."""
    delay, first = result.delay, result.first_token
    return (
        f"{result.tokens_per_s:>7.0f}/s of {result.offered_per_s:>6.0f} {result.cpu_us_per_delivery:>7.1f} us each"
        f"  delay {f'{delay.p50:.1f}/{delay.p99:.1f} ms' if delay else '-'}"
        f"  first +{f'{first.p50:.1f}/{first.p99:.1f} ms' if first else '-'}"
        f"  CPU {result.cpu.server:.0f} % | stores {result.cpu.stores:.0f}, upstream {result.cpu.upstream:.0f},"
        f" generator {result.cpu.generator:.0f}, foreign {result.cpu.foreign:.0f} %"
        f"  short {result.short}, disorder {result.out_of_order}"
    )


async def _crowds(here: Stage, names: Sequence[str], findings: Findings) -> None:
    for name in names:
        async with SUBJECTS[name].running(here) as server:
            findings.crowds[name] = found = await weigh(here, server, IDLE)
        say(f"idle     {name:<9} {found.kb:.1f} KB each, {found.per_s:.0f} connections/s, {found.cpu_us:.0f} us each")


async def _stalls(here: Stage, names: Sequence[str], findings: Findings) -> None:
    for name, manner, scenario, pong in _stalled(names):
        async with SUBJECTS[name].running(here) as server:
            key = f"{name}+{manner}"
            findings.stalls[key] = found = await neglect(here, server, scenario, pong=pong)
        say(
            f"stalled  {key:<12} {found.mb_each:.2f} MB each, {found.gone} of {found.readers} gone"
            f" after {found.gone_after_s:.1f} s"
        )


def _stalled(names: Sequence[str]) -> Iterator[tuple[str, str, Scenario, bool]]:
    """Who is to be neglected, how it is called, under which load, and whether pings are answered meanwhile."""
    if OURS in names:
        yield OURS, "silent", STALL, False
        yield OURS, "pong", STALL, True
        yield OURS, "quiet", QUIET_STALL, False
    if "plain" in names:
        yield "plain", "silent", replace(STALL, window_s=STALL_OF_OTHERS_S), False
