"""Puts the house together: the shared pieces, the order of middlewares, and the one list of rooms.

`serve.py` and the tests call `make_app`. Settings are read here and handed down as values.
"""

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import partial

from aiohttp import web

from tutor import accounts, chat, classes
from tutor.accounts import routes as accounts_routes
from tutor.accounts import sockets as accounts_sockets
from tutor.accounts.context import ACCOUNTS_SETTINGS
from tutor.accounts.models import AccountsSettings
from tutor.ai.breaker import Breaker, BreakerSettings
from tutor.ai.chain import Chain, Link, Patience
from tutor.ai.embedded import EmbeddedModel
from tutor.ai.model import Model
from tutor.ai.openai import OpenAIModel, OpenAISettings
from tutor.chat import messages as chat_messages
from tutor.chat import routes as chat_routes
from tutor.chat import sockets as chat_sockets
from tutor.chat.context import CHAT_SETTINGS, MODEL, ChatSettings
from tutor.chat.prompts import PromptLimits
from tutor.chat.reply import ReplySettings
from tutor.classes import routes as classes_routes
from tutor.core import catalogue, crowd, health, http, mongo, pages, redis, status
from tutor.core.bus import BUS, Bus
from tutor.core.catalogue import Catalogue
from tutor.core.clock import CLOCK, Clock
from tutor.core.line import Bounds
from tutor.core.mongo import MONGO, Database, MongoSettings, StoreFault
from tutor.core.peers import SocketLimits
from tutor.core.redis import REDIS, RedisSettings
from tutor.core.roll import ROLL, Roll
from tutor.core.rooms import ROOMS, Rooms
from tutor.core.sockets import DOOR, Door
from tutor.core.status import STATUS, Status
from tutor.core.tasks import TASKS, Tasks
from tutor.core.tokens import SECRET
from tutor.core.transport import TRANSPORT, Transport
from tutor.core.words import Words
from tutor.drain import say_goodbye
from tutor.settings import ROOT, AiSection, AiService, Settings, secret_of

ROOMS_OF_THE_HOUSE = (accounts, classes, chat)
TABLES = (accounts_sockets.events, chat_sockets.events)
EVENTS = (crowd, status, chat_messages)
APIS = (accounts_routes.api, classes_routes.api, chat_routes.api)

WORDS: web.AppKey[Words] = web.AppKey("all_words", Words)


def make_app(settings: Settings, *, clock: Clock | None = None, model: Model | None = None) -> web.Application:
    """The whole application. The settings name both stores; `clock` and `model` replace the real ones in tests."""
    app = web.Application(middlewares=[http.trace, http.protect, http.errors])
    words = Words(ROOT / "web/locales")
    app[http.WORDS] = words
    app[http.SECURE] = settings.address.startswith("https://")
    app[CLOCK] = clock or Clock()
    app[SECRET] = secret_of(settings)
    app[TASKS] = Tasks()
    _hand_down(app, settings)
    _connect_stores(app, settings)
    _open_sockets(app, settings, words)
    _choose_model(app, settings, model)
    pages.setup_pages(app, words, ROOT / "web/templates", ROOT / "web/static")
    health.setup(app)
    for room in ROOMS_OF_THE_HOUSE:
        room.setup(app)
    catalogue.setup(app, catalogue_of_the_house())
    app.on_shutdown.append(say_goodbye)
    return app


def _hand_down(app: web.Application, settings: Settings) -> None:
    app[ACCOUNTS_SETTINGS] = AccountsSettings(
        **settings.accounts.model_dump(),
        secure_cookies=app[http.SECURE],
        address=settings.address,
        origins=settings.origins,
    )
    section = settings.chat
    app[CHAT_SETTINGS] = ChatSettings(
        reply=ReplySettings(
            part_s=section.part_ms / 1000,
            checkpoint_s=section.checkpoint_s,
            checkpoint_chars=section.checkpoint_chars,
            lease_s=section.lease_s,
            max_replies=section.max_replies,
            per_student=section.max_replies_per_student,
            queue_s=section.queue_s,
        ),
        limits=PromptLimits(section.history_tokens, section.max_tokens),
        parts_ttl_s=section.parts_ttl_s,
        drain_s=section.drain_s,
        prefix=settings.redis.prefix,
    )


def catalogue_of_the_house() -> Catalogue:
    """All that crosses the edges of all rooms."""
    return Catalogue.of(TABLES, APIS, EVENTS)


@asynccontextmanager
async def database_of(settings: Settings) -> AsyncIterator[Database]:
    """The configured database, connected for as long as the block runs."""
    section = settings.mongodb
    client = mongo.connect(MongoSettings(section.url, section.database, section.timeout_ms, section.pool_size))
    try:
        yield client[section.database]
    finally:
        client.close()


def _connect_stores(app: web.Application, settings: Settings) -> None:
    there = RedisSettings(settings.redis.url, settings.redis.timeout_s, settings.redis.prefix)
    app[REDIS] = redis.connect(there)
    listening = redis.connect(there, blocking=True)
    app[BUS] = Bus(app[REDIS], listening, settings.redis.prefix)

    async def stores(app: web.Application) -> AsyncIterator[None]:
        async with database_of(settings) as app[MONGO]:
            clock, ask = app[CLOCK], partial(mongo.time_of, app[MONGO])
            await clock.anchor(ask)
            app[TASKS].keep(partial(clock.stay_anchored, ask, StoreFault), "clock")
            yield
            await app[TASKS].close()
        await app[BUS].close()
        await app[REDIS].aclose()
        await listening.aclose()

    app.cleanup_ctx.append(stores)


def _open_sockets(app: web.Application, settings: Settings, words: Words) -> None:
    section = settings.sockets
    bounds = Bounds(
        max_frame=section.max_frame,
        max_queued_packets=section.max_queued_packets,
        max_queued_bytes=section.max_queued_bytes,
        ping_interval_s=section.ping_interval_s,
        ping_timeout_s=section.ping_timeout_s,
        connect_s=section.connect_s,
    )
    production = settings.env == "production"
    transport = Transport(bounds, frozenset({settings.address, *settings.origins}), same_host=not production)
    rooms = Rooms(transport.post_all, app[BUS])
    app[BUS].deliver_to(rooms.deliver)
    limits = SocketLimits(section.per_user, section.events_per_s, section.events_burst)
    door = Door(app, transport, rooms, words, app[CLOCK], limits=limits)
    transport.listener = door
    transport.attach(app)
    app[TRANSPORT], app[ROOMS], app[DOOR] = transport, rooms, door
    app[ROLL] = Roll(app[REDIS], rooms, app[CLOCK], prefix=settings.redis.prefix, node=app[BUS].node)
    app[BUS].when_back(app[ROLL].renew)
    app[STATUS] = Status(door.tell_all)
    door.greet_with(app[STATUS].greet)
    app.cleanup_ctx.append(_keep_watch)


async def _keep_watch(app: web.Application) -> AsyncIterator[None]:
    """What runs for ever around the stores, beside the rooms' own jobs."""
    guard, state = redis.guard_of(app[REDIS]), app[STATUS]
    works: dict[str, Callable[[], Coroutine[None, None, None]]] = {
        "redis-guard": guard.watch,
        "bus-in": app[BUS].hear_hints,
        "bus-out": app[BUS].send_hints,
        "roll": app[ROLL].keep,
        "status-redis": partial(state.watch_redis, guard.breaker, app[BUS]),
        "status-mongodb": partial(state.watch_mongodb, partial(mongo.ping, app[MONGO]), StoreFault),
    }
    running = [app[TASKS].keep(work, name) for name, work in works.items()]
    yield
    for task in running:
        task.cancel()


def _choose_model(app: web.Application, settings: Settings, given: Model | None) -> None:
    async def choose(app: web.Application) -> AsyncIterator[None]:
        chosen = given or _model(settings, app[CLOCK])
        app[MODEL] = chosen
        if isinstance(chosen, EmbeddedModel):
            app[TASKS].spawn(chosen.prewarm(), "prewarm")
        if isinstance(chosen, Chain):
            chosen.on_change = lambda down: app[STATUS].set_ai(not down)
        yield
        await chosen.close()

    app.cleanup_ctx.append(choose)


def _model(settings: Settings, clock: Clock) -> Model:
    """The configured AI services with what stands in for them, or the built-in tutor when there are none."""
    section = settings.ai
    if not section.base_url:
        return EmbeddedModel(pace_s=section.pace_s)
    patience = BreakerSettings(
        failures=section.breaker_failures, open_s=section.breaker_open_s, rejected_s=section.breaker_rejected_s
    )
    links = [
        Link(_service(section, each), Breaker(f"{each.provider}/{each.model}", clock, patience))
        for each in (section, *section.fallbacks)
    ]
    if section.fallback_to_builtin:
        links.append(Link(EmbeddedModel(pace_s=section.pace_s, only_certain=True), None))
    return Chain(links, Patience(attempts=section.attempts, budget_s=section.first_token_s))


def _service(section: AiSection, service: AiService) -> Model:
    return OpenAIModel(
        OpenAISettings(
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
    )
