"""Lets the model write a reply and nothing above its level: what it must not say never leaves this module.

`reply.py` streams through it. The key to the problem is worked out while the model thinks. When a secret is about to be
said, the stream is dropped and the reply asked again with sterner words; what was read stays (DECISIONS.md says why). A
sentence that was broken off ends in dots, and the rest follows in a paragraph of its own. After `TRIES`, or when the
service does not take the longer prompt, the ladder speaks. Without secrets the model's stream goes through untouched.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing

import structlog

from tutor.ai.embedded import AnswerKeys
from tutor.ai.embedded.request import FULL, Key
from tutor.ai.errors import ModelError
from tutor.ai.model import Finish, Model, Piece, Prompt, Usage, Writer
from tutor.ai.spelling import formulas, letters
from tutor.chat.guard import Guard, Match
from tutor.chat.ladder import formulas_to_keep, problems_of, words_to_keep
from tutor.chat.prompts import Prompts

log = structlog.get_logger(__name__)

TRIES = 3
ENDINGS = ".。!！?？:：;；\n"


class Guarded:
    """A Model behind a guard. Without `keys` only whispers are kept: the built-in tutor keeps to its levels."""

    def __init__(self, model: Model, keys: AnswerKeys | None, prompts: Prompts) -> None:
        self._model = model
        self._keys = keys
        self._prompts = prompts

    @property
    def provider(self) -> str:
        return self._model.provider

    @property
    def name(self) -> str:
        return self._model.name

    async def close(self) -> None:
        """Nothing: whoever made the model and the keys closes them."""

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Piece | Finish, None]:
        """See `Model.stream`."""
        problems = problems_of(prompt) if self._keys is not None and prompt.level < FULL else []
        is_free = not problems and not prompt.whispers
        async with aclosing(self._model.stream(prompt) if is_free else self._kept(prompt, problems)) as stream:
            async for item in stream:
                yield item

    async def _kept(self, prompt: Prompt, problems: list[str]) -> AsyncGenerator[Piece | Finish, None]:
        """The reply without its secrets, after as many tries as it takes."""
        self._begin_keys(problems, prompt)
        told, asked, left = prompt.so_far, prompt, TRIES
        while left:
            try:
                async with aclosing(self._watched(asked, prompt, problems, told)) as stream:
                    async for item in stream:
                        told += item.text if isinstance(item, Piece) else ""
                        yield item
            except Match:
                left -= 1
                log.warning("reply_over_its_level", level=prompt.level, left=left)
            except ModelError as error:
                if left == TRIES:
                    raise
                left = 0
                log.warning("sterner_words_failed", code=error.code)
            else:
                return
            if seam := _seam(told.removeprefix(prompt.so_far)):
                told += seam
                yield Piece(seam)
            asked = self._prompts.sterner(prompt, told)
        async for item in self._own_words(prompt):
            yield item

    def _begin_keys(self, problems: list[str], prompt: Prompt) -> None:
        if self._keys is not None:
            for problem in problems:
                self._keys.begin(problem, prompt.language)

    async def _watched(
        self, asked: Prompt, prompt: Prompt, problems: list[str], told: str
    ) -> AsyncGenerator[Piece | Finish, None]:
        """One try. Raises Match before anything of a secret is yielded."""
        guards: list[Guard] | None = None
        by: Writer | None = None
        async with aclosing(self._model.stream(asked)) as stream:
            async for item in stream:
                if guards is None:
                    guards = await self._guards(prompt, problems, told)
                text = ""
                if isinstance(item, Finish):
                    for guard in guards:
                        text = guard.feed(text) + guard.finish()
                else:
                    text, by = item.text, by or item.by
                    for guard in guards:
                        text = guard.feed(text)
                if text:
                    yield Piece(text, by)
                    by = None
                if isinstance(item, Finish):
                    yield item

    async def _guards(self, prompt: Prompt, problems: list[str], told: str) -> list[Guard]:
        """Guards for all that there is to keep, behind what the student has read."""
        known: dict[str, Key] = {}
        for problem in problems:
            if self._keys is not None and (key := await self._keys.of(problem, prompt.language)) is not None:
                known[problem] = key
        numbers, words = formulas_to_keep(prompt, known), words_to_keep(prompt.whispers)
        return [
            Guard(secrets, spelling, told) for secrets, spelling in ((numbers, formulas), (words, letters)) if secrets
        ]

    async def _own_words(self, prompt: Prompt) -> AsyncGenerator[Piece | Finish, None]:
        """What the built-in tutor says at this level, else some advice that fits any problem."""
        said = ""
        for problem in filter(None, (prompt.problem, prompt.topic)):
            if self._keys is not None and not said:
                said = await self._keys.at_level(problem, prompt.level, prompt.language, capped=prompt.capped)
        yield Piece(said or self._prompts.fallback(prompt))
        yield Finish("stop", self._model.provider, self._model.name, Usage())


def _seam(shown: str) -> str:
    """What ends a text that was broken off: its formula, its sentence and its paragraph."""
    if not shown.strip():
        return ""
    is_display = shown.count("$$") % 2 == 1
    is_inline = shown.replace("$$", "").count("$") % 2 == 1
    closing = r"\ldots$$" if is_display else r"\ldots$" if is_inline else ""
    if closing or shown.rstrip(" ")[-1] not in ENDINGS:
        return f"{closing or '……'}\n\n"
    return "" if shown.endswith("\n\n") else "\n\n"
