"""The bench's own parts: what they count must be right before anybody believes a figure."""

import json
from array import array
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests.bench.chart import Bar, Panel, svg
from tests.bench.clients import CLIENTS, SocketIO
from tests.bench.crowd import Crowd, Stall
from tests.bench.findings import Findings, Summary, summary
from tests.bench.marks import LENGTH, MARK, OWN, WRAP, own_delay, since, token
from tests.bench.meter import Meter, Spread, spread
from tests.bench.plan import Result, Shares
from tests.bench.question import Question, newest
from tests.bench.report import GOALS, LIBRARIES, tables, write
from tests.bench.rounds import FIRST, LATER, _stalled, line
from tests.bench.scenarios import SCENARIOS
from tests.bench.subjects import SUBJECTS
from tests.bench.upstream import BEGIN, END, event
from tests.bench.wire import WebSocket, masked
from tutor.settings import ROOT

IDLE_SHARES = Shares(server=90, upstream=20, generator=20, stores=10, foreign=5)


def a_result(**changes: Any) -> Result:
    """A run in which all went well."""
    usual = Result(
        tokens_per_s=1000,
        in_time_per_s=1000,
        offered_per_s=1000,
        tokens_per_frame=1,
        cpu_us_per_delivery=10,
        cpu=IDLE_SHARES,
        delay=Spread(count=1000, p50=2, p99=9, most=12),
        first_token=Spread(count=50, p50=3, p99=8, most=9),
        whole=50,
        short=0,
        out_of_order=0,
        closed=0,
        rss_mb=80,
    )
    return replace(usual, **changes)


def some_findings() -> Findings:
    """Two rounds of two servers, their idle connections and our stalled readers."""
    rounds = [
        {
            "ours": {
                "s500": a_result(),
                "room30": a_result(cpu_us_per_delivery=3),
                "first0": a_result(),
                "first200": a_result(),
                "flood": a_result(tokens_per_s=ours, offered_per_s=9000),
            },
            "plain": {"room30": a_result(), "flood": a_result(tokens_per_s=plain, offered_per_s=9000)},
        }
        for ours, plain in ((8000, 1000), (4000, 2000))
    ]
    crowds = {"ours": Crowd(100, 0, 400, 2000, 24), "plain": Crowd(100, 0, 800, 1000, 30)}
    stalls = {"ours+silent": Stall(10, 10, 0.5, 0.2, 900), "ours+quiet": Stall(10, 10, 40, 0.1, 30)}
    return Findings(rounds, crowds, stalls | {"plain+silent": Stall(10, 0, 0, 6, 900)})


class Reader(SocketIO):
    """A client without a connection: its messages come from the test."""

    def hear(self, *texts: bytes) -> None:
        for text in texts:
            self.message(b'42["token",{"t":"' + text + b'"}]')

    def hear_end(self) -> None:
        self.message(b'42["done",{}]')


@pytest.fixture
async def reader() -> Reader:
    made = Reader("ws://127.0.0.1:1/", "", Meter(recording=True))
    made.expect(3)
    return made


def test_a_token_carries_its_number_and_its_moment() -> None:
    text = token(513, 0xABCDEF, padding=4)
    assert len(text) == LENGTH + 4
    assert [(int(number, 16), int(sent, 16)) for number, sent in MARK.findall(text)] == [(513, 0xABCDEF)]
    assert OWN.findall(token(0, 1) + own_delay(77)) == [b"0000004d"]


def test_the_clock_may_begin_anew_between_two_readings() -> None:
    assert since(WRAP - 9, 10) == 20


def test_a_spread_is_of_sorted_delays() -> None:
    assert spread(array("I")) is None
    assert spread(array("I", range(1000, 102_000, 1000))) == Spread(101, 51.0, 100.0, 101.0)


def test_the_newest_question_of_a_dialogue_is_the_one_that_is_answered() -> None:
    asked = [Question(5, 10), Question(tokens=60, rate=30, delay_ms=200, padding=3)]
    assert newest(" and ".join(question.text for question in asked).encode()) == asked[1]
    assert newest(b"nothing to see") is None


def test_the_service_speaks_as_openai_does() -> None:
    lengths_and_bodies = (BEGIN.partition(b"\r\n\r\n")[2] + event(b"hello") + END).split(b"\r\n")
    for length, body in zip(lengths_and_bodies[:-3:2], lengths_and_bodies[1:-3:2], strict=True):
        assert int(length, 16) == len(body)
    said = [json.loads(body[6:]) for body in lengths_and_bodies[1:6:2]]
    assert [chunk["choices"][0]["delta"].get("content") for chunk in said] == ["", "hello", None]
    assert said[-1]["choices"][0]["finish_reason"] == "stop"


async def test_a_reply_in_one_piece_or_many_is_whole(reader: Reader) -> None:
    reader.hear(token(0, 1) + own_delay(5), token(1, 2) + token(2, 3))
    reader.hear_end()
    meter = reader._meter
    assert (meter.frames, meter.tokens, meter.whole, meter.short, meter.out_of_order) == (2, 3, 1, 0, 0)
    assert len(meter.delays) == 3
    assert reader.has_all


async def test_a_lost_token_makes_a_reply_out_of_order_and_a_lost_end_makes_it_short(reader: Reader) -> None:
    reader.hear(token(0, 1), token(2, 3))
    assert reader._meter.out_of_order == 1
    reader.expect(3)
    reader.hear(token(0, 1), token(1, 2))
    reader.hear_end()
    assert (reader._meter.whole, reader._meter.short) == (0, 1)


async def test_frames_are_read_however_the_network_cuts_them() -> None:
    heard: list[bytes] = []

    class Ear(WebSocket):
        def message(self, payload: bytes) -> None:
            heard.append(payload)

    long, longer = b"x" * 300, b"y" * 70_000
    stream = (
        b"\x81\x02hi\x81\x7e" + (300).to_bytes(2, "big") + long + b"\x81\x7f" + (70_000).to_bytes(8, "big") + longer
    )
    ear = Ear("ws://127.0.0.1:1/?a=b")
    answer = b"HTTP/1.1 101 Switching Protocols\r\n\r\n" + stream
    for start in range(0, len(answer), 1009):
        ear.data_received(answer[start : start + 1009])
    assert heard == [b"hi", long, longer]
    assert masked(b"hi") == b"\x81\x82\0\0\0\0hi"


def test_ratios_are_taken_within_a_round_and_told_as_their_median() -> None:
    found = summary(some_findings())
    assert found.tokens_per_s_vs_plain == pytest.approx(5)  # of 8 and 2, not 12,000 / 3,000
    assert found.cpu_per_delivery_vs_plain == pytest.approx(0.3)
    assert found.tokens_per_s_vs_node is None
    assert found.connects_per_s_vs_plain == pytest.approx(0.5)
    assert (found.idle_kb, found.slow_reader_mb, found.slow_reader_gone_s) == (24, 0.2, 40)
    assert found.streams_500_ok is True


@pytest.mark.parametrize(
    "trouble",
    [
        {"short": 1},
        {"out_of_order": 1},
        {"closed": 1},
        {"in_time_per_s": 980},
        {"delay": Spread(count=9, p50=90, p99=501, most=600)},
    ],
)
def test_streams_fall_behind_by_any_loss_disorder_or_delay(trouble: dict[str, Any]) -> None:
    assert summary(Findings([{"ours": {"s500": a_result(**trouble)}}])).streams_500_ok is False


def test_a_reader_that_stays_is_not_gone() -> None:
    stalls = {"ours+silent": Stall(10, 9, 0.5, 0.2, 900)}
    assert summary(Findings([], {}, stalls)).slow_reader_gone_s is None


def test_whatever_else_may_have_been_the_limit_is_named() -> None:
    busy = replace(IDLE_SHARES, upstream=60, generator=30)
    flooded = {"flood": a_result(tokens_per_s=990, cpu=busy)}
    assert summary(Findings([{"node": flooded}])).doubts == [
        "round 1, node, flood: the other core was 100 % busy",
        "round 1, node, flood: all that was offered arrived; the server may do more",
    ]


def test_a_report_is_written_as_figures_table_and_chart(tmp_path: Path) -> None:
    said = write(some_findings(), tmp_path / "bench.json", tmp_path / "results.md")
    figures = json.loads((tmp_path / "bench.json").read_text())
    assert set(Summary.__dataclass_fields__) | {"versions", "rounds", "crowds", "stalls"} == set(figures)
    assert figures["rounds"][0]["ours"]["flood"]["tokens_per_s"] == 8000
    assert figures["versions"]["python-socketio"]
    assert (tmp_path / "results.md").read_text() == said
    assert "| Wuhao Tutor, whole | 6,000 |" in said
    drawn = ET.fromstring((tmp_path / "results.svg").read_text())  # noqa: S314  # our own chart
    assert len(drawn.findall(".//{*}rect")) == 4


def test_the_libraries_that_are_told_are_locked() -> None:
    locked = (ROOT / "config/run.lock").read_text()
    assert all(f"\n{library}==" in locked for library in LIBRARIES)


def test_every_goal_is_judged() -> None:
    text = "\n".join(tables(some_findings(), summary(some_findings())))
    assert text.count("**no**") == 1  # five times the plain relay instead of six
    assert all(goal.text in text for goal in GOALS)


def test_our_bar_and_the_longest_stand_out() -> None:
    drawn = svg([Panel("title", "note", [Bar("ours & more", 50, ours=True), Bar("other", 100)])])
    first, second = ET.fromstring(drawn).findall(".//{*}rect")  # noqa: S314  # our own chart
    assert (first.get("class"), second.get("class")) == ("ours", "other")
    assert int(second.get("width") or 0) == pytest.approx(2 * int(first.get("width") or 0), abs=1)


def test_every_server_has_loads_and_a_client() -> None:
    assert set(FIRST) == set(SUBJECTS)
    assert {load for loads in FIRST.values() for load in loads} == set(SCENARIOS)
    assert all(set(loads) <= set(FIRST[name]) for name, loads in LATER.items())
    assert {subject.client for subject in SUBJECTS.values()} == set(CLIENTS)


def test_our_readers_are_neglected_in_three_manners() -> None:
    assert [f"{name}+{manner}" for name, manner, *_ in _stalled(["plain", "ours"])] == [
        "ours+silent",
        "ours+pong",
        "ours+quiet",
        "plain+silent",
    ]


def test_a_result_is_told_in_a_line() -> None:
    told = line(a_result(first_token=None))
    assert "1000/s of   1000" in told
    assert "first +-" in told


def test_the_loads_outlast_their_windows() -> None:
    for name in ("s500", "flood"):
        load = SCENARIOS[name]
        assert load.question.seconds >= load.ramp_s + load.warm_s + load.window_s
        assert load.question.tokens <= 0xFFFF
