"""The end of a server that was told to stop: nothing new, running replies come to their end, everybody is sent on.

`serve.py` runs it when the server stops. Whoever follows a reply that is written here stays until it ends; all others
leave at once, to another node if there is one.
"""

import asyncio
from collections.abc import Set as AbstractSet

import structlog
from aiohttp import web

from tutor.chat.context import CHAT_SETTINGS, REPLIES
from tutor.chat.places import room_of
from tutor.chat.reply import Replies
from tutor.core.rooms import ROOMS, Rooms
from tutor.core.sockets import DOOR, Door
from tutor.core.transport import TRANSPORT

log = structlog.get_logger(__name__)

SPREAD_MS = 3000
LOOK_S = 0.2
CLOSE_S = 2.0


async def say_goodbye(app: web.Application) -> None:
    """Take no more work, let replies end in their time, and send every client away with a time to come back."""
    door, replies = app[DOOR], app[REPLIES]
    door.open = False
    told: set[str] = set()
    draining = asyncio.create_task(replies.drain(app[CHAT_SETTINGS].drain_s))
    while not draining.done():
        follow = _followers(replies, app[ROOMS])
        await _send_away(door, door.peers.keys() - follow, told)
        await asyncio.wait((draining,), timeout=LOOK_S)
    await draining
    await _send_away(door, door.peers.keys(), told)
    log.info("drained", sockets=len(told))
    await app[TRANSPORT].wait_until_empty(CLOSE_S)


def _followers(replies: Replies, rooms: Rooms) -> set[str]:
    return {sid for conversation_id in replies.conversations() for sid in rooms.sids(room_of(conversation_id))}


async def _send_away(door: Door, sids: AbstractSet[str], told: set[str]) -> None:
    new = sids - told
    told |= new
    await door.say_bye_to(new, "restart", SPREAD_MS)
