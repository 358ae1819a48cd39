"""What a service is asked with: the JSON of a request, and less of it where a service has refused more.

Used by `openai.py`.
"""

from base64 import b64encode
from dataclasses import dataclass, replace
from typing import Literal

import orjson

from tutor.ai.continuing import Continuing
from tutor.ai.model import Form, Prompt

_FORM_WORDS = (b"response_format", b"json_schema", b"json_object")


@dataclass(frozen=True, slots=True)
class Ways:
    """What a service is taken to understand: to tell its usage in a stream, and to hold to a form: a JSON schema, JSON
    of any kind, or only what it is told in words.
    """

    usage: bool = True
    form: Literal["schema", "object", "words"] = "schema"

    def without(self, refused: bytes, prompt: Prompt) -> "Ways | None":
        """What to try next, after it has refused this with some words; None when they are about nothing of ours."""
        if self.usage and b"stream_options" in refused:
            return replace(self, usage=False)
        if prompt.form is None or self.form == "words" or not any(word in refused for word in _FORM_WORDS):
            return None
        return replace(self, form="object" if self.form == "schema" else "words")


class Bodies:
    """The requests to one model of a service."""

    def __init__(self, model: str, temperature: float) -> None:
        self._model = model
        self._temperature = temperature
        self._continuing = Continuing()

    def of(self, prompt: Prompt, ways: Ways) -> bytes:
        """The request for a reply to `prompt`."""
        turns: list[dict[str, object]] = [
            {"role": turn.speaker, "content": turn.text} for turn in self._continuing.turns(prompt)
        ]
        if prompt.pictures:
            turns[0]["content"] = [{"type": "text", "text": turns[0]["content"]}, *map(_picture, prompt.pictures)]
        body: dict[str, object] = {
            "model": self._model,
            "messages": [{"role": "system", "content": prompt.system}, *turns],
            "stream": True,
            "max_tokens": prompt.max_tokens,
            "temperature": self._temperature,
        }
        if ways.usage:
            body["stream_options"] = {"include_usage": True}
        if prompt.form is not None and ways.form != "words":
            body["response_format"] = _schema(prompt.form) if ways.form == "schema" else {"type": "json_object"}
        return orjson.dumps(body)


def _picture(picture: bytes) -> dict[str, object]:
    address = f"data:image/jpeg;base64,{b64encode(picture).decode()}"
    return {"type": "image_url", "image_url": {"url": address}}


def _schema(form: Form) -> dict[str, object]:
    schema = orjson.Fragment(form.schema)
    return {"type": "json_schema", "json_schema": {"name": form.name, "strict": True, "schema": schema}}
