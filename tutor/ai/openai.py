"""Any OpenAI-compatible chat-completions service as a `Model`. Chosen and configured by `app`, called through `chain`.

One httpx client on our own transport serves all streams. The generator owns its response: closing or cancelling it
at any point gives the connection back. Deadlines are ours, because a stream of comments would keep httpx's alive.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import httpx

from tutor.ai.bodies import Bodies, Ways
from tutor.ai.completion import Completion, refusal
from tutor.ai.errors import ModelError, ModelTimeout, ModelUnavailable
from tutor.ai.model import Finish, Piece, Prompt
from tutor.ai.payloads import Due, Payloads, Whole
from tutor.ai.transport import Transport

_KEEPALIVE_S = 30.0
_USAGE_WAIT_S = 2.0  # the reply is complete by then; only its token count is still to come
_DRAIN_S = 0.05  # a body read to its end keeps its connection for the next question
_BAD_REQUEST = (httpx.codes.BAD_REQUEST, httpx.codes.UNPROCESSABLE_ENTITY)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAISettings:
    """Which service, and how long to wait for it.

    `base_url` ends in `/v1`. `provider` is the name stored with replies. `connect_s` counts until the connection
    stands, `first_token_s` and `total_s` from the start of the call, `between_tokens_s` from one token to the next;
    what the model only thinks counts as a token, a comment or an empty chunk does not. `max_connections` must be more
    than the streams that run at once. A reply ends as `length` at `max_reply_chars`.
    """

    base_url: str
    api_key: str | None = field(repr=False)
    model: str
    provider: str
    connect_s: float
    first_token_s: float
    between_tokens_s: float
    total_s: float
    max_connections: int
    max_reply_chars: int
    temperature: float


class OpenAIModel:
    """A service that speaks OpenAI's chat completions with `stream: true`."""

    def __init__(self, settings: OpenAISettings) -> None:
        self._settings = settings
        self._ways = Ways()
        self._bodies = Bodies(settings.model, settings.temperature)
        key = settings.api_key
        # Made here, because it takes a moment; the certificates are certifi's, or those that SSL_CERT_FILE names.
        tls = httpx.create_ssl_context() if settings.base_url.startswith("https:") else None
        self._client = httpx.AsyncClient(
            transport=Transport(places=settings.max_connections, keep_s=_KEEPALIVE_S, tls=tls),
            follow_redirects=False,
            trust_env=False,
        )
        # Every request is alike but for its body: what httpx would put together each time is put together once.
        self._url = httpx.URL(f"{settings.base_url.rstrip('/')}/chat/completions")
        self._headers = httpx.Headers(
            {"host": self._url.netloc.decode(), "content-type": "application/json", "accept-encoding": "identity"}
            | ({"authorization": f"Bearer {key}"} if key else {})
        )
        timeout = httpx.Timeout(None, connect=settings.connect_s, pool=settings.connect_s)
        self._extensions = {"timeout": timeout.as_dict()}

    @property
    def provider(self) -> str:
        return self._settings.provider

    @property
    def name(self) -> str:
        return self._settings.model

    async def close(self) -> None:
        await self._client.aclose()

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Piece | Finish, None]:
        """See `Model.stream`.

        Raises:
            ModelUnavailable: no connection, a 5xx, or a connection lost before the first token.
            ModelOverloaded: a 429, or an error inside the stream that says the same.
            ModelRejected: any other status that is no success.
            ModelTimeout: a deadline of the settings passed.
            ModelGarbled: what came is not what was agreed, or it is an error.
            ModelCut: the stream ended before the reply was complete.

        """
        loop = asyncio.get_running_loop()
        settings = self._settings
        due = Due(loop.time(), settings.first_token_s, settings.between_tokens_s, settings.total_s)
        reply = Completion(settings.max_reply_chars)
        async with self._answer(prompt, due) as response:
            if not response.is_success:
                raise refusal(response)
            payloads = Payloads(response, due)
            while reply.reason is None:
                text = reply.add_all(await payloads.next())
                if text:
                    yield Piece(text)
                if reply.fault is not None:
                    raise reply.fault
                if text is not None:
                    due.token(loop.time())
            await _settle(reply, payloads, due)
        yield Finish(reply.reason, self.provider, self.name, reply.usage)

    @asynccontextmanager
    async def _answer(self, prompt: Prompt, due: Due) -> AsyncIterator[httpx.Response]:
        """The response to `prompt`; asked again with less as long as the service names what it does not know."""
        ways: Ways | None = self._ways
        while ways is not None:
            async with self._post(self._bodies.of(prompt, ways), due) as response:
                fewer = ways.without(await _refused(response, due), prompt)
                if fewer is None:
                    if response.is_success:
                        self._ways = ways
                    yield response
            ways = fewer

    @asynccontextmanager
    async def _post(self, content: bytes, due: Due) -> AsyncIterator[httpx.Response]:
        request = httpx.Request("POST", self._url, headers=self._headers, content=content, extensions=self._extensions)
        try:
            async with asyncio.timeout_at(due.at):
                response = await self._client.send(request, stream=True)
        except TimeoutError:
            raise ModelTimeout(stage=due.stage) from None
        except httpx.TimeoutException as error:
            raise ModelTimeout(stage="connect") from error
        except httpx.HTTPError as error:
            raise ModelUnavailable from error
        try:
            yield response
        finally:
            await response.aclose()


async def _refused(response: httpx.Response, due: Due) -> bytes:
    """What a service says that would not take the request as it is; nothing when it takes it."""
    if response.status_code not in _BAD_REQUEST:
        return b""
    with suppress(ModelError):
        return (await Payloads(response, due, Whole()).next())[0]
    return b""


async def _settle(reply: Completion, payloads: Payloads, due: Due) -> None:
    """Hear the usage and read the body to its end, both only if they come at once: the reply itself is complete."""
    if reply.done:
        return
    now = asyncio.get_running_loop().time
    with suppress(ModelError):
        due.until(now() + _USAGE_WAIT_S)
        while not reply.done:
            reply.add_all(await payloads.next())
        due.until(now() + _DRAIN_S)
        while True:
            await payloads.next()
