"""What crosses the pipe to the worker process, one JSON line each way. Imports no SymPy: both ends use it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TypedDict

import orjson

from tutor.ai.model import Mode
from tutor.core.caller import Language


@dataclass(frozen=True, slots=True)
class Request:
    """A question with the student's earlier ones, oldest first.

    With `certain`, the reply to what cannot be solved is empty instead of an excuse.
    """

    question: str
    earlier: tuple[str, ...]
    language: Language
    mode: Mode
    certain: bool = False


class _Line(TypedDict):
    question: str
    earlier: Sequence[str]
    language: Language
    mode: Mode
    certain: bool


def encode(request: Request) -> bytes:
    return orjson.dumps(asdict(request), option=orjson.OPT_APPEND_NEWLINE)


def decode(line: bytes) -> Request:
    found: _Line = orjson.loads(line)
    return Request(found["question"], tuple(found["earlier"]), found["language"], found["mode"], found["certain"])


def encode_reply(text: str) -> bytes:
    return orjson.dumps(text, option=orjson.OPT_APPEND_NEWLINE)


def decode_reply(line: bytes) -> str:
    return str(orjson.loads(line))
