"""Where classes stand in the application: their keys, and the building of the services when it starts."""

from collections.abc import AsyncIterator

from aiohttp import web

from tutor.accounts.context import ACCOUNTS, TICKETS, WARDS
from tutor.classes.enrolment import Enrolment
from tutor.classes.guardians import Guardianship
from tutor.classes.service import Classes
from tutor.classes.store import ClassStore
from tutor.classes.topics import Topics
from tutor.core.clock import CLOCK
from tutor.core.mongo import MONGO
from tutor.core.tokens import SECRET

CLASSES: web.AppKey[Classes] = web.AppKey("classes", Classes)
ENROLMENT: web.AppKey[Enrolment] = web.AppKey("enrolment", Enrolment)
GUARDIANSHIP: web.AppKey[Guardianship] = web.AppKey("guardianship", Guardianship)
TOPICS: web.AppKey[Topics] = web.AppKey("topics", Topics)


async def classes_context(app: web.Application) -> AsyncIterator[None]:
    """Build the services."""
    store = ClassStore(app[MONGO])
    await store.prepare()
    app[TOPICS] = Topics()
    app[CLASSES] = Classes(store, app[ACCOUNTS], app[CLOCK])
    app[ENROLMENT] = Enrolment(app[CLASSES], app[ACCOUNTS], app[CLOCK], app[SECRET])
    app[TICKETS].ask_who_teaches(app[CLASSES].teaches)
    app[GUARDIANSHIP] = Guardianship(app[CLASSES], app[ACCOUNTS], app[WARDS], app[TICKETS])
    yield
