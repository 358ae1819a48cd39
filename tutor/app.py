"""Puts the house together: the shared pieces, the order of middlewares, and the one list of rooms.

`serve.py` and the tests call `make_app`. Settings are read here and handed down as values.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import partial

from aiohttp import web

from tutor import accounts, board, broadcasts, chat, classes, files, homework, records, writers
from tutor.accounts import routes as accounts_routes
from tutor.accounts import school_routes
from tutor.accounts import sockets as accounts_sockets
from tutor.accounts.context import ACCOUNTS_SETTINGS
from tutor.accounts.models import AccountsSettings
from tutor.ai.model import Model
from tutor.board import messages as board_messages
from tutor.board import sockets as board_sockets
from tutor.broadcasts import messages as broadcasts_messages
from tutor.broadcasts import routes as broadcasts_routes
from tutor.broadcasts import sockets as broadcasts_sockets
from tutor.chat import floor_messages, floor_sockets
from tutor.chat import messages as chat_messages
from tutor.chat import routes as chat_routes
from tutor.chat import sockets as chat_sockets
from tutor.chat.context import CHAT_SETTINGS, ChatSettings, FloorSettings
from tutor.chat.prompts import PromptLimits
from tutor.chat.reply import ReplySettings
from tutor.classes import messages as classes_messages
from tutor.classes import routes as classes_routes
from tutor.core import catalogue, crowd, health, http, mongo, pages, redis, status
from tutor.core.address import PROXIES, networks
from tutor.core.bus import BUS, Bus
from tutor.core.catalogue import Catalogue
from tutor.core.clock import CLOCK, Clock
from tutor.core.evictions import EVICTIONS, Evictions, evict
from tutor.core.limits import LIMITS, Limits, Rate
from tutor.core.line import Bounds
from tutor.core.mongo import MONGO, Database, MongoSettings, StoreFault
from tutor.core.once import ONCE, Once
from tutor.core.peers import SocketLimits
from tutor.core.redis import REDIS, RedisSettings
from tutor.core.roll import ROLL, Roll
from tutor.core.rooms import ROOMS, Rooms
from tutor.core.sockets import DOOR, Door
from tutor.core.status import STATUS, Status
from tutor.core.tasks import TASKS, Tasks
from tutor.core.throttle import limit_sockets
from tutor.core.tokens import SECRET
from tutor.core.transport import TRANSPORT, Transport
from tutor.core.words import Words
from tutor.files import routes as files_routes
from tutor.files.context import FILES_SETTINGS, FilesSettings
from tutor.files.models import FileLimits
from tutor.homework import (
    assignment_messages,
    assignment_routes,
    review_messages,
    review_routes,
    submission_messages,
    submission_routes,
)
from tutor.homework import sockets as homework_sockets
from tutor.homework.context import GRADING, HOMEWORK_SETTINGS, HomeworkSettings
from tutor.homework.ports import Grading
from tutor.pictures.orders import Order
from tutor.records import routes as records_routes
from tutor.settings import ROOT, FilesSection, Settings, secret_of

ROOMS_OF_THE_HOUSE = (accounts, files, classes, homework, chat, board, records, broadcasts)
ROOMS_OF_GRADERS = (accounts, files, classes, homework)
TABLES = (
    accounts_sockets.events, chat_sockets.events, floor_sockets.events, board_sockets.events,
    broadcasts_sockets.events, homework_sockets.events,
)  # fmt: skip
EVENTS = (
    crowd, status, classes_messages, chat_messages, floor_messages, board_messages, broadcasts_messages,
    assignment_messages, submission_messages, review_messages,
)  # fmt: skip
APIS = (
    accounts_routes.api, school_routes.api, files_routes.api, classes_routes.api, chat_routes.api, records_routes.api,
    broadcasts_routes.api, assignment_routes.api, submission_routes.api, review_routes.api,
)  # fmt: skip

MEGABYTE = 1024 * 1024

WORDS: web.AppKey[Words] = web.AppKey("all_words", Words)


def make_app(
    settings: Settings, *, clock: Clock | None = None, model: Model | None = None, grading: Grading | None = None
) -> web.Application:
    """The whole application. The settings name both stores; `clock`, `model` and `grading` replace the real ones in
    tests.
    """
    app = _shared(settings, clock, grading)
    writers.setup(app, settings, model)
    pages.setup_pages(app, app[WORDS], ROOT / "web/templates", ROOT / "web/static")
    health.setup(app)
    for room in ROOMS_OF_THE_HOUSE:
        room.setup(app)
    catalogue.setup(app, catalogue_of_the_house())
    return app


def make_grader(settings: Settings, *, grading: Grading | None = None) -> web.Application:
    """What grading needs of the application, for a process that serves nobody: `tutor worker`."""
    app = _shared(settings, None, grading)
    for room in ROOMS_OF_GRADERS:
        room.setup(app)
    return app


def _shared(settings: Settings, clock: Clock | None, grading: Grading | None) -> web.Application:
    """The pieces that every room stands on."""
    app = web.Application(middlewares=[http.trace, http.protect, http.errors, limit_sockets])
    words = Words(ROOT / "web/locales")
    app[WORDS] = app[http.WORDS] = words
    app[http.SECURE] = settings.address.startswith("https://")
    app[PROXIES] = networks(settings.trusted_proxies)
    app[CLOCK] = clock or Clock()
    app[SECRET] = secret_of(settings)
    app[TASKS] = Tasks()
    if grading is not None:
        app[GRADING] = grading
    _hand_down(app, settings)
    _connect_stores(app, settings)
    _set_limits(app, settings)
    _open_sockets(app, settings, words)
    writers.setup_reader(app, settings)
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
        floor=FloorSettings(section.floor_away_s, section.draft_waits_s),
        limits=PromptLimits(section.history_tokens, section.max_tokens),
        parts_ttl_s=section.parts_ttl_s,
        drain_s=section.drain_s,
        prefix=settings.redis.prefix,
    )
    app[FILES_SETTINGS] = _for_files(settings.files)
    homework_section = settings.homework
    app[HOMEWORK_SETTINGS] = HomeworkSettings(
        graders=homework_section.graders,
        lease_s=homework_section.lease_s,
        look_s=homework_section.look_s,
        price=homework_section.price_per_million_tokens or None,
        currency=homework_section.currency,
    )


def _for_files(section: FilesSection) -> FilesSettings:
    return FilesSettings(
        limits=FileLimits(
            photo_bytes=section.photo_mb * MEGABYTE,
            pdf_bytes=section.pdf_mb * MEGABYTE,
            unclaimed_per_user=section.unclaimed_per_user,
            unclaimed_h=section.unclaimed_h,
        ),
        order=Order(
            max_pixels=section.megapixels * 1_000_000,
            max_pages=section.pdf_pages,
            side=section.picture_side,
            thumbnail=section.thumbnail_side,
            memory=1024 * MEGABYTE,
            written=256 * MEGABYTE,
            seconds=section.deadline_s,
        ),
        at_once=section.at_once,
        queue_s=section.queue_s,
        deadline_s=section.deadline_s,
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
        await asyncio.to_thread(client.close)  # it says goodbye to a server that may be gone


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


def _set_limits(app: web.Application, settings: Settings) -> None:
    section = settings.limits
    client = redis.connect(RedisSettings(settings.redis.url, section.redis_timeout_s, settings.redis.prefix))
    rates = {name: Rate.parse(text) for name, text in section.model_dump(exclude={"redis_timeout_s"}).items()}
    app[LIMITS] = Limits(client, rates, prefix=settings.redis.prefix)

    async def watched(app: web.Application) -> AsyncIterator[None]:
        watching = app[TASKS].keep(redis.guard_of(client).watch, "limits-guard")  # else somebody's request would try
        yield
        watching.cancel()
        await client.aclose()

    app.cleanup_ctx.append(watched)


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
    app[EVICTIONS] = Evictions(rooms, door.tell)
    app[ONCE] = Once(app[REDIS], rooms, app[BUS], settings.redis.prefix)
    app[ROLL] = Roll(app[REDIS], rooms, app[CLOCK], prefix=settings.redis.prefix, node=app[BUS].node)
    app[BUS].when_back(app[ROLL].renew)
    app[STATUS] = Status(door.tell_all)
    door.greet_with(app[STATUS].greeting)
    app.cleanup_ctx.append(_keep_watch)


async def _keep_watch(app: web.Application) -> AsyncIterator[None]:
    """What runs for ever around the stores, beside the rooms' own jobs."""
    guard, state = redis.guard_of(app[REDIS]), app[STATUS]
    works: dict[str, Callable[[], Coroutine[None, None, None]]] = {
        "redis-guard": guard.watch,
        "bus-in": app[BUS].hear_hints,
        "bus-out": app[BUS].send_hints,
        "roll": app[ROLL].keep,
        "evictions": partial(evict, app[EVICTIONS], app[CLOCK]),
        "status-redis": partial(state.watch_redis, guard.breaker, app[BUS]),
        "status-mongodb": partial(state.watch_mongodb, partial(mongo.ping, app[MONGO]), StoreFault),
    }
    running = [app[TASKS].keep(work, name) for name, work in works.items()]
    yield
    for task in running:
        task.cancel()
