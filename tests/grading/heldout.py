"""The items written by hand, `heldout.toml` and `traps.toml` beside the tests, as examples."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

from tests.grading.example import Example
from tutor.ai.checking.items import Item
from tutor.settings import ROOT

FILE: Path = ROOT / "tests/ai/checking/heldout.toml"


def held_out() -> Iterator[Example]:
    for file in (FILE, FILE.with_name("traps.toml")):
        for question, expected, answer, truth in tomllib.loads(file.read_text(encoding="utf-8"))["items"]:
            yield Example("held out", Item(expected, answer, question), truth, file.stem)
