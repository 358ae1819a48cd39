"""The table of `make bench-board`: what the page of a watched class uses, and what the watching costs the class."""

from collections.abc import Iterator
from statistics import median

from tests.bench.findings import added_ms, cpu_us, delay_p50, delay_p99, share
from tests.bench.page import Usage
from tests.bench.plan import Result
from tests.bench.report import number, percent

KB = 1000
MOST_BYTES_PER_S = 5 * KB
MOST_SCRIPT = 0.10


def tables(alone: Result, watched: Result, usage: Usage, *, is_true: bool) -> Iterator[str]:
    """What the page used; then the class without and with a teacher who watches."""
    yield from page_table(usage, is_true=is_true)
    yield ""
    yield "| the students | nobody watches | a teacher watches |"
    yield "|---|---:|---:|"
    for text, figure, digits in (
        ("added to the first token, p50 ms", added_ms, 1),
        ("a token's way, p50 ms", delay_p50, 1),
        ("p99 ms", delay_p99, 1),
        ("tokens in time, %", lambda result: percent(share(result)), 1),
        ("CPU of the server, % of a core", lambda result: result.cpu.server, 1),
        ("CPU µs/token", cpu_us, 1),
        ("replies that came whole", lambda result: result.whole, 0),
        ("not whole or out of order", lambda result: result.short + result.out_of_order + result.closed, 0),
    ):
        yield f"| {text} | {number(figure(alone), digits)} | {number(figure(watched), digits)} |"
    yield ""
    foreign = max(alone.cpu.foreign, watched.cpu.foreign)
    yield f"One run. Chromium and other programs took {number(foreign)} % of a core."


def page_table(usage: Usage, *, is_true: bool) -> Iterator[str]:
    """What the page used beside what it may."""
    frames, late = sum(usage.frames.values()), usage.late_s or (float("nan"),)
    yield f"| a board of 50 streaming rooms, {usage.seconds:.0f} s | should be | is | |"
    yield "|---|---|---:|---|"
    traffic, script = usage.bytes_per_s / KB, 100 * usage.script
    yield f"| bytes to the page, KB/s | <= 5 | {number(traffic, 2)} | {mark(usage.bytes_per_s <= MOST_BYTES_PER_S)} |"
    yield f"| the worst 5 s | | {number(usage.worst_bytes_per_s / KB, 2)} | |"
    yield f"| scripting, % of a core | <= 10 | {number(script, 2)} | {mark(usage.script <= MOST_SCRIPT)} |"
    yield f"| the worst 5 s | | {number(100 * usage.worst_script, 2)} | |"
    yield f"| all tasks of the main thread, % of a core | | {number(100 * usage.task, 2)} | |"
    yield f"| the worst 5 s | | {number(100 * usage.worst_task, 2)} | |"
    yield f"| frames a second | | {number(frames / usage.seconds, 1)} | |"
    yield f"| frames with a piece of a reply | 0 | {number(pieces(usage))} | {mark(pieces(usage) == 0)} |"
    yield f"| news of a reply that began, p50 s | | {number(median(late), 1)} | |"
    yield f"| the latest | | {number(late[-1], 1)} | |"
    yield f"| at the end, tiles and hands as they are stored | all | {'all' if is_true else 'not all'} | {mark(is_true)} |"


def pieces(usage: Usage) -> int:
    """How many frames were events of a running reply."""
    return sum(count for name, count in usage.frames.items() if name.startswith("reply."))


def mark(good: bool) -> str:  # it is the sentence's only word
    return "yes" if good else "**no**"
