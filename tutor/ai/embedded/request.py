"""What crosses the pipe to the worker process, one JSON line each way. Imports no SymPy: both ends use it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TypedDict

import orjson

from tutor.ai.checking.items import Demand, Item, Kind, UnitRule
from tutor.core.caller import Language

FULL = 5


@dataclass(frozen=True, slots=True)
class Request:
    """A question with the student's earlier ones, oldest first, and how much help its reply may give, from 1 to 5.

    With `certain`, the reply to what cannot be solved is empty instead of an excuse. `capped` says that there will be
    no more help than this with the problem.
    """

    question: str
    earlier: tuple[str, ...]
    language: Language
    level: int
    certain: bool = False
    capped: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """A value that a problem asks for: its bare `forms`, and `sayings` that give it away anywhere."""

    forms: tuple[str, ...]
    sayings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Key:
    """The key to a problem: its answers, the formulas of each step, and the letters in them.

    `first` is what the level of the first step shows, `solution` everything. `expected` are the answers as a teacher
    writes them, for the checker.
    """

    names: str
    answers: tuple[Answer, ...]
    steps: tuple[tuple[str, ...], ...]
    first: str
    solution: str
    expected: str


class _Line(TypedDict, total=False):
    question: str
    earlier: Sequence[str]
    language: Language
    level: int
    certain: bool
    capped: bool
    problem: str


class _ItemLine(TypedDict):
    expected: str
    answer: str
    question: str
    kind: Kind
    demand: Demand
    tolerance: str
    unit: UnitRule


class _AnswerLine(TypedDict):
    forms: Sequence[str]
    sayings: Sequence[str]


class _KeyLine(TypedDict):
    names: str
    answers: Sequence[_AnswerLine]
    steps: Sequence[Sequence[str]]
    first: str
    solution: str
    expected: str


@dataclass(frozen=True, slots=True)
class KeyRequest:
    """A wish for the key to a problem, worded in a language."""

    problem: str
    language: Language


def encode(request: Request | KeyRequest | Item) -> bytes:
    return orjson.dumps(asdict(request), option=orjson.OPT_APPEND_NEWLINE)


def decode(line: bytes) -> Request | KeyRequest | Item:
    found: _Line | _ItemLine = orjson.loads(line)
    if "expected" in found:
        return Item(**found)
    if "problem" in found:
        return KeyRequest(found["problem"], found["language"])
    return Request(
        found["question"],
        tuple(found["earlier"]),
        found["language"],
        found["level"],
        certain=found["certain"],
        capped=found["capped"],
    )


def encode_reply(text: str) -> bytes:
    return orjson.dumps(text, option=orjson.OPT_APPEND_NEWLINE)


def decode_reply(line: bytes) -> str:
    return str(orjson.loads(line))


def encode_key(key: Key | None) -> bytes:
    return orjson.dumps(None if key is None else asdict(key), option=orjson.OPT_APPEND_NEWLINE)


def decode_key(line: bytes) -> Key | None:
    found: _KeyLine | None = orjson.loads(line)
    if found is None:
        return None
    return Key(
        found["names"],
        tuple(Answer(tuple(one["forms"]), tuple(one["sayings"])) for one in found["answers"]),
        tuple(tuple(lines) for lines in found["steps"]),
        found["first"],
        found["solution"],
        found["expected"],
    )
