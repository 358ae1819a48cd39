"""`EmbeddedModel`, the tutor that answers when no AI service is configured. Made by `app`, used by `chat` as a Model.

This module and what it imports stay clear of SymPy: the solving happens in worker processes, so the first question
does not hold up the event loop, and one that takes too long can be killed.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator

from tutor.ai.embedded import phrases
from tutor.ai.embedded.request import Request, decode_reply
from tutor.ai.embedded.text import MAX_LENGTH, language_of
from tutor.ai.embedded.worker import Workers
from tutor.ai.errors import ModelUnavailable
from tutor.ai.model import Finish, Piece, Prompt, Usage

_PIECE = re.compile(r"\s*(?:[\u3400-\u9fff]{1,3}|\\?[A-Za-z]+|\d+|\S)|\s+")
_EARLIER = 24
DEADLINE_S = 3.0
WORKERS = 2


class EmbeddedModel:
    """A `Model` that works school problems out step by step, for certain, or says that it cannot.

    Args:
        pace_s: pause after each piece in seconds, so that a reply grows like speech.
        sleep: how to pause; tests hand in one that does not.
        workers: who works the questions out; its own two without.
        only_certain: raise ModelUnavailable instead of saying what else it could solve. For a stopgap, behind a
            service that could have answered.

    """

    def __init__(
        self,
        pace_s: float = 0.012,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        workers: Workers | None = None,
        only_certain: bool = False,
    ) -> None:
        self._pace_s = pace_s
        self._sleep = sleep
        self._only_certain = only_certain
        self._workers = workers or Workers(DEADLINE_S, WORKERS)

    @property
    def provider(self) -> str:
        return "embedded"

    @property
    def name(self) -> str:
        return "wuhao-steps-1"

    async def prewarm(self) -> None:
        """Start one worker, so that the first question need not wait for it."""
        await self._workers.start()

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Piece | Finish, None]:
        """Work the question out, then yield it piece by piece and a Finish.

        `prompt.max_tokens` is not applied: the steps of a solution are bounded, and half a solution helps nobody.
        An answer that does not begin with `prompt.so_far` (another author's) comes whole, in a paragraph of its own.

        Raises:
            ModelUnavailable: it cannot be solved, and only what is certain was asked for.

        """
        text = _rest(await self._answer(prompt), prompt.so_far)
        spoken = 0
        for piece in pieces(text):
            yield Piece(piece)
            spoken += 1
            await self._sleep(self._pace_s)
        asked = sum(1 for _ in pieces(prompt.question))
        yield Finish("stop", self.provider, self.name, Usage(prompt_tokens=asked, completion_tokens=spoken))

    async def close(self) -> None:
        """End the worker processes."""
        await self._workers.close()

    async def _answer(self, prompt: Prompt) -> str:
        request = Request(
            _cut(prompt.question),
            _recent(prompt.earlier),
            prompt.language,
            prompt.level,
            certain=self._only_certain,
            capped=prompt.capped,
        )
        line = await self._workers.ask(request)
        if line is not None and (reply := decode_reply(line)):
            return reply
        if self._only_certain:
            raise ModelUnavailable
        language = language_of(prompt.question, prompt.earlier, prompt.language)
        reason, examples = phrases.TOO_HARD[language], phrases.EXAMPLES[language]
        return phrases.REFUSAL[language].format(reason=reason, examples=examples)


def pieces(text: str) -> Iterator[str]:
    """The text in tokens: one to three Han characters, a word, a number or a sign, each with the space before it."""
    for match in _PIECE.finditer(text):
        yield match[0]


def _rest(answer: str, so_far: str) -> str:
    return answer[len(so_far) :] if answer.startswith(so_far) else f"\n\n{answer}"


def _cut(text: str) -> str:
    """As much as the reader needs to see that a text is too long; it refuses such texts, so none is misread."""
    return text[: MAX_LENGTH + 1]


def _recent(earlier: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_cut(question) for question in earlier[-_EARLIER:])
