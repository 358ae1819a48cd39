"""Structured answers: an AI service reads work and gives data of a wanted shape. `homework` asks, through `Reader`.

What somebody handed in is data in a turn of its own, behind a number that nobody can foretell; it never comes into the
instructions. What comes back is checked, asked for once more when it is not what was wanted, and never mended by us.
"""

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Generic, Protocol, TypeVar

import orjson
import structlog
from jinja2 import Environment, PackageLoader, StrictUndefined
from pydantic import ValidationError

from tutor.ai.errors import AnswerInvalid, ModelRejected
from tutor.ai.model import Form, Model, Piece, Prompt, Turn
from tutor.core.caller import Language
from tutor.core.messages import Message

log = structlog.get_logger(__name__)

VERSION = "answer.v1"
_FENCED = re.compile(r"```(?:json)?\s*(\{.*?\})\s*```", re.DOTALL)
_MOST_PROBLEMS = 8
_LONGEST_PROBLEM = 160

Shape = TypeVar("Shape", bound=Message)
Check = Callable[[Shape], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Task:
    """Something to be read. `system` is ours and has no word of whoever handed in; `data` and the JPEG `pictures` are
    theirs. The answer has at most `max_tokens`, its words are in `language`.
    """

    system: str
    data: Mapping[str, str]
    max_tokens: int
    language: Language
    pictures: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Answered(Generic[Shape]):
    """What was answered, how many tokens it took, and whether it had to be asked for twice."""

    value: Shape
    tokens: int
    repaired: bool


class Reader(Protocol):
    """Reads work and answers with data."""

    @property
    def sees(self) -> bool:
        """Whether it reads pictures."""
        ...

    async def answer(self, task: Task, shape: type[Shape], check: Check[Shape] | None = None) -> Answered[Shape]:
        """The answer to a task.

        `check` names what is wrong with an answer that has the shape; such an answer is asked for once more too, but
        taken if it stays so: who asked has to look at it again.

        Raises:
            AnswerInvalid: it did not have the shape, twice, or the service would not take this very work.
            ModelError: the service does not answer just now.

        """
        ...


class OpenAIReader:
    """A `Reader` that collects the streams of chat models: one for words, another one (if any) for pictures."""

    def __init__(self, text: Model, vision: Model | None) -> None:
        self._text = text
        self._vision = vision
        self._templates = Environment(
            loader=PackageLoader("tutor.ai", "prompts"),
            autoescape=False,  # noqa: S701  # the output is text for a model, not HTML
            undefined=StrictUndefined,
            auto_reload=False,
            trim_blocks=True,
        )

    @property
    def sees(self) -> bool:
        return self._vision is not None

    async def close(self) -> None:
        await self._text.close()
        if self._vision is not None:
            await self._vision.close()

    async def answer(self, task: Task, shape: type[Shape], check: Check[Shape] | None = None) -> Answered[Shape]:
        """See `Reader.answer`."""
        model = self._vision if task.pictures else self._text
        if model is None:
            raise ModelRejected(status=0)
        prompt = self._prompt(task, shape)
        text, tokens = await _collected(model, prompt, 0)
        first, problems = _read(text, shape, check)
        if first is not None and not problems:
            return Answered(first, tokens, repaired=False)
        log.info("ai_answer_asked_for_again", shape=shape.__name__, problems=len(problems))
        text, tokens = await _collected(model, self._once_more(prompt, text, problems), tokens)
        second, problems = _read(text, shape, check)
        found = second or first
        if found is None:
            raise AnswerInvalid(tokens=tokens)
        return Answered(found, tokens, repaired=True)

    def _prompt(self, task: Task, shape: type[Shape]) -> Prompt:
        boundary = secrets.token_hex(8)
        schema = orjson.dumps(shape.model_json_schema())
        behind = self._render(f"{VERSION}.j2", boundary=boundary, schema=schema.decode())
        data = orjson.dumps(dict(task.data)).decode()
        return Prompt(
            system=f"{task.system}\n\n{behind}",
            turns=(Turn("user", self._render("work.v1.j2", boundary=boundary, data=data)),),
            question="",
            earlier=(),
            language=task.language,
            mode="guide",
            subject="",
            grade=0,
            version=VERSION,
            max_tokens=task.max_tokens,
            pictures=task.pictures,
            form=Form(shape.__name__, schema),
        )

    def _once_more(self, prompt: Prompt, text: str, problems: Sequence[str]) -> Prompt:
        """The same once more with what was wrong; in a turn, because an answer may repeat words of the work."""
        shown = orjson.dumps([problem[:_LONGEST_PROBLEM] for problem in problems[:_MOST_PROBLEMS]]).decode()
        said = (Turn("assistant", text),) if text.strip() else ()
        return replace(prompt, turns=(*prompt.turns, *said, Turn("user", self._render("repair.v1.j2", problems=shown))))

    def _render(self, name: str, **facts: str) -> str:
        return self._templates.get_template(name).render(facts)


async def _collected(model: Model, prompt: Prompt, used: int) -> tuple[str, int]:
    """The whole text of a reply, and the tokens of asking and answering on top of those `used` before."""
    pieces: list[str] = []
    try:
        async with aclosing(model.stream(prompt)) as stream:
            async for item in stream:
                if isinstance(item, Piece):
                    pieces.append(item.text)
                else:
                    used += item.usage.prompt_tokens + item.usage.completion_tokens
    except ModelRejected as error:
        if error.concerns_all:
            raise
        raise AnswerInvalid(tokens=used) from error  # asked later it would say the same
    return "".join(pieces), used


def _read(text: str, shape: type[Shape], check: Check[Shape] | None) -> tuple[Shape | None, Sequence[str]]:
    """The answer in a text and what is wrong with it; services write fences, thoughts and greetings around it."""
    problems: list[str] = []
    for candidate in _candidates(text):
        try:
            value = shape.model_validate_json(candidate)
        except ValidationError as error:
            problems = problems or _problems(error)
        else:
            return value, check(value) if check is not None else ()
    return None, problems or ["there is no JSON object"]


def _candidates(text: str) -> list[str]:
    inside = text[text.find("{") : text.rfind("}") + 1]
    return [found for found in (*reversed(_FENCED.findall(text)), inside) if found]


def _problems(error: ValidationError) -> list[str]:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in found]
