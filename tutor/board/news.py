"""Tells the nodes that watch a student's classes that something about the student changed; they read what it is.

Every node tells; a class that nobody watches has no node that listens, and then Redis sends nothing to anybody.
"""

import asyncio
from collections import OrderedDict, defaultdict
from dataclasses import dataclass
from typing import ClassVar

import structlog

from tutor.chat.models import Message
from tutor.chat.places import class_room_of
from tutor.classes.service import Classes
from tutor.core.clock import Clock
from tutor.core.messages import NodeEvent
from tutor.core.mongo import StoreFault
from tutor.core.rooms import Rooms

log = structlog.get_logger(__name__)

GATHER_S = 0.1
KNOWN_S = 10.0
MOST_KNOWN = 5000
AGAIN_S = 1.0


class ClassNews(NodeEvent):
    """From node to node: something changed in `conversation_id`, if it names one, or a hand did; whether they type."""

    event: ClassVar[str] = "class.news"
    class_id: str
    student_id: str
    conversation_id: str | None
    hands: bool
    writes: bool | None


@dataclass(slots=True)
class Waiting:
    """What is to be told of a student."""

    conversation_id: str | None = None
    hands: bool = False
    writes: bool | None = None


class News:
    """What this node has to tell."""

    def __init__(self, classes: Classes, rooms: Rooms, clock: Clock) -> None:
        self._classes = classes
        self._rooms = rooms
        self._clock = clock
        self._waiting: defaultdict[str, Waiting] = defaultdict(Waiting)
        self._known: OrderedDict[str, tuple[float, list[str]]] = OrderedDict()
        self._wake = asyncio.Event()

    def changed(self, conversation_id: str, student_id: str, _said: Message | None = None) -> None:
        """Something changed; a listener of the chat's `Changes`."""
        self._waiting[student_id].conversation_id = conversation_id
        self._wake.set()

    def hands_changed(self, conversation_id: str, student_id: str) -> None:
        """The student's hand went up or down, or was claimed."""
        self._waiting[student_id].hands = True
        self.changed(conversation_id, student_id)

    def writes(self, student_id: str, *, on: bool) -> None:
        """The student types, or has ended it."""
        self._waiting[student_id].writes = on
        self._wake.set()

    async def run(self) -> None:
        """Run for ever: what happens within a moment is told once."""
        while True:
            await self._wake.wait()
            await self._clock.sleep(GATHER_S)
            self._wake.clear()
            while self._waiting:
                try:
                    await self._tell(*self._waiting.popitem())
                except StoreFault as error:  # the watching nodes look at everybody now and then
                    log.info("class_news_not_told", error=type(error).__name__)
                    await self._clock.sleep(AGAIN_S)

    async def _tell(self, student_id: str, what: Waiting) -> None:
        for class_id in await self._class_ids(student_id):
            news = ClassNews(
                class_id=class_id,
                student_id=student_id,
                conversation_id=what.conversation_id,
                hands=what.hands,
                writes=what.writes,
            )
            self._rooms.send(class_room_of(class_id), news)

    async def _class_ids(self, student_id: str) -> list[str]:
        """The student's classes, as they were a few seconds ago at most."""
        now = self._clock.monotonic()
        until, class_ids = self._known.get(student_id, (now, []))
        if until <= now:
            class_ids = await self._classes.class_ids_of(student_id)
            self._known[student_id] = (now + KNOWN_S, class_ids)
            self._known.move_to_end(student_id)
            if len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)
        return class_ids
