"""`python -m tests.bench`: measures Wuhao Tutor and four other servers side by side. `make bench` calls it."""

import sys
from pathlib import Path
from typing import Annotated

import typer
import uvloop

from tests.bench.report import write
from tests.bench.rounds import bench
from tests.bench.subjects import HERE, SUBJECTS
from tutor.settings import ROOT


def main(
    rounds: Annotated[int, typer.Option(help="How often each server is measured.")] = 3,
    servers: Annotated[str, typer.Option(help="Names with commas.")] = ",".join(SUBJECTS),
    *,
    extras: Annotated[bool, typer.Option(help="Also idle connections and readers that never read.")] = True,
    publish: Annotated[bool, typer.Option(help="Replace the table and the chart that the README shows.")] = False,
) -> None:
    """Measure, write build/bench.json, and print the tables."""
    findings = uvloop.run(bench(servers.split(","), rounds, extras=extras))
    shown: Path = (HERE if publish else ROOT / "build") / "results.md"
    sys.stdout.write(write(findings, ROOT / "build/bench.json", shown))


if __name__ == "__main__":
    typer.run(main)
