"""Where classes stand in the application: their keys, and the building of the services when it starts."""

from collections.abc import AsyncIterator

from aiohttp import web

from tutor.accounts.context import ACCOUNTS
from tutor.classes.enrolment import Enrolment
from tutor.classes.service import Classes
from tutor.classes.store import ClassStore
from tutor.core.clock import CLOCK
from tutor.core.mongo import MONGO

CLASSES: web.AppKey[Classes] = web.AppKey("classes", Classes)
ENROLMENT: web.AppKey[Enrolment] = web.AppKey("enrolment", Enrolment)


async def classes_context(app: web.Application) -> AsyncIterator[None]:
    """Build the service."""
    store = ClassStore(app[MONGO])
    await store.prepare()
    app[CLASSES] = Classes(store, app[ACCOUNTS], app[CLOCK])
    app[ENROLMENT] = Enrolment(app[CLASSES], app[ACCOUNTS])
    yield
