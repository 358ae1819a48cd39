"""What the tests of `tutor.ai` are made of: prompts, settings, and the two ways a stream ends."""

from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import pytest

from tutor.ai.errors import ModelError
from tutor.ai.model import Finish, Model, Piece, Prompt, Turn
from tutor.ai.openai import OpenAIModel, OpenAISettings
from tutor.core.clock import Clock

KEY = "sk-a-key-that-must-not-leak"
QUESTION = "why is the sky blue? 天为什么是蓝的?"


class StillClock(Clock):
    """A clock whose monotonic seconds pass only when a test says so."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def advance(self, seconds: float) -> None:
        self.seconds += seconds

    def monotonic(self) -> float:
        return self.seconds


MakeModel = Callable[..., OpenAIModel]


def a_prompt(question: str = QUESTION, **changes: Any) -> Prompt:
    turns = (Turn("user", "hello"), Turn("assistant", "你好"), Turn("user", question))
    values: dict[str, Any] = {
        "system": "You are a tutor.",
        "turns": turns,
        "question": question,
        "earlier": ("hello",),
        "language": "zh",
        "mode": "guide",
        "subject": "physics",
        "grade": 5,
        "version": "guide-7",
        "max_tokens": 64,
    }
    return Prompt(**(values | changes))


def some_settings(base_url: str, **changes: Any) -> OpenAISettings:
    values: dict[str, Any] = {
        "base_url": base_url,
        "api_key": KEY,
        "model": "fake-1",
        "provider": "fakery",
        "connect_s": 5.0,
        "first_token_s": 10.0,
        "between_tokens_s": 10.0,
        "total_s": 30.0,
        "max_connections": 100,
        "max_reply_chars": 10_000,
        "temperature": 0.3,
    }
    return OpenAISettings(**(values | changes))


@dataclass
class Outcome:
    """What a whole stream gave: its text, and its end or its error."""

    text: str
    pieces: int
    finish: Finish | None = None
    error: ModelError | None = None


async def outcome_of(model: Model, prompt: Prompt | None = None) -> Outcome:
    """Read a stream to its end, and hold it to the contract of `Model.stream`."""
    items: list[Piece | Finish] = []
    error: ModelError | None = None
    try:
        async with aclosing(model.stream(prompt or a_prompt())) as stream:
            async for item in stream:
                items.append(item)  # noqa: PERF401  # what came before an error must be kept
    except ModelError as raised:
        error = raised
    texts = [item.text for item in items if isinstance(item, Piece)]
    ends = [item for item in items if isinstance(item, Finish)]
    assert all(texts), "an empty piece"
    assert len(ends) == (error is None), "a stream ends with one Finish or one error"
    assert not ends or items[-1] is ends[0], "something behind the Finish"
    return Outcome("".join(texts), len(texts), ends[0] if ends else None, error)


async def failure_of(model: Model, kind: type[ModelError], prompt: Prompt | None = None) -> Outcome:
    outcome = await outcome_of(model, prompt)
    if type(outcome.error) is not kind:
        pytest.fail(f"wanted {kind.__name__}, got {outcome}")
    return outcome
