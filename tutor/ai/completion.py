"""What an OpenAI-compatible service says, put into our own words: its chunks, its end and its refusals.

Pure: `openai.py` brings the bytes. Services differ in details, so no field is trusted before its type is seen.
"""

from collections.abc import Iterable
from email.utils import parsedate_to_datetime

import httpx
import orjson

from tutor.ai.errors import ModelCut, ModelError, ModelGarbled, ModelOverloaded, ModelRejected, ModelUnavailable
from tutor.ai.model import FinishReason, Usage

_DONE = b"[DONE]"
_REASONS: dict[str, FinishReason] = {"length": "length", "content_filter": "filtered"}
_OVERLOAD_WORDS = ("rate limit", "rate_limit", "ratelimit", "too many requests", "overloaded", "'code': 429")


class Completion:
    """One reply as its payloads arrive, streamed chunks or one plain answer alike.

    `reason` is None until the service says that the reply is complete (or `max_chars` is reached). `done` says that
    nothing more is to come. `usage` is the last one heard. `fault` is what spoiled the reply before it was complete.
    """

    __slots__ = ("_head", "_room", "_tail", "done", "fault", "reason", "usage")

    def __init__(self, max_chars: int) -> None:
        self._room = max_chars
        self._head = self._tail = b""
        self.reason: FinishReason | None = None
        self.done = False
        self.usage = Usage()
        self.fault: ModelError | None = None

    def add_all(self, payloads: Iterable[bytes]) -> str | None:
        """Take payloads up to the end or a fault; give all their text. Empty are hidden tokens, None is no token."""
        text: str | None = None
        try:
            for payload in payloads:
                token = self.add(payload)
                if token is not None:
                    text = text + token if text else token
                if self.done:
                    break
        except ModelError as fault:
            self.done = True
            if self.reason is None:
                self.fault = fault
        return text

    def add(self, payload: bytes) -> str | None:
        """Take one payload; give its text. Empty is a token that is not shown (the model thinks), None is no token.

        Raises:
            ModelCut: the service closes the stream without having said that the reply is complete.
            ModelGarbled: this is no JSON object, or it reports an error.
            ModelOverloaded: the error is that we ask too much.

        """
        text = self._poured(payload)
        if text is not None:
            return self._fitted(text)
        if payload == _DONE:
            if self.reason is None:
                raise ModelCut
            self.done = True
            return None
        chunk = _load(payload)
        if usage := chunk.get("usage"):
            self.usage = Usage(_count(usage, "prompt_tokens"), _count(usage, "completion_tokens"))
        choices = chunk.get("choices")
        choice = choices[0] if isinstance(choices, list) and choices else None
        if reason := _at(choice, "finish_reason"):
            self.reason = _REASONS.get(str(reason), "stop")
            return self._token(_at(choice, "delta") or _at(choice, "message"))
        text = self._token(_at(choice, "delta") or _at(choice, "message"))
        if text and not usage and not self.done:
            self._take_mould(payload, text)
        return text

    def _poured(self, payload: bytes) -> str | None:
        """The text of a payload that differs in nothing else from one that was read before; None for any other.

        Most are like that, and reading their JSON would be most of the work.
        """
        head, tail = self._head, self._tail
        if not head or not payload.startswith(head) or not payload.endswith(tail, len(head)):
            return None
        middle = payload[len(head) : -len(tail)]
        if not middle or b'"' in middle or b"\\" in middle:
            return None
        try:
            return middle.decode()
        except UnicodeDecodeError:
            return None

    def _take_mould(self, payload: bytes, text: str) -> None:
        """Remember what stands around the text, if it stands there as it is and is the only content."""
        raw, key = text.encode(), b'"content":"'
        start = payload.find(key) + len(key)
        end = start + len(raw)
        is_plain = payload[start:end] == raw and payload[end : end + 1] == b'"' and b"\\" not in raw
        if payload.count(b'"content"') == 1 and start >= len(key) and is_plain:
            self._head, self._tail = payload[:start], payload[end:]

    def _token(self, delta: object) -> str | None:
        text = _at(delta, "content")
        if not text or not isinstance(text, str):
            return "" if _at(delta, "reasoning_content") or _at(delta, "reasoning") else None
        return self._fitted(text)

    def _fitted(self, text: str) -> str:
        if len(text) > self._room:
            text = text[: self._room]
            self.reason = "length"
            self.done = True
        self._room -= len(text)
        return text


def refusal(response: httpx.Response) -> ModelError:
    """The error that stands for a response without a reply; its body, which may repeat the prompt, is left out."""
    status = response.status_code
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return ModelOverloaded(status=status, retry_after_s=retry_after_s(response.headers))
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        return ModelUnavailable(status=status, retry_after_s=retry_after_s(response.headers))
    return ModelRejected(status=status)


def retry_after_s(headers: httpx.Headers) -> float:
    """The seconds that the service asks us to wait; 0 when it names none.

    A date (RFC 9110, 10.2.3) is measured from the response's own `Date`, so that our clock need not agree with theirs.
    """
    value = headers.get("retry-after", "")
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(value) - parsedate_to_datetime(headers.get("date", ""))).total_seconds()
        except (ValueError, TypeError):
            return 0.0
    return seconds if 0.0 < seconds < float("inf") else 0.0


def _load(payload: bytes) -> dict[str, object]:
    try:
        chunk = orjson.loads(payload)
    except orjson.JSONDecodeError as error:
        raise ModelGarbled from error
    if not isinstance(chunk, dict):
        raise ModelGarbled
    if problem := chunk.get("error") or (chunk if chunk.get("object") == "error" else None):
        said = str(problem).lower()
        raise ModelOverloaded(retry_after_s=0.0) if any(word in said for word in _OVERLOAD_WORDS) else ModelGarbled()
    return chunk


def _at(value: object, key: str) -> object:
    return value.get(key) if isinstance(value, dict) else None


def _count(usage: object, key: str) -> int:
    count = _at(usage, key)
    return count if isinstance(count, int) else 0
