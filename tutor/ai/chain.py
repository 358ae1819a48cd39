"""Patience with AI services: tries again, and goes on to the next service, but only before the first piece.

`app` makes the one Chain that `chat` gets as its Model. Trying again once a piece is out would show a student the same
words twice, or two authors in one reply, so from there on errors pass through.
"""

import asyncio
import random
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing, nullcontext
from dataclasses import dataclass, replace
from functools import partial

import stamina
import structlog

from tutor.ai.breaker import Breaker
from tutor.ai.errors import ModelCut, ModelError, ModelRejected
from tutor.ai.model import Finish, Model, Piece, Prompt, Writer

log = structlog.get_logger(__name__)

_WORTH_S = 0.1  # a try that begins later than this before the end of the budget would only be late

_Stream = AsyncGenerator[Piece | Finish, None]


@dataclass(frozen=True, slots=True)
class Link:
    """One service of a chain with its breaker. Without a breaker it is a stopgap, and no news when it fails."""

    model: Model
    breaker: Breaker | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How often one service is called before the first item of its reply, and with what waits in seconds.

    Waits grow from `wait_initial_s` twofold up to `wait_max_s`, with up to `wait_jitter_s` added by chance. No further
    try of the same service starts `budget_s` after its first.
    """

    attempts: int = 3
    budget_s: float = 30.0
    wait_initial_s: float = 0.2
    wait_max_s: float = 5.0
    wait_jitter_s: float = 0.5


class Chain:
    """A Model that asks the first of `links` that answers.

    A link whose breaker is open is passed over at once. A service's own Retry-After goes before our wait; if it
    reaches beyond the budget, or another service can be asked meanwhile, this one is given up and the error carries
    it as `retry_after_s`. The error of a chain is that of its first link.

    `on_change` is called with True when every service is left alone by its breaker, with False when one may be asked
    again, so it is also told of a recovery that nobody has tried yet.
    """

    def __init__(
        self,
        links: Sequence[Link],
        patience: Patience | None = None,
        *,
        on_change: Callable[[bool], None] = lambda _down: None,
    ) -> None:
        self._links = tuple(links)
        self._patience = patience or Patience()
        self.on_change = on_change
        self._down = False
        self._recheck: asyncio.TimerHandle | None = None

    @property
    def provider(self) -> str:
        """The preferred service; the one that really answers is named by the first piece and by the Finish."""
        return self._links[0].model.provider

    @property
    def name(self) -> str:
        return self._links[0].model.name

    async def close(self) -> None:
        if self._recheck is not None:
            self._recheck.cancel()
        for link in self._links:
            await link.model.close()

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Piece | Finish, None]:
        """See `Model.stream`. A ModelError here is final: nobody else is left to ask, or a piece is out."""
        model, items, first = await self._begin(prompt)
        async with aclosing(items):
            yield replace(first, by=Writer(model.provider, model.name)) if isinstance(first, Piece) else first
            async for item in items:
                yield item

    async def _begin(self, prompt: Prompt) -> tuple[Model, _Stream, Piece | Finish]:
        """The first stream that gave an item, with its item. One that raised instead needs no closing."""
        errors: list[ModelError] = []
        for place, link in enumerate(self._links):
            try:
                items, first = await self._first_item(link, prompt, place)
            except ModelError as error:
                errors.append(error)
                if _is_about_the_request(error):
                    break
                log.info("ai_service_passed_over", service=link.model.provider, code=error.code)
            else:
                return link.model, items, first
            finally:
                self._look()
        raise errors[0]

    async def _first_item(self, link: Link, prompt: Prompt, place: int) -> tuple[_Stream, Piece | Finish]:
        patience = self._patience
        end = asyncio.get_running_loop().time() + patience.budget_s
        # A context and not stamina's decorator: that one logs the arguments, and the prompt must not be logged.
        async for attempt in stamina.retry_context(
            on=partial(self._again, end, place),
            attempts=patience.attempts,
            timeout=patience.budget_s,
            wait_initial=patience.wait_initial_s,
            wait_max=patience.wait_max_s,
            wait_jitter=patience.wait_jitter_s,
        ):
            with attempt:
                return await _call(link, prompt)
        raise ModelCut  # not reached: the last attempt raises

    def _again(self, end: float, place: int, error: Exception) -> bool | float:
        """Whether to try again; a number is the wait in seconds that the service asked for."""
        if not isinstance(error, ModelError) or not error.retryable:
            return False
        breaker = self._links[place].breaker
        if breaker is not None and not breaker.passes:
            return False
        if asyncio.get_running_loop().time() > end - _WORTH_S:
            return False
        asked_s = error.facts.get("retry_after_s")
        if not isinstance(asked_s, int | float) or not asked_s:
            return True
        if any(link.breaker is not None and link.breaker.passes for link in self._links[place + 1 :]):
            return False
        wait_s = asked_s + random.uniform(0.0, self._patience.wait_jitter_s)  # noqa: S311  # spreads tries, no secret
        return wait_s if asyncio.get_running_loop().time() + asked_s < end else False

    def _look(self) -> None:
        """Tell when the last service has been given up, or the first may be asked again."""
        waits = [link.breaker.wait_s for link in self._links if link.breaker is not None]
        down = bool(waits) and all(waits)
        if down != self._down:
            self._down = down
            self.on_change(down)
        if self._recheck is not None:
            self._recheck.cancel()
        self._recheck = asyncio.get_running_loop().call_later(min(waits), self._look) if down else None


async def _call(link: Link, prompt: Prompt) -> tuple[_Stream, Piece | Finish]:
    with nullcontext() if link.breaker is None else link.breaker.call():
        items = link.model.stream(prompt)
        first = await anext(items, None)
        if first is None:
            raise ModelCut
        return items, first


def _is_about_the_request(error: ModelError) -> bool:
    """The service would not take this very request: what one refuses for its content, no other is asked to say."""
    return isinstance(error, ModelRejected) and not error.concerns_all
