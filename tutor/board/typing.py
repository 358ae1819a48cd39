"""Who is typing in a room. Every node hears it from the node of whoever types, and tells its own people.

It holds for a few seconds, so nothing is left of it when a client or a node goes away. Called by `sockets.py`.
"""

import asyncio
from collections import defaultdict
from dataclasses import dataclass
from typing import ClassVar

from tutor.board.messages import SetTyping, TypingChanged, TypingView
from tutor.board.news import News
from tutor.chat.access import Access
from tutor.chat.places import room_of
from tutor.core.caller import Caller, Role
from tutor.core.clock import Clock
from tutor.core.errors import NotAllowed
from tutor.core.messages import NodeEvent
from tutor.core.rooms import Rooms

LIFE_S = 5.0
LOOK_S = 0.5
WRITERS: frozenset[Role] = frozenset({"student", "teacher"})


class TypingNews(NodeEvent):
    """From node to node: somebody types in a room, or has ended it."""

    event: ClassVar[str] = "typing.news"
    conversation_id: str
    id: str
    name: str
    role: Role
    on: bool


@dataclass(frozen=True, slots=True)
class Typist:
    """Somebody who types, until a moment in monotonic seconds unless they go on."""

    view: TypingView
    until: float


class Typing:
    """Who is typing in the rooms of this node."""

    def __init__(self, access: Access, rooms: Rooms, news: News, clock: Clock) -> None:
        self._access = access
        self._rooms = rooms
        self._news = news
        self._clock = clock
        self._typists: defaultdict[str, dict[str, Typist]] = defaultdict(dict)
        self._begun = asyncio.Event()
        rooms.hear(TypingNews, self._hear)

    def __len__(self) -> int:
        return len(self._typists)

    async def set(self, caller: Caller, command: SetTyping) -> None:
        """Say that the caller types, or has ended it.

        Raises:
            NotAllowed: the caller may not write anywhere.
            NotFound: no such conversation, or not theirs to see.

        """
        if caller.role not in WRITERS:
            raise NotAllowed
        room = room_of(command.conversation_id)
        if all(person.id != caller.id for person in self._rooms.present(room)):
            await self._access.visible(caller, command.conversation_id)
        news = TypingNews(
            conversation_id=command.conversation_id, id=caller.id, name=caller.name, role=caller.role, on=command.on
        )
        self._rooms.send(room, news, droppable=True)
        if caller.role == "student":
            self._news.writes(caller.id, on=command.on)

    def _hear(self, body: bytes) -> None:
        news = TypingNews.model_validate_json(body)
        typists = self._typists[news.conversation_id]
        if news.on:
            view = TypingView(id=news.id, name=news.name, role=news.role)
            typists[news.id] = Typist(view, self._clock.monotonic() + LIFE_S)
            self._begun.set()
        else:
            typists.pop(news.id, None)
        self._tell(news.conversation_id)

    def _tell(self, conversation_id: str) -> None:
        people = [typist.view for typist in self._typists[conversation_id].values()]
        if not people:
            del self._typists[conversation_id]
        news = TypingChanged(conversation_id=conversation_id, people=people)
        self._rooms.send_here(room_of(conversation_id), news, droppable=True)

    async def run(self) -> None:
        """Run for ever: who has not gone on has ended it."""
        while True:
            if not self._typists:
                self._begun.clear()
                await self._begun.wait()
            await self._clock.sleep(LOOK_S)
            now = self._clock.monotonic()
            for conversation_id, typists in tuple(self._typists.items()):
                left = {one: typist for one, typist in typists.items() if typist.until > now}
                if len(left) < len(typists):
                    self._typists[conversation_id] = left
                    self._tell(conversation_id)
