"""The table of `make bench-board`: what the page of a watched class uses, and what the watching costs the class."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median

from tests.bench.findings import added_ms, cpu_us, delay_p50, delay_p99, share
from tests.bench.page import Usage
from tests.bench.plan import Result
from tests.bench.report import number, percent

KB = 1000
MOST_BYTES_PER_S = 5 * KB
MOST_SHARE = 0.10
NOT_MEASURED = (float("nan"),)


@dataclass(frozen=True, slots=True)
class Row:
    """A figure of the page and, where there is one, its goal and whether it is reached."""

    text: str
    found: str
    goal: str = ""
    good: bool | None = None

    def __str__(self) -> str:
        mark = "" if self.good is None else "yes" if self.good else "**no**"
        return f"| {self.text} | {self.goal} | {self.found} | {mark} |"


STUDENTS: tuple[tuple[str, Callable[[Result], float | None], int], ...] = (
    ("added to the first token, p50 ms", added_ms, 1),
    ("a token's way, p50 ms", delay_p50, 1),
    ("p99 ms", delay_p99, 1),
    ("tokens in time, % of 50 rooms x 25/s", lambda result: percent(share(result)), 1),
    ("CPU of the server, % of a core", lambda result: result.cpu.server, 1),
    ("CPU µs/token", cpu_us, 1),
    ("replies that came whole", lambda result: result.whole, 0),
    ("not whole or out of order", lambda result: result.short + result.out_of_order + result.closed, 0),
)


def tables(alone: Result, watched: Result, usage: Usage, *, is_true: bool) -> Iterator[str]:
    """What the page used; then the class without and with a teacher who watches."""
    yield f"| a board of 50 streaming rooms, {usage.seconds:.0f} s | should be | is | |"
    yield "|---|---|---:|---|"
    yield from map(str, rows(usage, is_true=is_true))
    yield ""
    yield "| the students | nobody watches | a teacher watches |"
    yield "|---|---:|---:|"
    for text, figure, digits in STUDENTS:
        yield f"| {text} | {number(figure(alone), digits)} | {number(figure(watched), digits)} |"
    yield ""
    without, beside = number(alone.cpu.foreign), number(watched.cpu.foreign)
    yield f"One run. Other programs took {without} % of a core, and with Chromium {beside} %."


def rows(usage: Usage, *, is_true: bool) -> Iterator[Row]:
    """What the page used beside what it may; `is_true` says whether it showed what is stored."""
    late, traffic, pieces = usage.late_s or NOT_MEASURED, usage.bytes_per_s, pieces_of(usage)
    yield Row("bytes to the page, KB/s", number(traffic / KB, 2), "<= 5", traffic <= MOST_BYTES_PER_S)
    yield Row("in the worst 5 s", number(usage.worst_bytes_per_s / KB, 2))
    yield Row("scripting, % of a core", number(percent(usage.script), 2), "<= 10", usage.script <= MOST_SHARE)
    yield Row("with style, layout, painting", number(percent(usage.task), 2), "<= 10", usage.task <= MOST_SHARE)
    yield Row("in the worst 5 s", number(percent(usage.worst_task), 2))
    yield Row("frames a second", number(sum(usage.frames.values()) / usage.seconds, 1))
    yield Row("frames with a piece of a reply", number(pieces), "0", pieces == 0)
    yield Row("age of the news that a reply began, p50 s", number(median(late), 1))
    yield Row("of the oldest", number(max(late), 1))
    yield Row("tiles and hands at the end as they are stored", "all" if is_true else "not all", "all", is_true)


def pieces_of(usage: Usage) -> int:
    """How many frames were events of a running reply."""
    return sum(count for name, count in usage.frames.items() if name.startswith("reply."))
