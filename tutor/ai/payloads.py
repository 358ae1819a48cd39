"""The body of one answer from an AI service: read under deadlines and cut into payloads. Used by `openai.py` alone."""

from typing import Literal, Protocol

import httpx

from tutor.ai.errors import ModelCut, ModelGarbled, ModelTimeout, ModelUnavailable
from tutor.ai.sse import SseParser
from tutor.ai.transport import body_of


class Due:
    """When the service must have sent its next token, and the name of that deadline. Moments are the loop's."""

    __slots__ = ("_between_s", "_end", "at", "stage", "started")

    def __init__(self, now: float, first_token_s: float, between_tokens_s: float, total_s: float) -> None:
        self._between_s = between_tokens_s
        self._end = now + total_s
        self.started = False
        self._set(now + first_token_s, "first_token")

    def token(self, now: float) -> None:
        """A token came and was handed on: the next one is awaited from `now`."""
        self.started = True
        self._set(now + self._between_s, "between_tokens")

    def until(self, at: float) -> None:
        """Nothing but the rest of the body is awaited any more."""
        self._set(at, "total")

    def _set(self, at: float, stage: Literal["first_token", "between_tokens", "total"]) -> None:
        self.at, self.stage = (at, stage) if at < self._end else (self._end, "total")


class Splitter(Protocol):
    """Cuts a body into payloads; `broken` says that something was longer than a payload can be."""

    broken: bool

    def feed(self, chunk: bytes) -> list[bytes]: ...

    def end(self) -> list[bytes]: ...


class Whole:
    """A body in plain JSON is one payload, of at most `limit` bytes."""

    def __init__(self, limit: int = 1024 * 1024) -> None:
        self._limit = limit
        self._body = bytearray()
        self.broken = False

    def feed(self, chunk: bytes) -> list[bytes]:
        self._body += chunk
        self.broken = len(self._body) > self._limit
        return []

    def end(self) -> list[bytes]:
        return [bytes(self._body)] if self._body.strip() else []


class Payloads:
    """The payloads of `response`, each awaited until `due`."""

    def __init__(self, response: httpx.Response, due: Due, splitter: Splitter | None = None) -> None:
        plain = "json" in response.headers.get("content-type", "")
        self._split = splitter or (Whole() if plain else SseParser())
        self._body = body_of(response)
        self._due = due
        self._ended = False

    async def next(self) -> list[bytes]:
        """All payloads that one read of the network brought, at least one.

        Raises:
            ModelCut: there is none, or the connection broke after the first token.
            ModelUnavailable: the connection broke before it.
            ModelTimeout: it is overdue.
            ModelGarbled: it is longer than any token can be.

        """
        split = self._split
        try:
            while not split.broken:
                if self._ended:
                    raise ModelCut
                chunk = await self._body.read(self._due.at)
                self._ended = not chunk
                if payloads := split.feed(chunk) if chunk else split.end():
                    return payloads
        except httpx.ReadTimeout:
            raise ModelTimeout(stage=self._due.stage) from None
        except httpx.TransportError as error:
            raise (ModelCut if self._due.started else ModelUnavailable) from error
        raise ModelGarbled
