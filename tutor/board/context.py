"""Builds the board from the shared pieces when the application starts, and keeps it under its keys."""

from collections.abc import AsyncIterator

from aiohttp import web

from tutor.accounts.context import ACCOUNTS
from tutor.board.facts import FactsReader
from tutor.board.flags import Flags
from tutor.board.hands import Hands
from tutor.board.live import Live
from tutor.board.news import News
from tutor.board.queues import Queues
from tutor.board.store import BoardStore
from tutor.board.typing import Typing
from tutor.chat.context import ACCESS, CHANGES, CHAT_STORE, NOTICES
from tutor.classes.context import CLASSES
from tutor.core.bus import BUS
from tutor.core.clock import CLOCK
from tutor.core.mongo import MONGO
from tutor.core.roll import ROLL
from tutor.core.rooms import ROOMS
from tutor.core.tasks import TASKS

LIVE: web.AppKey[Live] = web.AppKey("live", Live)
HANDS: web.AppKey[Hands] = web.AppKey("hands", Hands)
FLAGS: web.AppKey[Flags] = web.AppKey("flags", Flags)
TYPING: web.AppKey[Typing] = web.AppKey("typing", Typing)
NEWS: web.AppKey[News] = web.AppKey("news", News)


async def board(app: web.Application) -> AsyncIterator[None]:
    """Put the board together."""
    rooms, clock, classes, access = app[ROOMS], app[CLOCK], app[CLASSES], app[ACCESS]
    store = BoardStore(app[MONGO])
    await store.prepare()
    news = News(classes, rooms, clock)
    flags = Flags(store, access, clock, news, app[TASKS])
    queues = Queues(store, app[CHAT_STORE], classes)
    hands = Hands(store, queues, access, classes, app[NOTICES], rooms, news, clock)
    reader = FactsReader(app[CHAT_STORE], store, app[ROLL], flags)
    app[CHANGES].listen(news.changed)
    app[CHANGES].listen(flags.heard)
    app[NEWS], app[FLAGS], app[HANDS] = news, flags, hands
    app[LIVE] = Live(classes, app[ACCOUNTS], reader, queues, rooms, app[BUS], clock)
    app[TYPING] = Typing(access, rooms, news, clock)
    yield
