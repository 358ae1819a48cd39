"""Builds the records from the pieces below when the application starts, and lets them listen to the chat."""

from collections.abc import AsyncIterator

from aiohttp import web

from tutor.accounts.context import ACCOUNTS
from tutor.chat.context import ACCESS, CHAT_STORE, PRESENCE, REPLIES, VISITS, WHISPER_STORE
from tutor.core.clock import CLOCK
from tutor.core.mongo import MONGO
from tutor.core.rooms import ROOMS
from tutor.core.tasks import TASKS
from tutor.records.keeping import Keeping
from tutor.records.replay import Replays
from tutor.records.service import ReadLog
from tutor.records.store import RecordStore

READ_LOG: web.AppKey[ReadLog] = web.AppKey("read_log", ReadLog)
REPLAYS: web.AppKey[Replays] = web.AppKey("replays", Replays)


async def records(app: web.Application) -> AsyncIterator[None]:
    """Put the records together."""
    store, chat, visits = RecordStore(app[MONGO]), app[CHAT_STORE], app[VISITS]
    await store.prepare()
    app[READ_LOG] = ReadLog(store, chat, app[PRESENCE], app[ACCESS], app[ACCOUNTS], app[ROOMS], app[CLOCK])
    visits.listen(app[READ_LOG].note)
    app[REPLIES].paces.listen(Keeping(store, app[TASKS]).keep)
    app[REPLAYS] = Replays(store, chat, app[WHISPER_STORE], app[ACCESS], visits)
    yield
