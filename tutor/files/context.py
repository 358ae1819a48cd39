"""Where files stand in the application: their keys, and the building of the service when it starts."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from aiohttp import web

from tutor.core.clock import CLOCK
from tutor.core.mongo import MONGO
from tutor.files.access import Readers
from tutor.files.intake import Intake
from tutor.files.models import FileLimits
from tutor.files.service import Files
from tutor.files.store import FileStore
from tutor.pictures.orders import Order
from tutor.pictures.studio import Studio


@dataclass(frozen=True, slots=True)
class FilesSettings:
    """The limits, how pictures are made, and how many at once; times in seconds."""

    limits: FileLimits
    order: Order
    at_once: int
    queue_s: float
    deadline_s: float


FILES: web.AppKey[Files] = web.AppKey("files", Files)
INTAKE: web.AppKey[Intake] = web.AppKey("intake", Intake)
READERS: web.AppKey[Readers] = web.AppKey("file_readers", Readers)
FILES_SETTINGS: web.AppKey[FilesSettings] = web.AppKey("files_settings", FilesSettings)


async def files_context(app: web.Application) -> AsyncIterator[None]:
    """Build the service."""
    settings, store = app[FILES_SETTINGS], FileStore(app[MONGO])
    await store.prepare()
    studio = Studio(settings.order, at_once=settings.at_once, queue_s=settings.queue_s, deadline_s=settings.deadline_s)
    app[READERS] = Readers()
    app[INTAKE] = Intake(settings.limits)
    app[FILES] = Files(store, studio, app[READERS], app[CLOCK], settings.limits)
    yield
