"""Writes what a bench found: `build/bench.json`, and for the README a table in Markdown and a chart in SVG."""

import platform
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

import orjson

from tests.bench.chart import Bar, Panel, svg
from tests.bench.findings import (
    Findings,
    Summary,
    added_ms,
    cpu_us,
    delay_p50,
    delay_p99,
    share,
    summary,
    tokens_per_s,
)
from tests.bench.subjects import INSTALLED, OURS, SUBJECTS
from web.build import node_command

LIBRARIES = ("aiohttp", "httptools", "httpx", "motor", "orjson", "python-engineio", "python-socketio", "uvloop")
NAME_OF_VERSION = "from importlib.metadata import version; print(version('chainlit'))"


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure of the summary and what it should be."""

    name: str
    text: str
    goal: str
    reached: Callable[[float], bool]


GOALS = (
    Goal("tokens_per_s_vs_plain", "tokens/s, one viewer, against the plain relay", ">= 6x", lambda found: found >= 6),
    Goal("tokens_per_s_vs_chainlit", "the same against Chainlit", ">= 10x", lambda found: found >= 10),
    Goal("tokens_per_s_vs_node", "the same against Node's socket.io", ">= 0.95x", lambda found: found >= 0.95),
    Goal(
        "cpu_per_delivery_vs_plain", "CPU a delivery, 30 viewers, against plain", "<= 0.4x", lambda found: found <= 0.4
    ),
    Goal(
        "streams_500_delivered", "500 streams at 30 tokens/s: delivered in time", ">= 0.99", lambda found: found >= 0.99
    ),
    Goal("added_ttft_ms_p50", "added to the first token at 50 streams, p50", "<= 5 ms", lambda found: found <= 5),
    Goal("idle_kb", "memory of an idle connection", "<= 36 KB", lambda found: found <= 36),
    Goal("slow_reader_mb", "memory of a reader that never reads", "<= 2 MB", lambda found: found <= 2),
    Goal("slow_reader_gone_s", "until it is gone", "<= 60 s", lambda found: found <= 60),
)


def write(findings: Findings, json_file: Path, text_file: Path | None) -> str:
    """Write the files; `text_file` ends in .md, and the chart stands beside it. Returns the tables as text."""
    figures = summary(findings)
    json_file.parent.mkdir(parents=True, exist_ok=True)
    everything = {**asdict(figures), "versions": versions(), **asdict(findings)}
    json_file.write_bytes(orjson.dumps(everything, option=orjson.OPT_INDENT_2))
    text = "\n".join([*tables(findings, figures), ""])
    if text_file is not None:
        text_file.write_text(text)
        text_file.with_suffix(".svg").write_text(svg(panels(findings)))
    return text


def versions() -> dict[str, str]:
    """What was measured on what."""
    found = {library: version(library) for library in LIBRARIES}
    found |= {"python": platform.python_version(), "kernel": platform.release()}
    for name, command in {
        "node": [*node_command(), "--version"],
        "socket.io": [
            *node_command(),
            "-p",
            f"require('{INSTALLED}/node/node_modules/socket.io/package.json').version",
        ],
        "chainlit": [str(INSTALLED / "venv/bin/python"), "-c", NAME_OF_VERSION],
    }.items():
        if Path(command[0]).exists():
            found[name] = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    return found


def tables(findings: Findings, figures: Summary) -> Iterator[str]:
    """The goals, then the servers side by side."""
    yield "| goal | should be | is | |"
    yield "|---|---|---|---|"
    for goal in GOALS:
        found = getattr(figures, goal.name)
        mark = "" if found is None else "yes" if goal.reached(found) else "**no**"
        yield f"| {goal.text} | {goal.goal} | {number(found, 2)} | {mark} |"
    yield ""
    heads = [column.head for column in COLUMNS]
    yield f"| server | {' | '.join(heads)} |"
    yield "|---" + "|---:" * len(heads) + "|"
    for name in names(findings):
        cells = [number(column.figure(findings, name), column.digits) for column in COLUMNS]
        yield f"| {SUBJECTS[name].title} | {' | '.join(cells)} |"
    yield ""
    foreign = number(figures.foreign_cpu_percent)
    yield f"Medians of {len(findings.rounds)} rounds. Other programs took {foreign} % of a core."
    yield from (f"Doubt: {doubt}." for doubt in figures.doubts)


@dataclass(frozen=True, slots=True)
class Column:
    """A figure of every server."""

    head: str
    figure: Callable[[Findings, str], float | None]
    digits: int = 0


COLUMNS = (
    Column("tokens/s, flooded", lambda found, name: found.middle(name, "flood", tokens_per_s)),
    Column("CPU µs/token, flooded", lambda found, name: found.middle(name, "flood", cpu_us), 1),
    Column("CPU µs/delivery, 30 viewers", lambda found, name: found.middle(name, "room30", cpu_us), 1),
    Column("fan-out p50 ms", lambda found, name: found.middle(name, "room30", delay_p50), 1),
    Column("p99", lambda found, name: found.middle(name, "room30", delay_p99), 1),
    Column("500 x 30/s: % in time", lambda found, name: percent(found.middle(name, "s500", share)), 1),
    Column("first token + ms", lambda found, name: found.middle(name, "first200", added_ms), 1),
    Column("questions/s", lambda found, name: found.middle(name, "asks", tokens_per_s)),
    Column("KB idle", lambda found, name: crowd.kb if (crowd := found.crowds.get(name)) else None, 1),
    Column("connections/s", lambda found, name: crowd.per_s if (crowd := found.crowds.get(name)) else None),
)


def panels(findings: Findings) -> list[Panel]:
    """The chart's parts: what a core can do, and what a viewer costs."""
    return [
        Panel(
            "Tokens per second on one core, one viewer each",
            "flooded with more than it can take; longer is better",
            bars(findings, COLUMNS[0]),
        ),
        Panel(
            "CPU microseconds per token and viewer, 30 viewers in a room",
            "at 30 tokens per second; shorter is better",
            bars(findings, COLUMNS[2]),
            digits=1,
        ),
    ]


def bars(findings: Findings, column: Column) -> list[Bar]:
    """A column's figures where they were measured."""
    found = [(name, column.figure(findings, name)) for name in names(findings)]
    return [Bar(SUBJECTS[name].title, value, name == OURS) for name, value in found if value is not None]


def names(findings: Findings) -> list[str]:
    """The servers that were measured, in their order."""
    return [name for name in SUBJECTS if any(name in found for found in findings.rounds)]


def percent(value: float | None) -> float | None:
    return None if value is None else 100 * value


def number(value: float | None, digits: int = 0) -> str:
    """A figure in a table."""
    return "" if value is None else f"{value:,.{digits}f}"
