"""A slice of the bench for every day: our server and the plain relay side by side, judged with wide margins."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.bench.findings import Round
from tests.bench.plan import Result
from tests.bench.question import Question
from tests.bench.runs import WARM_UP, measure, stage
from tests.bench.scenarios import Scenario
from tests.bench.subjects import SUBJECTS

STUDENTS = 100
# On any machine more than the plain relay takes. Ours is given the time to end all replies, so that each is checked.
BURST = Scenario(Question(tokens=2500, rate=500), rooms=60, ramp_s=1, warm_s=0.5, window_s=2, grace_s=25)
ROOM = Scenario(Question(tokens=60, rate=30), rooms=2, viewers=20, ramp_s=0.2, warm_s=0.3, window_s=1, grace_s=15)
LOADS = {"room": ROOM, "burst": BURST}

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
async def found(tmp_path_factory: pytest.TempPathFactory) -> Round:
    folder: Path = tmp_path_factory.mktemp("bench")
    results: Round = {}
    async with stage(folder, STUDENTS) as here:
        for name in ("ours", "plain"):
            async with SUBJECTS[name].running(here) as server:
                await measure(here, server, WARM_UP)
                results[name] = {
                    load: await measure(here, server, replace(scenario, awaited=name == "ours"))
                    for load, scenario in LOADS.items()
                }
    return results


@pytest.mark.parametrize("load", LOADS)
async def test_every_reply_reaches_every_viewer_whole_and_in_order(found: Round, load: str) -> None:
    result: Result = found["ours"][load]
    assert result.whole == LOADS[load].rooms * LOADS[load].viewers
    assert (result.short, result.out_of_order, result.closed) == (0, 0, 0)


async def test_a_token_costs_less_than_in_the_plain_relay(found: Round) -> None:
    assert found["ours"]["burst"].cpu_us_per_delivery < found["plain"]["burst"].cpu_us_per_delivery / 1.5


async def test_more_tokens_get_through_than_in_the_plain_relay(found: Round) -> None:
    assert found["ours"]["burst"].tokens_per_s > 1.5 * found["plain"]["burst"].tokens_per_s


async def test_a_viewer_costs_less_than_in_the_plain_relay(found: Round) -> None:
    assert found["ours"]["room"].cpu_us_per_delivery < found["plain"]["room"].cpu_us_per_delivery
