"""Patience with an AI service: tries again before the first piece, never after it. `app` puts it around a model.

Trying again once a piece is out would show a student the same words twice, so from there on errors pass through.
"""

import asyncio
import random
from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import partial

import stamina

from tutor.ai.errors import ModelCut, ModelError
from tutor.ai.model import Finish, Model, Piece, Prompt


class Chain:
    """A Model that calls `model` up to `attempts` times until its first item comes.

    Waits grow from `wait_initial_s` twofold up to `wait_max_s`, with up to `wait_jitter_s` added by chance. No further
    try starts `budget_s` after the call. The service's own Retry-After goes before our wait; if it reaches beyond the
    budget, the call fails at once and the error carries it as `retry_after_s`.
    """

    def __init__(
        self,
        model: Model,
        *,
        attempts: int = 3,
        budget_s: float = 30.0,
        wait_initial_s: float = 0.2,
        wait_max_s: float = 5.0,
        wait_jitter_s: float = 0.5,
    ) -> None:
        self._model = model
        self._attempts = attempts
        self._budget_s = budget_s
        self._wait_initial_s = wait_initial_s
        self._wait_max_s = wait_max_s
        self._wait_jitter_s = wait_jitter_s

    @property
    def provider(self) -> str:
        return self._model.provider

    @property
    def name(self) -> str:
        return self._model.name

    async def close(self) -> None:
        await self._model.close()

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Piece | Finish, None]:
        """See `Model.stream`. A ModelError here is final: either no more tries are left, or a piece is out."""
        items, first = await self._begin(prompt)
        async with aclosing(items):
            yield first
            async for item in items:
                yield item

    async def _begin(self, prompt: Prompt) -> tuple[AsyncGenerator[Piece | Finish, None], Piece | Finish]:
        """The stream that gave its first item. One that raised instead is finished and needs no closing."""
        end = asyncio.get_running_loop().time() + self._budget_s
        # A context and not stamina's decorator: that one logs the arguments, and the prompt must not be logged.
        async for attempt in stamina.retry_context(
            on=partial(self._again, end),
            attempts=self._attempts,
            timeout=self._budget_s,
            wait_initial=self._wait_initial_s,
            wait_max=self._wait_max_s,
            wait_jitter=self._wait_jitter_s,
        ):
            with attempt:
                items = self._model.stream(prompt)
                return items, await anext(items)
        raise ModelCut  # a stream without any item ends the loop above by its StopAsyncIteration

    def _again(self, end: float, error: Exception) -> bool | float:
        """Whether to try again; a number is the wait in seconds that the service asked for."""
        if not isinstance(error, ModelError) or not error.retryable:
            return False
        asked_s = error.facts.get("retry_after_s")
        if not isinstance(asked_s, int | float) or not asked_s:
            return True
        wait_s = asked_s + random.uniform(0.0, self._wait_jitter_s)  # noqa: S311  # spreads tries, guards nothing
        return wait_s if asyncio.get_running_loop().time() + asked_s < end else False
