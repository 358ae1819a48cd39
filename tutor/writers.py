"""Who writes the replies: the configured AI services one behind the other, or the built-in tutor. `app.py` asks it.

And who reads homework: models of the first service, which has no stand-in there.
"""

from collections.abc import AsyncIterator
from dataclasses import replace

from aiohttp import web

from tutor.ai.breaker import Breaker, BreakerSettings
from tutor.ai.chain import Chain, Link, Patience
from tutor.ai.embedded import AnswerKeys, EmbeddedModel
from tutor.ai.embedded.engine import DEADLINE_S, WORKERS
from tutor.ai.embedded.worker import Workers
from tutor.ai.model import Model
from tutor.ai.openai import OpenAIModel, OpenAISettings
from tutor.ai.structured import OpenAIReader
from tutor.chat.context import KEYS, MODEL
from tutor.core.clock import CLOCK, Clock
from tutor.core.status import STATUS
from tutor.core.tasks import TASKS
from tutor.homework.context import READER
from tutor.settings import AiSection, AiService, Settings

_CALM = 4  # times the chat's deadlines: pictures take a service long, and nobody waits at a screen


def setup(app: web.Application, settings: Settings, given: Model | None) -> None:
    """Put the model into the application, where tests may have `given` another."""

    async def choose(app: web.Application) -> AsyncIterator[None]:
        workers = Workers(DEADLINE_S, WORKERS)
        keys = AnswerKeys(workers)
        chosen = given or _model(settings, app[CLOCK], workers)
        app[MODEL] = chosen
        if not isinstance(chosen, EmbeddedModel):
            app[KEYS] = keys
        elif settings.ai.prewarm:
            app[TASKS].spawn(chosen.prewarm(), "prewarm")
        if isinstance(chosen, Chain):
            chosen.on_change = lambda down: app[STATUS].set_ai(works=not down)
        yield
        await chosen.close()
        await keys.close()

    app.cleanup_ctx.append(choose)


def setup_reader(app: web.Application, settings: Settings) -> None:
    """Put who reads homework into an application that grades, if an AI service is configured."""

    async def choose(app: web.Application) -> AsyncIterator[None]:
        reader = _reader(settings.ai, app[CLOCK])
        if reader is not None:
            app[READER] = reader
        yield
        if reader is not None:
            await reader.close()

    app.cleanup_ctx.append(choose)


def _model(settings: Settings, clock: Clock, workers: Workers) -> Model:
    """The configured AI services with what stands in for them, or the built-in tutor when there are none."""
    section = settings.ai
    if not section.base_url:
        return EmbeddedModel(pace_s=section.pace_s, workers=workers)
    links = [_link(section, _service(section, each), clock) for each in (section, *section.fallbacks)]
    if section.fallback_to_builtin:
        links.append(Link(EmbeddedModel(pace_s=section.pace_s, workers=workers, only_certain=True), None))
    return Chain(links, _patience(section))


def _reader(section: AiSection, clock: Clock) -> OpenAIReader | None:
    """Who reads homework, without chance in what it says and with more time; with breakers of its own, so that a model
    of the chat that is left alone holds up no grading, nor the other way round.
    """
    if not section.base_url:
        return None

    def judge(model: str) -> Chain:
        chat = _service(section, section)
        service = replace(
            chat,
            model=model,
            temperature=0.0,
            first_token_s=_CALM * chat.first_token_s,
            between_tokens_s=_CALM * chat.between_tokens_s,
            total_s=_CALM * chat.total_s,
        )
        return Chain([_link(section, service, clock)], _patience(section))

    vision = judge(section.vision_model) if section.vision_model else None
    return OpenAIReader(judge(section.grading_model or section.model), vision)


def _patience(section: AiSection) -> Patience:
    return Patience(attempts=section.attempts, budget_s=section.first_token_s)


def _link(section: AiSection, service: OpenAISettings, clock: Clock) -> Link:
    patience = BreakerSettings(
        failures=section.breaker_failures, open_s=section.breaker_open_s, rejected_s=section.breaker_rejected_s
    )
    return Link(OpenAIModel(service), Breaker(f"{service.provider}/{service.model}", clock, patience))


def _service(section: AiSection, service: AiService) -> OpenAISettings:
    return OpenAISettings(
        base_url=service.base_url,
        api_key=service.api_key.get_secret_value() or None,
        model=service.model,
        provider=service.provider,
        connect_s=section.connect_s,
        first_token_s=section.first_token_s,
        between_tokens_s=section.between_tokens_s,
        total_s=section.total_s,
        max_connections=section.max_connections,
        max_reply_chars=section.max_reply_chars,
        temperature=section.temperature,
    )
