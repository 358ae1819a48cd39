"""Fifty students with real sockets are answered all the time, and a teacher's board of them stands in Chromium.

A slice of `make bench-board`, whose figures stand in tests/bench/board.md.
"""

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.bench.board import Watch, watched
from tests.bench.boardreport import MOST_BYTES_PER_S, MOST_SHARE
from tests.bench.question import Question
from tests.bench.runs import stage
from tests.bench.scenarios import LESSON
from tests.bench.subjects import OURS, SUBJECTS

SLICE = replace(LESSON, question=Question(tokens=100, rate=25, delay_ms=200), ramp_s=4, window_s=13)
STATES = {"answering", "waiting", "writing"}

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
async def found(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Watch:
    folder: Path = tmp_path_factory.mktemp("board")
    async with stage(folder, SLICE.rooms) as here, SUBJECTS[OURS].running(here) as server:
        return await watched(here, server, chromium, SLICE)


async def test_everybody_was_answered_and_the_board_told_of_it(found: Watch) -> None:
    assert found.load.whole >= SLICE.rooms
    assert (found.load.short, found.load.out_of_order, found.load.closed) == (0, 0, 0)
    assert set(found.usage.states) >= STATES


async def test_its_traffic_is_at_most_five_kilobytes_a_second(found: Watch) -> None:
    assert 0 < found.usage.bytes_per_s <= MOST_BYTES_PER_S


async def test_its_page_takes_at_most_a_tenth_of_a_core(found: Watch) -> None:
    assert 0 < found.usage.script <= MOST_SHARE
    assert 0 < found.usage.task <= MOST_SHARE


async def test_no_piece_of_a_reply_comes_to_it(found: Watch) -> None:
    assert set(found.usage.frames) <= {"tiles.changed", "hands.changed", "other"}


async def test_at_the_end_it_shows_what_is_stored(found: Watch) -> None:
    assert len(found.shown) > SLICE.rooms, "no hand is up"
    assert found.shown == found.kept
