"""The items written by hand, `tests/ai/checking/heldout.toml`, as examples."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

from tests.grading.example import Example
from tutor.ai.checking.items import Item
from tutor.settings import ROOT

FILE: Path = ROOT / "tests/ai/checking/heldout.toml"


def held_out() -> Iterator[Example]:
    for question, expected, answer, truth in tomllib.loads(FILE.read_text(encoding="utf-8"))["items"]:
        yield Example("held out", Item(expected, answer, question), truth, "by hand")
