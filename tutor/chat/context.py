"""Builds the chat from the shared pieces when the application starts, and keeps it under its keys."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from aiohttp import web

from tutor.accounts.context import ACCOUNTS, WARDS
from tutor.ai.embedded import AnswerKeys
from tutor.ai.model import Model
from tutor.chat.access import Access
from tutor.chat.allowance import Allowance
from tutor.chat.asking import Asking
from tutor.chat.beginnings import Beginnings
from tutor.chat.briefing import Briefing
from tutor.chat.changes import Changes
from tutor.chat.checks import Checks
from tutor.chat.evictions import Lapses
from tutor.chat.floors import Floors
from tutor.chat.further import Further
from tutor.chat.guarded import Guarded
from tutor.chat.herald import Herald
from tutor.chat.holds import Holds
from tutor.chat.notices import Notices
from tutor.chat.parts import PartsLog
from tutor.chat.permits import Permits
from tutor.chat.presence import Presence
from tutor.chat.prompts import PromptLimits, Prompts
from tutor.chat.reading import Reading
from tutor.chat.reply import Replies, ReplySettings
from tutor.chat.rescue import Rescue
from tutor.chat.service import Chat
from tutor.chat.store import ChatStore
from tutor.chat.suggestions import Suggestions
from tutor.chat.topics import RoomTopics
from tutor.chat.turns import Turns
from tutor.chat.vigils import Vigils
from tutor.chat.visits import Visits
from tutor.chat.whisper_store import WhisperStore
from tutor.chat.whispers import Whispers
from tutor.classes.context import CLASSES, TOPICS
from tutor.core.bus import BUS
from tutor.core.clock import CLOCK
from tutor.core.evictions import EVICTIONS
from tutor.core.limits import LIMITS
from tutor.core.mongo import MONGO
from tutor.core.redis import REDIS
from tutor.core.roll import ROLL
from tutor.core.rooms import ROOMS
from tutor.core.tasks import TASKS
from tutor.core.tokens import SECRET


@dataclass(frozen=True, slots=True)
class FloorSettings:
    """How long a teacher may be away until the tutor has the floor again, and a draft until it is told of: seconds."""

    away_s: float
    draft_waits_s: float


@dataclass(frozen=True, slots=True)
class ChatSettings:
    """What the chat needs to know. `prefix` begins its Redis keys; `parts_ttl_s` and `drain_s` are in seconds."""

    reply: ReplySettings
    floor: FloorSettings
    limits: PromptLimits
    parts_ttl_s: int
    drain_s: float
    prefix: str


FURTHER: web.AppKey[Further] = web.AppKey("further", Further)
CHAT: web.AppKey[Chat] = web.AppKey("chat", Chat)
READING: web.AppKey[Reading] = web.AppKey("reading", Reading)
ACCESS: web.AppKey[Access] = web.AppKey("access", Access)
PRESENCE: web.AppKey[Presence] = web.AppKey("presence", Presence)
RESCUE: web.AppKey[Rescue] = web.AppKey("rescue", Rescue)
REPLIES: web.AppKey[Replies] = web.AppKey("replies", Replies)
CHAT_SETTINGS: web.AppKey[ChatSettings] = web.AppKey("chat_settings", ChatSettings)
CHANGES: web.AppKey[Changes] = web.AppKey("changes", Changes)
VISITS: web.AppKey[Visits] = web.AppKey("visits", Visits)
NOTICES: web.AppKey[Notices] = web.AppKey("notices", Notices)
FLOORS: web.AppKey[Floors] = web.AppKey("floors", Floors)
HOLDS: web.AppKey[Holds] = web.AppKey("holds", Holds)
CHECKS: web.AppKey[Checks] = web.AppKey("checks", Checks)
WHISPERS: web.AppKey[Whispers] = web.AppKey("whispers", Whispers)
WHISPER_STORE: web.AppKey[WhisperStore] = web.AppKey("whisper_store", WhisperStore)
SUGGESTIONS: web.AppKey[Suggestions] = web.AppKey("suggestions", Suggestions)
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
    presence = Presence(store, rooms, app[ROLL], app[CHANGES])
    access = Access(store, app[CLASSES], app[WARDS])
    app[ACCESS] = access
    app[EVICTIONS].look_with(Lapses(store, access, app[CLASSES], rooms).look)
    app[REPLIES] = replies
    app[PRESENCE] = presence
    app[VISITS] = Visits()
    app[WHISPER_STORE] = WhisperStore(app[MONGO], clock)
    await app[WHISPER_STORE].prepare()
    topics = RoomTopics(app[TOPICS], app[CLASSES])
    briefing = Briefing(store, prompts, app[WHISPER_STORE], keys, topics)
    allowance = Allowance(app[LIMITS], store, clock)
    app[RESCUE] = Rescue(store, parts, replies, briefing, clock)
    app[READING] = Reading(store, access, replies, parts, presence, app[WHISPER_STORE], app[VISITS])
    herald, turns = Herald(rooms, app[CHANGES]), Turns()
    beginnings = Beginnings(store, rooms, replies, briefing, herald, clock)
    permits = Permits(store, access, app[CLASSES], replies.claims, allowance, topics)
    asking = Asking(store, replies, briefing, beginnings, permits, herald)
    app[CHAT] = Chat(store, app[ACCOUNTS], access, rooms, replies, asking, herald, clock, topics, turns)
    app[FURTHER] = Further(store, access, replies, briefing, beginnings, permits, app[NOTICES], herald, turns)
    _put_teachers_in(app, store, access, replies)
    app[WHISPERS] = Whispers(store, app[WHISPER_STORE], access, rooms, clock)
    app[SUGGESTIONS] = Suggestions(access, briefing, app[MODEL], allowance, rooms, tasks, clock, settings.reply.part_s)
    yield


def _put_teachers_in(app: web.Application, store: ChatStore, access: Access, replies: Replies) -> None:
    """What teachers do with the floor, with running replies and with drafts."""
    rooms, clock, settings = app[ROOMS], app[CLOCK], app[CHAT_SETTINGS].floor
    floors = Vigils(store.floors.floors, rooms, clock, settings.away_s)
    holds = Vigils(store.floors.holds, rooms, clock, settings.away_s)
    app[FLOORS] = Floors(store, access, replies, app[NOTICES], rooms, clock, floors, app[CHANGES])
    app[HOLDS] = Holds(store, access, replies, app[NOTICES], holds)
    app[CHECKS] = Checks(
        store, access, replies.drafts, app[CLASSES], rooms, clock, app[CHANGES], settings.draft_waits_s
    )
