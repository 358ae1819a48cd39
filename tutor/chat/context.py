"""Builds the chat from the shared pieces when the application starts, and keeps it under its keys."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from aiohttp import web

from tutor.accounts.context import ACCOUNTS, WARDS
from tutor.ai.embedded import AnswerKeys
from tutor.ai.model import Model
from tutor.chat.access import Access
from tutor.chat.allowance import Allowance
from tutor.chat.briefing import Briefing
from tutor.chat.changes import Changes
from tutor.chat.evictions import Evictions
from tutor.chat.guarded import Guarded
from tutor.chat.notices import Notices
from tutor.chat.parts import PartsLog
from tutor.chat.presence import Presence
from tutor.chat.prompts import PromptLimits, Prompts
from tutor.chat.reading import Reading
from tutor.chat.reply import Replies, ReplySettings
from tutor.chat.rescue import Rescue
from tutor.chat.service import Chat
from tutor.chat.store import ChatStore
from tutor.classes.context import CLASSES
from tutor.core.bus import BUS
from tutor.core.clock import CLOCK
from tutor.core.limits import LIMITS
from tutor.core.mongo import MONGO
from tutor.core.redis import REDIS
from tutor.core.roll import ROLL
from tutor.core.rooms import ROOMS
from tutor.core.sockets import DOOR
from tutor.core.tasks import TASKS
from tutor.core.tokens import SECRET


@dataclass(frozen=True, slots=True)
class ChatSettings:
    """What the chat needs to know. `prefix` begins its Redis keys; `parts_ttl_s` and `drain_s` are in seconds."""

    reply: ReplySettings
    limits: PromptLimits
    parts_ttl_s: int
    drain_s: float
    prefix: str


CHAT: web.AppKey[Chat] = web.AppKey("chat", Chat)
READING: web.AppKey[Reading] = web.AppKey("reading", Reading)
ACCESS: web.AppKey[Access] = web.AppKey("access", Access)
EVICTIONS: web.AppKey[Evictions] = web.AppKey("evictions", Evictions)
PRESENCE: web.AppKey[Presence] = web.AppKey("presence", Presence)
RESCUE: web.AppKey[Rescue] = web.AppKey("rescue", Rescue)
REPLIES: web.AppKey[Replies] = web.AppKey("replies", Replies)
CHAT_SETTINGS: web.AppKey[ChatSettings] = web.AppKey("chat_settings", ChatSettings)
CHANGES: web.AppKey[Changes] = web.AppKey("changes", Changes)
NOTICES: web.AppKey[Notices] = web.AppKey("notices", Notices)
CHAT_STORE: web.AppKey[ChatStore] = web.AppKey("chat_store", ChatStore)
MODEL: web.AppKey[Model] = web.AppKey("model", Model)
KEYS: web.AppKey[AnswerKeys] = web.AppKey("answer_keys", AnswerKeys)


async def chat(app: web.Application) -> AsyncIterator[None]:
    """Put the chat together."""
    settings, rooms, clock, tasks = app[CHAT_SETTINGS], app[ROOMS], app[CLOCK], app[TASKS]
    store = ChatStore(app[MONGO])
    await store.prepare()
    parts = PartsLog(app[REDIS], settings.prefix, settings.parts_ttl_s)
    app[CHAT_STORE], app[CHANGES], app[NOTICES] = store, Changes(), Notices(store, rooms, clock)
    prompts, keys = Prompts(app[SECRET], settings.limits), app.get(KEYS)
    model = Guarded(app[MODEL], keys, prompts)
    replies = Replies(store, rooms, parts, app[BUS], model, tasks, clock, settings.reply, app[CHANGES])
    presence = Presence(store, app[ACCOUNTS], app[CLASSES], rooms, app[ROLL], tasks)
    app[CHANGES].listen(presence.refresh)
    access = Access(store, app[CLASSES], app[WARDS])
    app[ACCESS] = access
    app[EVICTIONS] = Evictions(store, access, app[CLASSES], rooms, app[DOOR].tell)
    app[REPLIES] = replies
    app[PRESENCE] = presence
    briefing = Briefing(store, prompts, keys)
    app[RESCUE] = Rescue(store, parts, replies, briefing, clock)
    app[READING] = Reading(store, access, replies, parts, presence)
    app[CHAT] = Chat(
        store,
        app[ACCOUNTS],
        access,
        rooms,
        replies,
        briefing,
        clock,
        Allowance(app[LIMITS], store, clock),
        app[CLASSES],
        app[NOTICES],
    )
    yield
