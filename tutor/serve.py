"""Runs a server or a worker from start to end: stores, application, port, signals. The command line calls `serve` and
`grade`.
"""

import asyncio
import errno
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog
from aiohttp import web

from tutor.app import make_app, make_grader
from tutor.core.embedded import EmbeddedStores, StoreAddresses, running_addresses
from tutor.core.errors import TutorError
from tutor.drain import say_goodbye
from tutor.homework.ports import Grading
from tutor.settings import Settings

log = structlog.get_logger(__name__)

SHUTDOWN_S = 2.0
IDLE_S = 10.0


class PortInUse(TutorError):
    """Something else listens on the port. Facts: `host`, `port`."""

    code = "port_in_use"
    status = 503


class PortUnusable(TutorError):
    """Nobody may listen there, or this machine has no such address. Facts: `host`, `port`, `reason`."""

    code = "port_unusable"
    status = 503


class StoresMissing(TutorError):
    """A worker has nobody to work for: no stores are set, and no server runs on the data folder. Fact: `folder`."""

    code = "stores_missing"
    status = 503


@dataclass(frozen=True, slots=True)
class Served:
    """A server that takes requests. `address` is where a browser on this machine finds it."""

    app: web.Application
    address: str
    port: int


def with_addresses(settings: Settings, addresses: StoreAddresses) -> Settings:
    """The settings with the embedded stores' addresses filled in where none was configured."""
    mongodb, redis = settings.mongodb, settings.redis
    if addresses.mongodb_url:
        mongodb = mongodb.model_copy(update={"url": addresses.mongodb_url})
    if addresses.redis_url:
        redis = redis.model_copy(update={"url": addresses.redis_url})
    return settings.model_copy(update={"mongodb": mongodb, "redis": redis})


@asynccontextmanager
async def own_stores(settings: Settings) -> AsyncIterator[Settings]:
    """Start embedded stores in place of those that are not configured; two servers on one folder are refused."""
    mongodb, redis = not settings.mongodb.url, not settings.redis.url
    if not (mongodb or redis):
        yield settings
        return
    async with EmbeddedStores(settings.data_folder, mongodb=mongodb, redis=redis) as addresses:
        yield with_addresses(settings, addresses)


@asynccontextmanager
async def any_stores(settings: Settings) -> AsyncIterator[Settings]:
    """For commands beside a server: its embedded stores when it runs, else their own for the while."""
    running = running_addresses(settings.data_folder)
    if running is not None:
        yield with_addresses(settings, running)
        return
    async with own_stores(settings) as complete:
        yield complete


def stores_of_others(settings: Settings) -> Settings:
    """For processes that work for a server: the configured stores, else those of the server on the same data folder.

    Raises:
        StoresMissing: there are none.

    """
    running = running_addresses(settings.data_folder)
    complete = with_addresses(settings, running) if running is not None else settings
    if not (complete.mongodb.url and complete.redis.url):
        raise StoresMissing(folder=str(settings.data_folder))
    return complete


@asynccontextmanager
async def running_app(
    app: web.Application,
    host: str,
    port: int,
    *,
    idle_s: float = IDLE_S,
    goodbye: Callable[[web.Application], Awaitable[None]] = say_goodbye,
) -> AsyncIterator[Served]:
    """The application on a port, until the block ends.

    A connection that has no whole request under way for `idle_s` seconds is closed: the first request must have come
    by then, headers and all, and so must the next one after an answer. (aiohttp's own wait is an hour.) At the end
    `goodbye` runs while open connections are still read.

    Raises:
        PortInUse: the port is taken.
        PortUnusable: it cannot be listened on at all.
        PyMongoError: MongoDB did not answer.

    """
    runner = web.AppRunner(
        app, access_log=None, shutdown_timeout=SHUTDOWN_S, handle_signals=False, keepalive_timeout=idle_s
    )
    try:
        await runner.setup()
        try:
            await (site := web.TCPSite(runner, host, port, backlog=1024)).start()
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise PortInUse(host=host, port=port) from error
            raise PortUnusable(host=host, port=port, reason=error.strerror or str(error)) from error
        bound = int(runner.addresses[0][1])
        shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104  # only compared
        yield Served(app, f"http://{shown}:{bound}", bound)
        await site.stop()
        await goodbye(app)
    finally:
        await runner.cleanup()


async def serve(settings: Settings, ready: Callable[[Served], Awaitable[None]]) -> None:
    """Run until SIGINT or SIGTERM; `ready` is awaited once requests are taken."""
    stop = _stop_signal()
    async with (
        own_stores(settings) as complete,
        running_app(make_app(complete), settings.host, settings.port) as served,
    ):
        await ready(served)
        await stop.wait()
        log.info("stopping")


async def grade(settings: Settings, ready: Callable[[], None], *, grading: Grading | None = None) -> None:
    """Grade homework beside a server until SIGINT or SIGTERM; work that is under way then is given back at once.

    Tests replace `grading`.

    Raises:
        StoresMissing: there is no server to work for.

    """
    stop = _stop_signal()
    runner = web.AppRunner(make_grader(stores_of_others(settings), grading=grading), handle_signals=False)
    try:
        await runner.setup()
        ready()
        await stop.wait()
        log.info("stopping")
    finally:
        await runner.cleanup()


def _stop_signal() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop
