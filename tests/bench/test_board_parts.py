"""The parts of the board's bench: what they count must be right before anybody believes a figure."""

import json
from collections import Counter

import pytest

from tests.bench.boardreport import tables
from tests.bench.meter import Meter
from tests.bench.page import Cost, Frame, Profile, Usage, frame_size, scripting, used, worst
from tests.bench.pupils import HABITS, Pupil
from tests.bench.test_parts import a_result
from tests.core.raw import until

USAGE = Usage(
    seconds=30,
    bytes_per_s=4000,
    worst_bytes_per_s=5100,
    script=0.004,
    task=0.02,
    worst_task=0.03,
    frames={"tiles.changed": 20, "hands.changed": 9, "other": 1},
    bytes={"tiles.changed": 90_000, "hands.changed": 29_997, "other": 3},
    states={"answering": 100},
    late_s=(0.2, 1.0, 2.5),
)


def test_a_frame_has_two_four_or_ten_bytes_before_what_it_carries() -> None:
    assert [frame_size(payload) - payload for payload in (125, 126, 65_535, 65_536)] == [2, 4, 4, 10]


def test_the_worst_seconds_may_begin_at_any_frame() -> None:
    frames = [Frame(at, size, "tiles.changed") for at, size in ((0, 10), (4, 20), (8.9, 40), (9, 5))]
    assert worst(frames) == 60
    assert worst([]) == 0


def test_samples_of_scripts_and_garbage_count_and_those_of_idleness_do_not() -> None:
    names = ("(root)", "(idle)", "(program)", "(garbage collector)", "show", "")
    profile: Profile = {
        "nodes": [{"id": number, "callFrame": {"functionName": name}} for number, name in enumerate(names)],
        "samples": [1, 1, 1, 1, 2, 2, 0, 3, 4, 5],
    }
    assert scripting(profile) == pytest.approx(0.3)


def test_a_page_is_judged_by_all_readings_and_by_the_worst_two() -> None:
    costs = [Cost(0, 1), Cost(5, 1.1), Cost(10, 1.6)]
    frames = [Frame(1, 100, "tiles.changed"), Frame(2, 60, "hands.changed"), Frame(9, 40, "tiles.changed")]
    found = used(costs, 0.01, frames, Counter(answering=2), [3.0, 1.0])
    assert [found.task, found.worst_task] == pytest.approx([0.06, 0.1])
    assert (found.bytes_per_s, found.worst_bytes_per_s) == (20, 32)
    assert (found.frames, found.bytes) == (
        {"tiles.changed": 2, "hands.changed": 1},
        {"tiles.changed": 140, "hands.changed": 60},
    )
    assert found.late_s == (1.0, 3.0)


def test_goals_of_the_board_are_judged() -> None:
    text = "\n".join(tables(a_result(), a_result(), USAGE, is_true=True))
    assert text.count("| yes |") == 5
    assert "| bytes to the page, KB/s | <= 5 | 4.00 | yes |" in text
    assert "| age of the news that a reply began, p50 s |  | 1.0 |  |" in text


def test_what_the_board_must_not_do_is_named() -> None:
    wrong = Usage(
        seconds=30,
        bytes_per_s=5001,
        worst_bytes_per_s=9000,
        script=0.11,
        task=0.12,
        worst_task=0.3,
        frames={"reply.delta": 1},
        bytes={"reply.delta": 60},
        states={},
        late_s=(),
    )
    assert "\n".join(tables(a_result(), a_result(), wrong, is_true=False)).count("**no**") == 5


class Silent(Pupil):
    """A student without a connection."""

    def __init__(self) -> None:
        super().__init__("ws://127.0.0.1:1/", "", Meter())
        self.said: list[str] = []

    def say(self, text: str) -> None:
        self.said.append(text)

    def named(self) -> list[str]:
        return [json.loads(text[2:])[0] for text in self.said]


@pytest.fixture
async def student() -> Silent:
    return Silent()


async def test_a_student_raises_the_hand_and_takes_it_down_and_never_asks_the_same(student: Silent) -> None:
    student._number = HABITS + 1
    for _ in range(2):
        student.ask("T=1 R=1 D=0 P=0", 1)
    assert student.named() == ["hand.raise", "message.send", "hand.lower", "message.send"]
    first, second = (json.loads(text[2:])[1]["text"] for text in student.said[1::2])
    assert first != second
    assert first.endswith("T=1 R=1 D=0 P=0")


async def test_a_student_types_before_asking(student: Silent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.bench.pupils.TYPES_S", 0)
    student.ask("T=1 R=1 D=0 P=0", 1)
    assert student.named() == ["typing.set"]
    await until(lambda: student.named() == ["typing.set", "message.send"])
